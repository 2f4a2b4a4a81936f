// Known answers, hostile files, and what the extractor promises about order and threads.
#include "features/extractor.h"

#include "base/file_system.h"
#include "base/hash.h"
#include "base/testing/temporary_directory.h"
#include "features/compiled_model.h"
#include "features/openvino/entry.h"
#include "features/testing/onnx_writer.h"
#include "features/testing/test_data.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace sokkuri::features {
namespace {

using testing::cosine;
using testing::largest_difference;
using testing::read_npy;

std::string write_model(const std::string& directory, const std::string& bytes) {
    const auto written = replace_file(posix_file_system(), join_path(directory, "model.onnx"),
                                      std::as_bytes(std::span(bytes)));
    EXPECT_TRUE(written) << written.error().message();
    return sha256_hex(std::as_bytes(std::span(bytes)));
}

/// The card of testing::small_classifier, written into `directory`.
ModelCard small_model(const std::string& directory) {
    ModelCard card;
    card.name = "small";
    card.file = "model.onnx";
    card.sha256 = write_model(directory, testing::small_classifier(32).bytes());
    card.input_size = 32;
    card.mean = {0.5F, 0.4F, 0.3F};
    card.std = {0.2F, 0.25F, 0.5F};
    card.input_tensor = "picture";
    card.output_tensor = "flat";
    card.dimension = 8;
    return card;
}

image::Picture noise(std::uint32_t side, unsigned seed) {
    std::mt19937 random(seed);
    image::Picture picture{.size = {side, side},
                           .rgb = std::vector<std::uint8_t>(3U * side * side)};
    for (std::uint8_t& value : picture.rgb) {
        value = static_cast<std::uint8_t>(random());
    }
    return picture;
}

/// What the network itself wants for `picture`: normalized floats, channels first.
std::vector<float> normalized(const image::Picture& picture, const ModelCard& card) {
    const std::size_t pixels = std::size_t{card.input_size} * card.input_size;
    std::vector<float> tensor(3 * pixels);
    for (std::size_t i = 0; i < 3 * pixels; ++i) {
        const std::size_t channel = i % 3;
        const float value = static_cast<float>(picture.rgb[i]) / 255.0F;
        tensor[channel * pixels + i / 3] = (value - card.mean[channel]) / card.std[channel];
    }
    return tensor;
}

/// Compares one card's model with reference rows: every input row gives the output row of the same
/// number.
void expect_known_answers(const ModelCard& card, const std::string& directory,
                          const std::string& input_file, const std::string& output_file) {
    const std::string check = testing::test_data_folder() + "/models/check/";
    const auto inputs = read_npy(check + input_file);
    const auto outputs = read_npy(check + output_file);
    ASSERT_TRUE(inputs && outputs);
    const openvino::Entry* entry = openvino::entry().value();
    const std::size_t size = std::size_t{3} * card.input_size * card.input_size;
    ASSERT_GE(inputs->values.size(), size);
    for (std::size_t row = 0; row < inputs->values.size() / size; ++row) {
        const std::span<const float> input = std::span(inputs->values).subspan(row * size, size);
        const auto first =
            outputs->values.begin() + static_cast<std::ptrdiff_t>(row * card.dimension);
        const std::vector<float> expected(first, first + card.dimension);
        const auto f32 = entry->infer_tensor(card, directory, Precision::kF32, input);
        ASSERT_TRUE(f32) << f32.error().message();
        EXPECT_LE(largest_difference(*f32, expected), 1e-3F) << input_file << " row " << row;
        const auto best = entry->infer_tensor(card, directory, Precision::kAuto, input);
        ASSERT_TRUE(best) << best.error().message();
        EXPECT_GE(cosine(*best, expected), 0.998) << input_file << " row " << row;
    }
}

TEST(Extractor, GivesTheKnownAnswersOfTheDefaultModel) {
    if (!testing::exists(testing::test_data_folder())) GTEST_SKIP() << "test data not found";
    const auto card = testing::default_model_card();
    ASSERT_TRUE(card) << card.error().message();
    expect_known_answers(*card, testing::default_model_folder(), "efficientnet_lite0_input.npy",
                         "efficientnet_lite0_embedding.npy");
}

TEST(Extractor, GivesTheKnownAnswersOfSqueezenet) {
    if (!testing::exists(testing::test_data_folder())) GTEST_SKIP() << "test data not found";
    auto card = testing::card_of_test_model("squeezenet1.1.onnx");
    ASSERT_TRUE(card) << card.error().message();
    card->output_tensor = "logits";  // the reference outputs are class scores
    card->dimension = 1000;
    for (const std::string number : {"0", "1", "2"}) {
        expect_known_answers(*card, testing::test_data_folder() + "/models",
                             "squeezenet1.1_input_" + number + ".npy",
                             "squeezenet1.1_output_" + number + ".npy");
    }
}

TEST(Extractor, NormalizesPicturesAsTheCardSays) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const auto extractor = Extractor::load(card, directory.path(), {.precision = Precision::kF32});
    ASSERT_TRUE(extractor) << extractor.error().message();
    const openvino::Entry* entry = openvino::entry().value();
    for (unsigned seed = 0; seed < 5; ++seed) {
        const image::Picture picture = noise(32, seed);
        const auto expected =
            entry->infer_tensor(card, directory.path(), Precision::kF32, normalized(picture, card));
        const auto embedding = (*extractor)->embed(picture);
        ASSERT_TRUE(embedding && expected);
        EXPECT_LE(largest_difference(*embedding, *expected), 1e-4F);
    }
}

}  // namespace
}  // namespace sokkuri::features
