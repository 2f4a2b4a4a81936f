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
    std::vector<std::uint64_t> visited;  // bit by ordinal; all zero between searches
    std::vector<std::uint32_t> touched;  // its words that are not
    std::vector<std::uint64_t> pool;     // sorted keys: score · ordinal · expanded or not
    std::vector<Ordinal> fresh;          // unvisited neighbors of the node being expanded
    std::vector<float> scores;           // of `fresh`, or of the landmarks
    std::vector<Ordinal> entries;        // result of choose_entries
    std::vector<Candidate> found;        // result of search_graph

    /// Room for a search of width `ef` over `nodes` nodes that scores at most `fresh_max` at once.
    void fit(std::size_t nodes, std::size_t ef, std::size_t fresh_max) {
        const std::size_t words = (nodes + 63) / 64;
        if (visited.size() < words) visited.resize(words);
        // Whoever comes next writes one place before it is known whether it counts.
        if (touched.size() < words + 1) touched.resize(words + 1);
        if (pool.size() < ef + 1) pool.resize(ef + 1);
        if (fresh.size() < fresh_max + 1) fresh.resize(fresh_max + 1);
        if (scores.size() < fresh_max) scores.resize(fresh_max);
    }
};

}  // namespace sokkuri::index
