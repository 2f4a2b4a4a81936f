// What the tests of this floor share: the models of the test-data folder, the default model of this
// build, and the small matrices that reference outputs come in. For tests only.
#pragma once

#include "base/result.h"
#include "features/model_card.h"

#include <string>
#include <vector>

namespace sokkuri::features::testing {

/// SOKKURI_TEST_DATA, else ../shared/data beside the source tree.
std::string test_data_folder();
bool exists(const std::string& path);

/// The folder that the build made for the default model, and its card.
std::string default_model_folder();
Result<ModelCard> default_model_card();

/// The card that inspection proposes for a model file of the test data ("squeezenet1.1.onnx").
Result<ModelCard> card_of_test_model(const std::string& file);

struct Matrix {
    std::vector<std::size_t> shape;
    std::vector<float> values;  // C order
};

/// A .npy file of little-endian float32 in C order.
Result<Matrix> read_npy(const std::string& path);

double cosine(const std::vector<float>& a, const std::vector<float>& b);
float largest_difference(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace sokkuri::features::testing
