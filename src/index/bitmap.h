// Bitmap: a set of slots, dense. What filters and tombstones become before a search. Not
// synchronized: build it, then share it as const. And SlotFilter, the two of them together.
#pragma once

#include "index/raw_rows.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

class Bitmap {
 public:
    /// Grows to hold `slot`.
    void set(Slot slot) {
        const std::size_t word = slot / 64;
        if (word >= words_.size()) words_.resize(word + 1);
        const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
        count_ += (words_[word] & bit) == 0 ? 1 : 0;
        words_[word] |= bit;
    }

    bool test(Slot slot) const { return ((word(slot / 64) >> (slot % 64)) & 1U) != 0; }

    bool empty() const { return words_.empty(); }

    /// O(1).
    std::size_t count() const { return count_; }

    /// Slot s is bit s mod 64 of word s div 64.
    std::span<const std::uint64_t> words() const { return words_; }
    /// Zero beyond the last.
    std::uint64_t word(std::size_t index) const {
        return index < words_.size() ? words_[index] : 0;
    }

 private:
    std::vector<std::uint64_t> words_;
    std::size_t count_ = 0;
};

/// Which slots may be returned. Null: all.
struct SlotFilter {
    const Bitmap* left_out = nullptr;  // dead, excluded
    const Bitmap* allowed = nullptr;
    std::size_t allowed_count = 0;  // set bits of `allowed`

    bool passes_all() const { return left_out == nullptr && allowed == nullptr; }
    bool passes(Slot slot) const {
        return (allowed == nullptr || allowed->test(slot)) &&
               (left_out == nullptr || !left_out->test(slot));
    }
    /// The slots 64 · index on that pass, as bits.
    std::uint64_t word(std::size_t index) const {
        const std::uint64_t in = allowed == nullptr ? ~std::uint64_t{0} : allowed->word(index);
        return left_out == nullptr ? in : in & ~left_out->word(index);
    }
};

}  // namespace sokkuri::index
