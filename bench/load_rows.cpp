// Fills a collection with the rows of a float32 .npy matrix, as if so many pictures had been
// indexed, to measure searches in large collections. Usage: bench_load_rows MATRIX.npy FOLDER
// MODELS_FOLDER [ROWS]. Ids are row-0, row-1, …
#include "service/library.h"
#include "service/model_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::uint64_t kBatchRows = 5'000;
constexpr std::size_t kHeaderBytesMax = 4'096;

struct Matrix {
    std::unique_ptr<File> file;
    std::uint64_t offset = 0;  // of the first row
    std::uint64_t rows = 0;
};

/// numpy.lib.format, version 1: the length of the header is at byte 8.
Result<Matrix> open_matrix(const std::string& path, std::uint32_t dimension) {
    Matrix matrix;
    matrix.file = TRY(posix_file_system().open(path, OpenMode::kRead));
    std::array<std::byte, 10> start{};
    TRY(matrix.file->read_at(0, start));
    matrix.offset = 10 + std::to_integer<std::uint64_t>(start[8]) +
                    256 * std::to_integer<std::uint64_t>(start[9]);
    if (std::memcmp(start.data(), "\x93NUMPY\x01", 7) != 0 || matrix.offset > kHeaderBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "{}: no .npy file of version 1", path);
    }
    const std::uint64_t size = TRY(matrix.file->size_bytes());
    matrix.rows = (size - matrix.offset) / (dimension * sizeof(float));
    return matrix;
}

Result<void> put_rows(collection::Collection& collection, const Matrix& matrix,
                      std::uint32_t dimension, std::uint64_t first, std::uint64_t end) {
    std::vector<collection::PutRecord> records;
    for (std::uint64_t row = first; row < end; ++row) {
        std::vector<float> values(dimension);
        TRY(matrix.file->read_at(matrix.offset + row * dimension * sizeof(float),
                                 std::as_writable_bytes(std::span(values))));
        collection::PutRecord record{.id = fmt::format("row-{}", row),
                                     .document = fmt::format(R"({{"path":"{}.jpg"}})", row)};
        record.vectors.push_back({.field = kPictureField, .values = std::move(values)});
        records.push_back(std::move(record));
    }
    TRY(collection.put(records));
    return {};
}

Result<void> load(const std::string& matrix_path, const std::string& folder,
                  const std::string& models_folder, std::uint64_t rows_max) {
    FileSystem& files = posix_file_system();
    TRY(create_directories(files, folder));
    const features::Model model =
        TRY(choose_model(files, {.models_folder = models_folder}, std::nullopt));
    const std::uint32_t dimension = model.card.dimension;
    const Matrix matrix = TRY(open_matrix(matrix_path, dimension));
    Library library = TRY(Library::open(files, folder, "", LibraryAccess::kWrite));
    TRY(library.collection().add_field({.name = kPictureField,
                                        .dimension = dimension,
                                        .metric = index::Metric::kCosine,
                                        .model = features::to_json(model.card),
                                        .fingerprint = features::fingerprint(model.card)}));
    const std::uint64_t rows = std::min(matrix.rows, rows_max);
    for (std::uint64_t row = 0; row < rows; row += kBatchRows) {
        const std::uint64_t end = std::min(rows, row + kBatchRows);
        TRY(put_rows(library.collection(), matrix, dimension, row, end));
    }
    fmt::print("{} rows of {} components\n", rows, dimension);
    return {};
}

}  // namespace
}  // namespace sokkuri::service

int main(int count, char** words) {
    if (count < 4) {
        fmt::print(stderr, "usage: {} MATRIX.npy FOLDER MODELS_FOLDER [ROWS]\n", words[0]);
        return 2;
    }
    const std::uint64_t rows_max = count > 4 ? std::stoull(words[4]) : UINT64_MAX;
    const auto loaded = sokkuri::service::load(words[1], words[2], words[3], rows_max);
    if (loaded) return 0;
    fmt::print(stderr, "{}\n", loaded.error().message());
    return 1;
}
