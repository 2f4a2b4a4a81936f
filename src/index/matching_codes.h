// Matching codes: the nearest of the rows that a filter lets through, wherever these lie: the heads
// of all of them, full codes of those that heads cannot tell apart, float64 over those that full
// codes cannot (tiers.h). A graph finds its way to what is near; where the filter leaves only what
// is far away, or something dense elsewhere, this does not need one.
#pragma once

#include "index/prepared_filter.h"
#include "index/re_rank.h"
#include "index/search_scratch.h"
#include "index/segment_search.h"

#include <cstddef>
#include <vector>

namespace sokkuri::index {

struct MatchingCodes {
    const ReRank& rank;  // its filter is the one that was prepared
    const PreparedFilter& filter;
    std::size_t ef = 64;  // of heads: so many full codes are looked at, or more
};

/// Takes scratch.full and scratch.head, the query, and appends slots that pass to `found` as
/// re_rank does: those of the k nearest nodes and of some more. At worst, where neither tier tells
/// anything, about 1.3 times what a scan of the rows takes; a tenth of that where the filter has
/// nothing to do with the query.
ReRanked rank_matching_codes(const MatchingCodes& job, SearchScratch& scratch,
                             std::vector<Neighbor>& found);

}  // namespace sokkuri::index
