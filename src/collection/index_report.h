// What a field's index looks like, in numbers: for stats.
#pragma once

#include "collection/collection.h"
#include "collection/index_keeper.h"
#include "collection/index_stats.h"
#include "collection/snapshot.h"

#include <vector>

namespace sokkuri::collection {

/// By number, damaged ones last. `keeper`: a writer's, for what only it knows (state, recall
/// measured); else null. O(segments).
std::vector<CollectionStats::Field> field_stats_of(const Snapshot& snapshot,
                                                   const IndexKeeper* keeper);

}  // namespace sokkuri::collection
