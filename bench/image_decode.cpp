// What one thread needs to get photographs ready for a model: decode, resize to 224 × 224, and
// both, milliseconds a picture. Files are in memory; medians over rounds. Usage: bench_image_decode
// [ROUNDS [FOLDER…]]; without folders, three sets of photographs of the test data
// (SOKKURI_TEST_DATA or ../shared/data beside the source).
#include "base/file_system.h"
#include "image/decode.h"
#include "image/resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace sokkuri::image {
namespace {

constexpr std::uint64_t kFileBytesMax = 64ULL << 20;
constexpr std::uint32_t kSide = 224;

struct Times {
    double decode_ms = 0;  // CPU
    double resize_ms = 0;  // CPU
    double wall_ms = 0;
};

/// Of all threads of the process; unlike wall time it does not count what other programs take.
double cpu_ms() {
    return static_cast<double>(std::clock()) * 1000 / CLOCKS_PER_SEC;
}

std::vector<std::vector<std::byte>> read_pictures(const std::string& folder) {
    std::vector<std::vector<std::byte>> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || !has_picture_extension(entry.path().native())) continue;
        Result<std::vector<std::byte>> file =
            read_file(posix_file_system(), entry.path().native(), kFileBytesMax);
        if (file) files.push_back(*std::move(file));
    }
    return files;
}

/// Means over all pictures that decode.
Times measure(const std::vector<std::vector<std::byte>>& files) {
    Times times;
    double count = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const std::vector<std::byte>& file : files) {
        const double before_ms = cpu_ms();
        const Result<Decoded> decoded = decode(file, {.limits = {}, .shorter_side_min = kSide});
        if (!decoded) continue;
        const double between_ms = cpu_ms();
        const Picture& picture = decoded->picture;
        const Result<Picture> resized =
            resize(picture, whole(picture.size), {.width = kSide, .height = kSide});
        if (!resized) continue;
        times.decode_ms += between_ms - before_ms;
        times.resize_ms += cpu_ms() - between_ms;
        ++count;
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    count = std::max(count, 1.0);
    return {.decode_ms = times.decode_ms / count,
            .resize_ms = times.resize_ms / count,
            .wall_ms = wall.count() / count};
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void report(const std::string& folder, int rounds) {
    const std::vector<std::vector<std::byte>> files = read_pictures(folder);
    std::vector<double> decode_ms;
    std::vector<double> resize_ms;
    std::vector<double> both_ms;
    std::vector<double> wall_ms;
    for (int round = 0; round < rounds; ++round) {
        const Times times = measure(files);
        decode_ms.push_back(times.decode_ms);
        resize_ms.push_back(times.resize_ms);
        both_ms.push_back(times.decode_ms + times.resize_ms);
        wall_ms.push_back(times.wall_ms);
    }
    fmt::print("{:<16}{:>9}{:>12.3f}{:>12.3f}{:>12.3f}{:>12.3f}\n",
               std::filesystem::path(folder).filename().native(), files.size(), median(decode_ms),
               median(resize_ms), median(both_ms), median(wall_ms));
}

std::string test_data() {
    const char* folder = std::getenv("SOKKURI_TEST_DATA");
    return folder != nullptr ? folder : SOKKURI_SOURCE_DIR "/../shared/data";
}

}  // namespace
}  // namespace sokkuri::image

int main(int argument_count, char** arguments) {
    using namespace sokkuri::image;
    const int rounds = argument_count > 1 ? std::max(1, std::atoi(arguments[1])) : 7;
    std::vector<std::string> folders(arguments + std::min(argument_count, 2),
                                     arguments + argument_count);
    if (folders.empty()) {
        for (const char* set : {"caltech101", "clothing", "trashnet"}) {
            folders.push_back(test_data() + "/images/" + set);
        }
    }
    fmt::print("{:<16}{:>9}{:>12}{:>12}{:>12}{:>12}\n", "set", "pictures", "decode ms", "resize ms",
               "both ms", "wall ms");
    for (const std::string& folder : folders)
        report(folder, rounds);
}
