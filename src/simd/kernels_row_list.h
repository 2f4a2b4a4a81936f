// Rows of codes as every fast set of kernels goes through them: which rows, how they are asked for
// ahead of time, how many are taken together.
//
// Rows are taken by four, so that their sums are folded together: four registers of partial sums
// are transposed and added into one, where one by one they would take three times the instructions.
//
// All in an unnamed namespace: no symbol of a file compiled for wide registers may be shared.
#pragma once

#include "simd/kernels_parts.h"

namespace sokkuri::simd {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kQuad = 4;
constexpr std::size_t kBlockRows = 16;
constexpr std::size_t kBiasBytes = 4;
/// Lines asked for before they are needed. A core has some fifty misses under way to memory; more
/// wait in line, and a first-level cache holds 768 lines.
constexpr std::size_t kLinesAhead = 128;

template <class T>
T load_as(const void* from) {
    T value;
    __builtin_memcpy(&value, from, sizeof(T));
    return value;
}

/// Where rows are, and asking for them ahead of time. What prefetches is always inlined: g++ 12
/// takes a function that does nothing else for a pure one, and removes its calls.
class RowList {
 public:
    explicit RowList(const CodeRows& rows)
        : rows_(rows),
          ahead_(kLinesAhead / (rows.size / kLine + 1) + kQuad),
          is_aligned_((reinterpret_cast<std::uintptr_t>(rows.rows) | rows.stride) % kLine == 0) {}

    const std::uint8_t* operator[](std::size_t i) const {
        return rows_.rows + (rows_.ordinals == nullptr ? i : rows_.ordinals[i]) * rows_.stride;
    }

    std::size_t count() const { return rows_.count; }

    /// Asks for the rows that will be wanted first. Rows in order are left to the CPU's own
    /// prefetcher, which is better at them.
    [[gnu::always_inline]] void prefetch_first() const {
        if (rows_.ordinals != nullptr) prefetch(0, ahead_);
    }

    /// To be called before `count` rows from `i` on are read.
    [[gnu::always_inline]] void prefetch_after(std::size_t i, std::size_t count) const {
        if (rows_.ordinals != nullptr && i + ahead_ < rows_.count) {
            prefetch(i + ahead_, i + ahead_ + count);
        }
    }

 private:
    [[gnu::always_inline]] void prefetch(std::size_t from, std::size_t to) const {
        const std::size_t end = to < rows_.count ? to : rows_.count;
        for (std::size_t i = from; i < end; ++i) {
            const std::uint8_t* row = rows_.rows + rows_.ordinals[i] * rows_.stride;
            for (std::size_t byte = 0; byte < rows_.size; byte += kLine) {
                __builtin_prefetch(row + byte);
            }
            if (!is_aligned_) __builtin_prefetch(row + rows_.size - 1);
        }
    }

    const CodeRows& rows_;
    std::size_t ahead_;  // rows
    bool is_aligned_;    // every row starts a line
};

}  // namespace

}  // namespace sokkuri::simd
