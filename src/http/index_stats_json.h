// How a field is indexed as JSON (schemas IndexState, SegmentState, RecallPoint). Pure.
#pragma once

#include "base/json.h"
#include "collection/index_stats.h"

namespace sokkuri::http {

/// Member "index".
void write_index(JsonWriter& json, const collection::IndexStats& index);

}  // namespace sokkuri::http
