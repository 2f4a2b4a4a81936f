// RawRows: where the raw float32 vectors lie, by slot: chunks of a power of two of rows, as vector
// files have them, or one matrix. Borrowed memory: valid as long as what it was made from. Reading
// is safe from any number of threads.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Row of a vector among those that a field ever got (store), or of a matrix (the library).
using Slot = std::uint32_t;

class RawRows {
 public:
    RawRows() = default;
    /// `chunks[i]` holds rows i · rows_per_chunk on; all but the last are full. `rows_per_chunk` is
    /// a power of two.
    RawRows(std::vector<const float*> chunks, std::size_t rows_per_chunk, std::size_t count,
            std::size_t dimension)
        : chunks_(std::move(chunks)),
          shift_(static_cast<unsigned>(std::countr_zero(rows_per_chunk))),
          mask_(rows_per_chunk - 1),
          count_(count),
          dimension_(dimension) {}

    /// One matrix, row-major.
    static RawRows of_matrix(std::span<const float> values, std::size_t dimension) {
        const std::size_t count = values.size() / dimension;
        return {{values.data()}, std::bit_ceil(count + 1), count, dimension};
    }

    std::size_t count() const { return count_; }
    std::size_t dimension() const { return dimension_; }
    const float* operator[](std::size_t slot) const {
        return chunks_[slot >> shift_] + (slot & mask_) * dimension_;
    }
    std::span<const float> row(std::size_t slot) const { return {(*this)[slot], dimension_}; }

 private:
    std::vector<const float*> chunks_;
    unsigned shift_ = 0;
    std::size_t mask_ = 0;
    std::size_t count_ = 0;
    std::size_t dimension_ = 0;
};

}  // namespace sokkuri::index
