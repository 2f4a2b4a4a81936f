// One measurement of what ingest does with a folder of pictures, on all cores; bench/ingest.py
// calls it for each round and compares. Usage: bench_ingest decode|infer|ingest FOLDER
// MODELS_FOLDER [PRECISION [DECODERS]]. Prints one JSON object: pictures, seconds, CPU seconds.
//
//   decode  files in memory → prepared pictures, one thread a core
//   infer   prepared pictures → vectors, as fast as the extractor takes them
//   ingest  the folder → a new collection in a temporary folder, from the first read to the last
//           commit; loading the model is not counted
#include "service/ingest.h"

#include "base/json.h"
#include "features/preprocess.h"
#include "service/folder_walk.h"
#include "service/model_choice.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <thread>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::uint64_t kFileBytesMax = 512ULL << 20;
// Enough inferences to last a few seconds, whatever the folder's size.
constexpr std::size_t kInferencesMin = 400;

struct Measured {
    std::uint64_t pictures = 0;
    double seconds = 0;
    double cpu_seconds = 0;
};

class Stopwatch {
 public:
    Measured measured(std::uint64_t pictures) const {
        const auto elapsed = std::chrono::steady_clock::now() - started_;
        return {.pictures = pictures,
                .seconds = std::chrono::duration<double>(elapsed).count(),
                .cpu_seconds = static_cast<double>(std::clock() - cpu_started_) / CLOCKS_PER_SEC};
    }

 private:
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const std::clock_t cpu_started_ = std::clock();
};

using Files = std::vector<std::vector<std::byte>>;

Result<Files> read_pictures(const std::string& folder) {
    FileSystem& files = posix_file_system();
    const std::string root = TRY(files.canonical(folder));
    Files pictures;
    TRY(walk_folder(files, root, {}, [&](const WalkedFile& file) {
        auto bytes = read_file(files, join_path(root, file.path), kFileBytesMax);
        if (bytes) pictures.push_back(*std::move(bytes));
        return true;
    }));
    return pictures;
}

std::vector<image::Picture> prepare_all(const Files& files, const features::ModelCard& card) {
    const image::DecodeOptions options = features::decode_options(card, {});
    std::vector<Result<image::Picture>> prepared(files.size());
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) {
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < files.size(); i = next++) {
                    const auto decoded = image::decode(files[i], options);
                    if (!decoded) continue;
                    prepared[i] = features::prepare(decoded->picture, decoded->original, card);
                }
            });
        }
    }
    std::vector<image::Picture> pictures;
    for (auto& picture : prepared) {
        if (picture && !picture->rgb.empty()) pictures.push_back(*std::move(picture));
    }
    return pictures;
}

Result<Measured> measure_decode(const Files& files, const features::ModelCard& card) {
    prepare_all({files.begin(), files.begin() + 1}, card);  // opens libraries
    const Stopwatch watch;
    const std::size_t pictures = prepare_all(files, card).size();
    return watch.measured(pictures);
}

Result<Measured> measure_infer(const Files& files, const features::Model& model,
                               const ModelChoice& choice) {
    const auto extractor = TRY(load_extractor(model, choice, features::Urgency::kBulk));
    const std::vector<image::Picture> pictures = prepare_all(files, model.card);
    if (pictures.empty()) return fail(ErrorCode::kInvalidArgument, "no picture to embed");
    const std::size_t count = std::max(pictures.size(), kInferencesMin);
    TRY(extractor->embed(pictures.front()));
    const Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i) {
        extractor->submit(pictures[i % pictures.size()], features::Urgency::kBulk,
                          [](const Result<features::Embedding>&) {});
    }
    extractor->drain();
    return watch.measured(count);
}

Result<Measured> measure_ingest(const std::string& folder, const IngestRequest& request) {
    std::string directory = std::filesystem::temp_directory_path() / "bench-ingest-XXXXXX";
    if (mkdtemp(directory.data()) == nullptr) return fail(ErrorCode::kIo, "{}: mkdtemp", directory);
    auto report = [&]() -> Result<IngestReport> {
        Library library =
            TRY(Library::open(posix_file_system(), folder, directory, LibraryAccess::kWrite));
        return ingest(library, request, nullptr, {});
    }();
    std::filesystem::remove_all(directory);
    const IngestReport done = TRY(std::move(report));
    return Measured{.pictures = done.added,
                    .seconds = done.seconds - done.load_seconds,
                    .cpu_seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC};
}

Result<Measured> measure(const std::string& mode, const std::string& folder,
                         const IngestRequest& request) {
    if (mode == "ingest") return measure_ingest(folder, request);
    const features::Model model =
        TRY(choose_model(posix_file_system(), request.model, std::nullopt));
    const Files files = TRY(read_pictures(folder));
    if (files.empty()) return fail(ErrorCode::kInvalidArgument, "{}: no picture", folder);
    if (mode == "decode") return measure_decode(files, model.card);
    if (mode == "infer") return measure_infer(files, model, request.model);
    return fail(ErrorCode::kInvalidArgument, "{}: must be decode, infer or ingest", mode);
}

int run(const std::vector<std::string>& words) {
    if (words.size() < 4) {
        fmt::print(stderr,
                   "usage: {} decode|infer|ingest FOLDER MODELS_FOLDER [PRECISION "
                   "[DECODERS]]\n",
                   words.at(0));
        return 2;
    }
    IngestRequest request{.model = {.models_folder = words[3]}};
    if (words.size() > 4) {
        const auto precision = features::parse_precision(words[4]);
        if (precision) request.model.precision = *precision;
    }
    if (words.size() > 5) request.decoders = static_cast<std::uint32_t>(std::stoul(words[5]));
    const auto measured = measure(words[1], words[2], request);
    if (!measured) {
        fmt::print(stderr, "{}\n", measured.error().message());
        return 1;
    }
    std::string json;
    JsonWriter(json)
        .begin_object()
        .member("pictures", measured->pictures)
        .member("seconds", measured->seconds)
        .member("cpu_seconds", measured->cpu_seconds)
        .end_object();
    fmt::print("{}\n", json);
    return 0;
}

}  // namespace
}  // namespace sokkuri::service

int main(int count, char** words) {
    return sokkuri::service::run({words, words + count});
}
