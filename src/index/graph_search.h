// Graph search: best-first over links, steered by head scores; one bounded, sorted candidate pool.
// No virtual call, allocation, lock, log line or CPU test inside the loop. Scratch memory belongs
// to the caller; the segment is shared.
#pragma once

#include "index/segment.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// The pool's entry: nearest first, by (score, ordinal).
struct Candidate {
    float score = 0;  // HeadQuery's bias + multiplier · dot, without its constant
    Ordinal ordinal = 0;
};

/// Memory of one search at a time, reused: nothing is allocated once it has grown.
struct GraphScratch {
    std::vector<std::uint64_t> visited;  // bit by ordinal; all zero between searches
    std::vector<std::uint32_t> touched;  // its words that are not
    std::vector<std::uint64_t> pool;     // sorted: score bits · ordinal, and expanded or not
    std::vector<Ordinal> fresh;          // unvisited neighbors of the node being expanded
    std::vector<float> scores;
    std::vector<Candidate> found;  // result
};

struct GraphView {
    std::span<const std::uint8_t> heads;
    HeadLayout layout;
    std::span<const std::uint32_t> links;  // nodes × kDegree
};

struct GraphSearch {
    const HeadQuery& query;
    std::size_t ef = 64;
    std::span<const Ordinal> entries;  // scored already or not: entry points
    std::size_t expansions_max = SIZE_MAX;
};

/// The `ef` best nodes that the search saw, nearest first, in scratch.found. O(ef · kDegree)
/// scores. Returns how many nodes were scored.
std::size_t search_graph(const GraphView& graph, const GraphSearch& search,
                         const simd::Kernels& kernels, GraphScratch& scratch);

}  // namespace sokkuri::index
