// What a field's index looks like, in numbers: for stats.
#pragma once

#include "collection/index_keeper.h"
#include "collection/index_stats.h"
#include "collection/snapshot.h"

namespace sokkuri::collection {

/// `keeper`: a writer's, for what only it knows (state, recall measured); else null. O(segments).
IndexStats index_stats_of(const FieldSnapshot& field, const IndexKeeper* keeper);

}  // namespace sokkuri::collection
