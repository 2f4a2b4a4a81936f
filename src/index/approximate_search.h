// Approximate search of a segment: encode the query, find candidates by a planned way, re-rank
// them. Safe from any number of threads.
#pragma once

#include "index/search_plan.h"
#include "index/segment_search.h"

#include <optional>

namespace sokkuri::index {

/// `plan` names one of the ways that are not exact. Empty when that way can't keep the promise of
/// search_segment (nothing to encode, too few of the rows that it met pass): search exactly.
/// Allocates only the answer once the thread has searched before.
std::optional<SegmentAnswer> search_approximately(const Segment& segment, const RawRows& rows,
                                                  const SegmentQuery& query,
                                                  const SearchPlan& plan);

}  // namespace sokkuri::index
