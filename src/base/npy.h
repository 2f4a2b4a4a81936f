// NumPy's array files (numpy.lib.format, versions 1.0 to 3.0): matrices of vectors that come from
// elsewhere, mapped rather than loaded, and arrays of results that go there. Files are hostile:
// what a header says is held against the file before anything is believed. A matrix is immutable;
// safe from any number of threads. Deliberately neither big-endian nor Fortran order nor
// structures.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

enum class NpyElement { kFloat16, kFloat32, kFloat64, kInt8, kUint8 };

/// "<f4", "|i1", …: as NumPy writes it.
std::string_view descr_of(NpyElement element);
std::size_t size_of(NpyElement element);

struct NpyHeader {
    NpyElement element = NpyElement::kFloat32;
    std::size_t rows = 0;
    std::size_t columns = 0;    // at least 1
    std::size_t data_at = 0;    // bytes from the start of the file
    std::size_t data_size = 0;  // rows · columns · size of an element
};

/// The header of a matrix from the first bytes of a file that has `file_size` of them (all of them
/// or at least kNpyHeaderBytesMax must be given). kInvalidArgument: no such file; kUnsupported: one
/// that we do not read (the reason names what is there); kCorruption: shorter than its header says.
Result<NpyHeader> parse_npy_header(std::span<const std::byte> start, std::uint64_t file_size);
inline constexpr std::size_t kNpyHeaderBytesMax = 64U << 10;

/// Of any array: what its header says, and nothing more.
struct NpyArray {
    std::string descr;  // "<U44": the type of its elements
    bool is_fortran = false;
    std::vector<std::uint64_t> shape;
    std::size_t data_at = 0;  // bytes from the start of the file
};

/// As parse_npy_header, but for arrays of any shape and type; does not ask how long the file is.
Result<NpyArray> parse_npy_array(std::span<const std::byte> start);

/// As many elements as `floats` holds, from where they lie in a file (aligned or not).
void npy_to_floats(NpyElement element, const std::byte* values, std::span<float> floats);

class NpyMatrix {
 public:
    /// Maps the file. Errors as parse_npy_header, naming the path. The file must not shrink while
    /// the matrix lives.
    static Result<NpyMatrix> open(FileSystem& files, const std::string& path);

    std::size_t rows() const { return header_.rows; }
    std::size_t columns() const { return header_.columns; }
    NpyElement element() const { return header_.element; }
    /// All elements where they lie in the map; nothing when they are no aligned float32.
    std::optional<std::span<const float>> floats() const;
    /// Rows from `first` on as float32, as many as fill `out` (a multiple of columns()).
    void convert(std::size_t first, std::span<float> out) const;

 private:
    NpyMatrix(NpyHeader header, std::unique_ptr<MappedRegion> region)
        : header_(header), region_(std::move(region)) {}

    NpyHeader header_;
    std::unique_ptr<MappedRegion> region_;  // null without a byte of data
};

/// Header of version 1.0 for an array in C order: 128 bytes for up to five dimensions.
std::string npy_header(std::string_view descr, std::span<const std::uint64_t> shape);

/// An int64 array in C order; `shape` multiplies up to the number of values. Replaces the file
/// whole.
Result<void> write_npy(FileSystem& files, const std::string& path,
                       std::span<const std::uint64_t> shape, std::span<const std::int64_t> values);

}  // namespace sokkuri
