#include "service/npy_file.h"

#include "base/check.h"

#include <bit>
#include <utility>

namespace sokkuri::service {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as they lie in memory");

/// Room for any 64-bit number of rows; a multiple of 64, as the format asks.
constexpr std::size_t kHeaderBytes = 128;

std::string header(std::uint64_t rows, std::uint32_t dimension);

}  // namespace

Result<NpyFile> NpyFile::create(FileSystem& files, const std::string& path,
                                std::uint32_t dimension) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    const std::string first_header = header(0, dimension);
    TRY(file.append(std::as_bytes(std::span(first_header))));
    return NpyFile(std::move(file), dimension);
}

Result<void> NpyFile::append(std::span<const float> row) {
    CHECK(row.size() == dimension_);
    ++rows_;
    return file_.append(std::as_bytes(row));
}

Result<void> NpyFile::finish() {
    const std::string final_header = header(rows_, dimension_);
    TRY(file_.overwrite(0, std::as_bytes(std::span(final_header))));
    return file_.commit();
}

namespace {

/// numpy.lib.format: magic, version, length of what follows (uint16), a Python literal, spaces, a
/// line end.
std::string header(std::uint64_t rows, std::uint32_t dimension) {
    std::string text("\x93NUMPY\x01\x00", 8);
    constexpr std::size_t kLength = kHeaderBytes - 10;
    text += static_cast<char>(kLength & 0xffU);
    text += static_cast<char>(kLength >> 8U);
    text += fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows,
                        dimension);
    CHECK(text.size() < kHeaderBytes);
    text.resize(kHeaderBytes - 1, ' ');
    text += '\n';
    return text;
}

}  // namespace
}  // namespace sokkuri::service
