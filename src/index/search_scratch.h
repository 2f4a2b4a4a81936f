// SearchScratch: the memory of one search of a segment, from the encoded query to the last
// candidate, reused from search to search. One per thread; a search that is running owns it.
#pragma once

#include "index/codes.h"
#include "index/graph_scratch.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

struct SearchScratch {
    GraphScratch graph;
    std::vector<float> mapped;  // the query in L2 space
    FullQuery full;
    HeadQuery head;
    std::vector<Ordinal> candidates;      // to be re-ranked, best first
    std::vector<float> candidate_scores;  // of their heads; empty: not known
    std::vector<Ordinal> ordered;         // the same, after re-ranking
    std::vector<std::int32_t> dots;       // their full codes against the query
    std::vector<float> scores;            // what these make of it
    std::vector<const float*> rows;       // raw rows about to be decided
    std::vector<double> distances;        // of these
    std::vector<std::uint64_t> keys;

    void cut_candidates(std::size_t count) {
        candidates.resize(count);
        candidate_scores.resize(std::min(count, candidate_scores.size()));
    }
};

/// Of the calling thread, for its lifetime: as much memory as its largest search needed, about
/// nodes / 8 bytes.
inline SearchScratch& scratch_of_this_thread() {
    thread_local SearchScratch scratch;
    return scratch;
}

}  // namespace sokkuri::index
