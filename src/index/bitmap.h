// Bitmap: a set of slots, dense. What filters and tombstones become before a search. Not
// synchronized: build it, then share it as const.
#pragma once

#include "index/raw_rows.h"

#include <bit>
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
        words_[word] |= std::uint64_t{1} << (slot % 64);
    }

    bool test(Slot slot) const {
        const std::size_t word = slot / 64;
        return word < words_.size() && ((words_[word] >> (slot % 64)) & 1U) != 0;
    }

    bool empty() const { return words_.empty(); }

    /// O(words).
    std::size_t count() const {
        std::size_t bits = 0;
        for (const std::uint64_t word : words_) {
            bits += static_cast<std::size_t>(std::popcount(word));
        }
        return bits;
    }

    /// Slot s is bit s mod 64 of word s div 64.
    std::span<const std::uint64_t> words() const { return words_; }

 private:
    std::vector<std::uint64_t> words_;
};

}  // namespace sokkuri::index
