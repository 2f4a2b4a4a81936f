// Tiers: of many rows that a coarse measure has put in order, how many must be looked at by a finer
// one so that the k best by the fine one are among them? As many as the noise between the two says,
// and the noise is what they differ by on rows looked at so far. For search among a filter's rows,
// where no calibration holds because they lie wherever the filter left some: nothing here assumes
// that the best are near. Pure functions.
//
// The best by the coarse measure alone would mislead: where a filter has taken the nearest rows
// away, they are those whose noise is large. So rows from all over are looked at, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Rows by a coarse measure, and how they are measured by a fine one.
struct Tiers {
    std::span<std::uint64_t> keys;  // candidate_key by the coarse measure, in any order at first
    std::size_t sampled = 1;        // so many from all over are measured to see the noise,
    std::size_t first = 1;          // and so many of the best
    std::size_t k = 1;
    /// Writes fine[i] for keys[i]; called with some keys at a time, never twice with the same.
    std::function<void(std::span<const std::uint64_t> keys, std::span<float> fine)> measure;
};

/// Moves the keys that had to be measured to the front. Returns what they measured. A row that was
/// left out is one of the k best with less than one chance in a thousand, as far as noise is
/// normal. O(keys) and what the measuring takes.
std::vector<float> measure_enough(const Tiers& tiers);

}  // namespace sokkuri::index
