// What a field's index looks like, in numbers: for stats.
#pragma once

#include "collection/index_stats.h"
#include "collection/snapshot.h"

namespace sokkuri::collection {

/// Without what only a writer knows (IndexStats::state). O(segments).
IndexStats index_stats_of(const FieldSnapshot& field);

}  // namespace sokkuri::collection
