#include "features/testing/test_data.h"

#include "base/file_system.h"
#include "base/module.h"
#include "features/inspect.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>

namespace sokkuri::features::testing {
namespace {

constexpr std::uint64_t kFileBytesMax = 64U << 20;

}  // namespace

std::string test_data_folder() {
    const char* folder = std::getenv("SOKKURI_TEST_DATA");
    return folder != nullptr ? folder : SOKKURI_SOURCE_DIR "/../shared/data";
}

bool exists(const std::string& path) {
    return posix_file_system().status_following(path).has_value();
}

std::string default_model_folder() {
    // Test programs lie in tests/ of the build tree, models/ beside that.
    return join_path(program_directory().value_or("."), "../models/efficientnet-lite0");
}

Result<ModelCard> default_model_card() {
    const std::string path = join_path(default_model_folder(), "card.json");
    const std::vector<std::byte> bytes = TRY(read_file(posix_file_system(), path, kFileBytesMax));
    return parse_model_card({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<ModelCard> card_of_test_model(const std::string& file) {
    const Inspection inspection =
        TRY(inspect_model(join_path(test_data_folder(), "models/" + file)));
    return inspection.card;
}

Result<Matrix> read_npy(const std::string& path) {
    const std::vector<std::byte> bytes = TRY(read_file(posix_file_system(), path, kFileBytesMax));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t header_end = text.find('\n') + 1;
    const std::string_view header = text.substr(0, header_end);
    const std::size_t open = header.find("'shape': (");
    if (header.find("'<f4'") == header.npos || open == header.npos) {
        return fail(ErrorCode::kUnsupported, "{}: not a matrix of float32", path);
    }
    Matrix matrix;
    const std::string shape(header.substr(open + 10, header.find(')', open) - open - 10));
    for (const char* place = shape.c_str(); *place != '\0';) {
        char* end = nullptr;
        const unsigned long side = std::strtoul(place, &end, 10);
        if (end == place) break;
        matrix.shape.push_back(side);
        place = *end == ',' ? end + 1 : end;
    }
    matrix.values.resize((bytes.size() - header_end) / sizeof(float));
    std::memcpy(matrix.values.data(), bytes.data() + header_end,
                matrix.values.size() * sizeof(float));
    return matrix;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    const auto dot = [](const std::vector<float>& x, const std::vector<float>& y) {
        return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    };
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    float largest = a.size() == b.size() ? 0.0F : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

}  // namespace sokkuri::features::testing
