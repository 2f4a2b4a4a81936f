// Graph searches in turns: who has several queries leaves each of them while memory fetches what it
// needs next, and goes on with another. Not for concurrent use; reused from group to group.
#pragma once

#include "index/graph_search.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::index {

/// One of the searches: what is asked, and what it finds.
struct GraphTurn {
    const HeadQuery* query = nullptr;
    std::span<const Ordinal> entries = {};  // where it starts, as GraphSearch has them
    std::vector<Candidate> found = {};      // as search_graph leaves them in its scratch
    GraphEffort effort = {};
};

class GraphTurns {
 public:
    /// Searches that are under way at a time: as many as hide one another's waits (1 M × 1280,
    /// ef 48: two make 7 % more of one thread, four 12 %, six no more than four).
    static constexpr std::size_t kLanes = 4;

    /// Does for each of `turns` what search_graph does at this `ef`, to the bit. O(turns · ef ·
    /// kDegree) scores; kLanes scratches of some nodes / 8 bytes.
    void search(const GraphView& graph, std::size_t ef, std::span<GraphTurn> turns,
                const simd::Kernels& kernels);

 private:
    std::array<GraphScratch, kLanes> scratches_;
};

}  // namespace sokkuri::index
