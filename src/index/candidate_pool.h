// CandidatePool: the best nodes that a search saw, bounded and sorted, each marked once it is
// expanded. One array of 64-bit keys (score, ordinal, mark): up to some hundreds of entries a move
// of a part of it is cheaper than any heap, and the next node to expand needs no search at all.
// Borrows its memory. Not for concurrent use.
#pragma once

#include "index/graph_scratch.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sokkuri::index {

/// Orders like (score, ordinal); bit 0 is free for a mark. `ordinal` is below 2³¹.
inline std::uint64_t candidate_key(float score, Ordinal ordinal) {
    const auto bits = std::bit_cast<std::uint32_t>(score);
    // Of negative floats all bits turn round, of others the sign alone: then unsigned order is
    // theirs.
    const std::uint32_t turned = bits ^ (static_cast<std::uint32_t>(-(bits >> 31)) | 0x80000000U);
    return (std::uint64_t{turned} << 32) | (std::uint64_t{ordinal} << 1);
}

inline Ordinal ordinal_of_key(std::uint64_t key) {
    return static_cast<Ordinal>(key & 0xFFFFFFFFU) >> 1;
}

inline Candidate candidate_of_key(std::uint64_t key) {
    const auto turned = static_cast<std::uint32_t>(key >> 32);
    const std::uint32_t bits = turned ^ ((turned >> 31) != 0 ? 0x80000000U : 0xFFFFFFFFU);
    return {std::bit_cast<float>(bits), ordinal_of_key(key)};
}

class CandidatePool {
 public:
    /// `keys` has room for `size_max` ≥ 1 entries.
    CandidatePool(std::uint64_t* keys, std::size_t size_max) : keys_(keys), size_max_(size_max) {}

    /// Whether a node with this key would get in now.
    bool takes(std::uint64_t key) const { return key < limit_; }

    /// Only what it takes(). A node comes at most once.
    void insert(std::uint64_t key) {
        const std::size_t place = place_of(key);
        if (size_ < size_max_) ++size_;
        std::memmove(keys_ + place + 1, keys_ + place, (size_ - 1 - place) * sizeof(key));
        keys_[place] = key;
        if (size_ == size_max_) limit_ = keys_[size_ - 1];
        if (place < next_) next_ = place;
    }

    /// Whether a node is left to expand.
    bool has_next() const { return next_ < size_; }
    /// The best one; valid while has_next().
    std::uint64_t next() const { return keys_[next_]; }
    /// Marks the best one and gives it.
    Ordinal take_next() {
        const Ordinal ordinal = ordinal_of_key(keys_[next_]);
        keys_[next_] |= 1U;
        while (next_ < size_ && (keys_[next_] & 1U) != 0) {
            ++next_;
        }
        return ordinal;
    }

    std::size_t size() const { return size_; }
    std::uint64_t operator[](std::size_t i) const { return keys_[i]; }

 private:
    /// How many entries are nearer: a binary search without branches that depend on data.
    std::size_t place_of(std::uint64_t key) const {
        const std::uint64_t* first = keys_;
        std::size_t left = size_;
        while (left > 1) {
            const std::size_t half = left / 2;
            first = first[half - 1] < key ? first + half : first;
            left -= half;
        }
        return static_cast<std::size_t>(first - keys_) +
               static_cast<std::size_t>(left == 1 && *first < key);
    }

    std::uint64_t* keys_;
    std::size_t size_max_;
    std::size_t size_ = 0;
    std::size_t next_ = 0;              // first entry that is not expanded
    std::uint64_t limit_ = UINT64_MAX;  // key of the worst, once full
};

}  // namespace sokkuri::index
