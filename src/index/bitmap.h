// Bitmap: a set of ordinals, dense. What filters and tombstones become before a search. Not
// synchronized: build it, then share it as const.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// Dense 32-bit row of a segment or tail.
using Ordinal = std::uint32_t;

class Bitmap {
 public:
    /// Grows to hold `ordinal`.
    void set(Ordinal ordinal) {
        const std::size_t word = ordinal / 64;
        if (word >= words_.size()) words_.resize(word + 1);
        words_[word] |= std::uint64_t{1} << (ordinal % 64);
    }

    bool test(Ordinal ordinal) const {
        const std::size_t word = ordinal / 64;
        return word < words_.size() && ((words_[word] >> (ordinal % 64)) & 1U) != 0;
    }

    bool empty() const { return words_.empty(); }

 private:
    std::vector<std::uint64_t> words_;
};

}  // namespace sokkuri::index
