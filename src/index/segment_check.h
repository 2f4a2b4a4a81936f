// The walk over a segment's big sections, which opening one by its map leaves out: for `verify` and
// tests. Reads everything once.
#pragma once

#include "base/result.h"
#include "index/segment.h"

namespace sokkuri::index {

/// Links, slots and numbers of parts that parse_sections accepted. O(bytes). kCorruption names
/// section and position.
Result<void> check_contents(const SegmentParts& parts);

}  // namespace sokkuri::index
