// How fast a model starts and runs: a whole process from its start to the first embedding, with and
// without a kept compiled model; one picture at a time; and in bulk. Pictures are noise: a network
// takes as long for any. Usage: bench_model_speed [MODEL_FOLDER]; without it, the default model of
// this build.
#include "base/file_system.h"
#include "base/module.h"
#include "features/compiled_model.h"
#include "features/extractor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sokkuri::features {
namespace {

constexpr int kColdRounds = 15;
constexpr int kLatencyRounds = 200;
constexpr int kBulkRounds = 7;
constexpr int kBulkPictures = 400;

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Spread {
    double lowest = 0;
    double median = 0;
    double highest = 0;
};

Spread spread_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

ModelCard read_card(const std::string& folder) {
    const auto bytes = read_file(posix_file_system(), join_path(folder, "card.json"), 1 << 20);
    const auto card =
        bytes ? parse_model_card({reinterpret_cast<const char*>(bytes->data()), bytes->size()})
              : tl::unexpected(bytes.error());
    if (card) return *card;
    fmt::print(stderr, "{}\n", card.error().message());
    std::exit(1);
}

std::unique_ptr<Extractor> load(const std::string& folder, const ExtractorOptions& options) {
    auto extractor = Extractor::load(read_card(folder), folder, options);
    if (extractor) return *std::move(extractor);
    fmt::print(stderr, "{}\n", extractor.error().message());
    std::exit(1);
}

image::Picture noise(std::uint32_t side) {
    std::mt19937 random(1);
    image::Picture picture{.size = {side, side},
                           .rgb = std::vector<std::uint8_t>(3U * side * side)};
    for (std::uint8_t& value : picture.rgb) {
        value = static_cast<std::uint8_t>(random());
    }
    return picture;
}

/// The child process: load for one picture, embed it, leave.
void embed_once(const std::string& folder, bool uses_kept) {
    ExtractorOptions options{.tuned_for = Urgency::kInteractive};
    if (uses_kept) options.cache_directories = compiled_model_directories(folder);
    const auto extractor = load(folder, options);
    const auto embedding = extractor->embed(noise(extractor->card().input_size));
    std::_Exit(embedding ? 0 : 1);  // as a program does that has printed its answer
}

Spread measure_cold(const std::string& program, const std::string& folder, const char* mode) {
    std::vector<double> times;
    for (int round = 0; round < kColdRounds; ++round) {
        const auto start = Clock::now();
        const pid_t child = fork();
        if (child == 0) {
            execl(program.c_str(), program.c_str(), mode, folder.c_str(), nullptr);
            std::_Exit(127);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0) std::exit(1);
        times.push_back(ms_since(start));
    }
    return spread_of(times);
}

Spread measure_latency(const std::string& folder) {
    const auto extractor = load(folder, {.cache_directories = compiled_model_directories(folder),
                                         .tuned_for = Urgency::kInteractive});
    std::vector<double> times;
    for (int round = 0; round < kLatencyRounds; ++round) {
        image::Picture picture = noise(extractor->card().input_size);
        const auto start = Clock::now();
        if (!extractor->embed(std::move(picture))) std::exit(1);
        times.push_back(ms_since(start));
    }
    return spread_of(times);
}

Spread measure_bulk(const std::string& folder) {
    const auto extractor = load(folder, {.cache_directories = compiled_model_directories(folder)});
    const image::Picture picture = noise(extractor->card().input_size);
    std::vector<double> rates;
    for (int round = 0; round < kBulkRounds; ++round) {
        const auto start = Clock::now();
        for (int i = 0; i < kBulkPictures; ++i) {
            extractor->submit(picture, Urgency::kBulk, [](const Result<Embedding>&) {});
        }
        extractor->drain();
        rates.push_back(kBulkPictures * 1000 / ms_since(start));
    }
    fmt::print("{} requests in flight, precision {}\n", extractor->requests_in_flight_max(),
               name_of(extractor->precision()));
    return spread_of(rates);
}

void print(std::string_view what, const Spread& spread) {
    fmt::print("{:<44} {:8.1f} {:8.1f} {:8.1f}\n", what, spread.lowest, spread.median,
               spread.highest);
}

}  // namespace
}  // namespace sokkuri::features

int main(int count, char** arguments) {
    using namespace sokkuri::features;
    const std::string beside = sokkuri::program_directory().value_or(".");
    if (count == 3) {
        embed_once(arguments[2], std::string_view(arguments[1]) == "kept");
        return 0;
    }
    const std::string folder =
        count == 2 ? arguments[1] : sokkuri::join_path(beside, "models/efficientnet-lite0");
    const std::string program = beside + "/bench_model_speed";
    fmt::print("{:<44} {:>8} {:>8} {:>8}\n", folder, "lowest", "median", "highest");
    (void)load(folder, {.cache_directories = compiled_model_directories(folder)});
    print("process to first embedding, compiled anew, ms", measure_cold(program, folder, "anew"));
    print("process to first embedding, kept form, ms", measure_cold(program, folder, "kept"));
    print("one picture at a time, ms", measure_latency(folder));
    print("in bulk, pictures/s", measure_bulk(folder));
}
