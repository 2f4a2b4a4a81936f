// Re-rank: from the candidates of a search to its answer. Full codes put them in order, float64
// over raw rows decides the first of them; an ordinal stands for all its slots.
#pragma once

#include "index/bitmap.h"
#include "index/distance.h"
#include "index/neighbor.h"
#include "index/raw_rows.h"
#include "index/search_scratch.h"
#include "index/segment.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::index {

struct ReRank {
    const Segment& segment;
    const RawRows& rows;
    const Decider& decider;
    const SlotFilter& filter;
    std::size_t k = 10;
    double distance_max = 0;
};

/// How many candidates are decided in float64 for `k` results at most: what full codes put in a
/// wrong order lies next to where it belongs.
constexpr std::size_t decided_max_for(std::size_t k) {
    return k + std::max<std::size_t>(8, k / 4);
}

struct ReRanked {
    std::size_t decided = 0;  // float64 distances
    /// Where among the candidates (0 first, 1 last) the best by full codes lay, on average, as the
    /// search had ordered them; 0 when there were too few to tell.
    double depth = 0;
};

/// Takes scratch.candidates, best first, and scratch.full, the query, and appends the slots of the
/// best to `found`, each with its float64 distance: those that the filter lets through, at most
/// distance_max away. Neither sorted nor cut (keep_nearest). Candidates of which no slot passes
/// cost a place. O(candidates × dimension); where the scores of their heads are known, it looks at
/// no more of them than these make likely to be among the k best.
ReRanked re_rank(const ReRank& job, SearchScratch& scratch, std::vector<Neighbor>& found);

/// Appends slots of all `nodes` likewise. Leaves in scratch.distances the distance of each node,
/// also beyond distance_max; infinite where none of its slots passes. O(nodes × dimension).
void decide_nodes(const ReRank& job, std::span<const Ordinal> nodes, SearchScratch& scratch,
                  std::vector<Neighbor>& found);

/// Whether heads said so little about this query that better rows may lie beyond the pool: what
/// full codes call the best is spread over the `pool` candidates instead of leading them.
bool is_spread(const ReRanked& ranked, std::size_t pool, std::size_t k);

/// Drops scratch.candidates without a slot that the filter lets through. O(candidates).
void drop_filtered_out(const SegmentParts& parts, const SlotFilter& filter, SearchScratch& scratch);

}  // namespace sokkuri::index
