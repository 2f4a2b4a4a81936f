// GraphScratch: the memory of one graph search at a time, reused from search to search: nothing is
// allocated once it has grown. Not for concurrent use; one per thread.
#pragma once

#include "index/segment.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// A node with its score: nearest first is by (score, ordinal).
struct Candidate {
    float score = 0;  // HeadQuery's bias + multiplier · dot, without its constant
    Ordinal ordinal = 0;

    bool operator==(const Candidate&) const = default;
};

struct GraphScratch {
    /// A search that marks more than this clears all bits behind itself.
    static constexpr std::size_t kMarkedMax = 8192;

    std::vector<std::uint64_t> visited;  // bit by ordinal; all zero between searches
    std::vector<Ordinal> marked;         // those of its bits that are not, up to kMarkedMax
    std::vector<std::uint64_t> pool;     // sorted keys: score · ordinal · expanded or not
    std::vector<Ordinal> fresh;          // unvisited neighbors of the node being expanded
    std::vector<float> scores;           // of `fresh`, or of the landmarks
    std::vector<std::uint64_t> keys;     // of those of `fresh` that may get into the pool
    std::vector<Ordinal> entries;        // result of choose_entries
    std::vector<Candidate> found;        // result of search_graph

    /// Room for a search of width `ef` over `nodes` nodes that scores at most `fresh_max` at once.
    void fit(std::size_t nodes, std::size_t ef, std::size_t fresh_max) {
        const std::size_t words = (nodes + 63) / 64;
        if (visited.size() < words) visited.resize(words);
        if (marked.size() < kMarkedMax) marked.resize(kMarkedMax);
        if (pool.size() < ef + 1) pool.resize(ef + 1);
        // Whoever comes next is written one place before it is known whether it counts.
        if (keys.size() < fresh_max + 1) keys.resize(fresh_max + 1);
        if (fresh.size() < fresh_max + 1) fresh.resize(fresh_max + 1);
        if (scores.size() < fresh_max) scores.resize(fresh_max);
    }
};

}  // namespace sokkuri::index
