// How near the k-th neighbor must be at least, before a scan begins: the nearer, the fewer nodes
// survive their heads. From neighbors that are already known, or from a look around.
#pragma once

#include "index/exact_query.h"
#include "index/node_set.h"
#include "index/survivor_check.h"

#include <span>

namespace sokkuri::index {

/// `seed` as in exact_search. Whether it was enough: k slots.
bool tighten_by_seed(ExactQuery& query, std::span<const Neighbor> seed);

/// Scores some nodes all over the set, then those around the best of them (near rows lie near each
/// other), and measures the best. Nothing is kept but the bound. About 4,000 heads and k rows.
void tighten_by_sample(ExactQuery& query, const NodeSet& nodes, CheckScratch& scratch);

}  // namespace sokkuri::index
