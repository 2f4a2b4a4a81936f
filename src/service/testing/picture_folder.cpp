#include "service/testing/picture_folder.h"

#include "base/check.h"
#include "features/model_shelf.h"
#include "image/thumbnail.h"
#include "service/picture_document.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <type_traits>
#include <utility>

namespace sokkuri::service::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "squeezenet1.1";

/// What a test cannot go on without; says why and aborts.
template <typename T>
T needed(Result<T> result) {
    if (!result) std::fprintf(stderr, "%s\n", result.error().message().c_str());
    CHECK(result.has_value());
    if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

std::string data_folder();
std::string make_models_folder(const std::string& folder);
image::Picture drawn(unsigned seed);

}  // namespace

const std::string& models_folder() {
    static const sokkuri::testing::TemporaryDirectory directory;
    static const std::string folder = make_models_folder(directory.path());
    return folder;
}

std::string missing_data() {
    return "test data not found: " + data_folder();
}

IndexedPictures indexed_pictures(const Library& library) {
    IndexedPictures pictures;
    if (needed(library.collection().fields()).empty()) return pictures;
    const auto add = [&](const collection::ScannedRecord& scanned) {
        std::string path = needed(file_of(scanned.record.document)).path;
        if (pictures.contains(path)) path += " (a second record)";
        pictures[path] = {.id = scanned.record.id,
                          .document = scanned.record.document,
                          .vector = {scanned.vector.begin(), scanned.vector.end()}};
        return true;
    };
    needed(library.collection().scan({.field = kPictureField}, add));
    return pictures;
}

PictureFolder::PictureFolder() : path_(fs::canonical(directory_.path()).string()) {}

void PictureFolder::draw(const std::string& name, unsigned seed, std::chrono::seconds age) const {
    const std::vector<std::byte> jpeg = needed(image::encode_jpeg(drawn(seed), 85));
    write(name, std::string(reinterpret_cast<const char*>(jpeg.data()), jpeg.size()), age);
}

void PictureFolder::write(const std::string& name, const std::string& bytes,
                          std::chrono::seconds age) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
    // Whole seconds, so that a test may say the same age twice.
    static const auto now =
        std::chrono::floor<std::chrono::seconds>(fs::file_time_type::clock::now());
    fs::last_write_time(path(name), now - age);
}

void PictureFolder::move(const std::string& from, const std::string& to) const {
    fs::create_directories(fs::path(path(to)).parent_path());
    fs::rename(path(from), path(to));
}

void PictureFolder::copy(const std::string& from, const std::string& to) const {
    fs::create_directories(fs::path(path(to)).parent_path());
    fs::copy_file(path(from), path(to));
    fs::last_write_time(path(to), fs::last_write_time(path(from)));
}

void PictureFolder::remove(const std::string& name) const {
    fs::remove_all(path(name));
}

IngestRequest PictureFolder::request() const {
    return {.model = {.name = kModel,
                      .models_folder = models_folder(),
                      .precision = features::Precision::kF32},
            .batch_rows = 4};
}

IngestReport PictureFolder::index(const IngestRequest& request, FileSystem& files,
                                  std::stop_token stop) const {
    Library library = needed(Library::open(files, path_, "", LibraryAccess::kWrite));
    return needed(ingest(library, request, nullptr, std::move(stop)));
}

IngestReport PictureFolder::index(const IngestRequest& request) const {
    return index(request, posix_file_system(), {});
}

Library PictureFolder::open(LibraryAccess access) const {
    return needed(Library::open(posix_file_system(), path_, "", access));
}

namespace {

std::string data_folder() {
    const char* folder = std::getenv("SOKKURI_TEST_DATA");
    return folder != nullptr ? folder : SOKKURI_SOURCE_DIR "/../shared/data";
}

std::string make_models_folder(const std::string& folder) {
    const std::string file = fmt::format("{}/models/{}.onnx", data_folder(), kModel);
    if (!fs::exists(file)) return {};
    needed(features::ModelShelf(posix_file_system(), {folder}).add(file, {.name = kModel}));
    return folder;
}

/// Waves of a few colors: pictures that a network tells apart.
image::Picture drawn(unsigned seed) {
    constexpr image::Size kSize{96, 72};
    std::mt19937 random(seed);
    const auto next = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
    };
    double waves[3][4];
    for (auto& wave : waves) {
        wave[0] = next(-0.3, 0.3);
        wave[1] = next(-0.3, 0.3);
        wave[2] = next(0, 6.28);
        wave[3] = next(40, 127);
    }
    image::Picture picture{.size = kSize, .rgb = {}};
    picture.rgb.reserve(std::size_t{3} * kSize.width * kSize.height);
    for (std::uint32_t y = 0; y < kSize.height; ++y) {
        for (std::uint32_t x = 0; x < kSize.width; ++x) {
            for (const auto& wave : waves) {
                const double phase = wave[0] * x + wave[1] * y + wave[2];
                picture.rgb.push_back(static_cast<std::uint8_t>(128 + wave[3] * std::sin(phase)));
            }
        }
    }
    return picture;
}

}  // namespace
}  // namespace sokkuri::service::testing
