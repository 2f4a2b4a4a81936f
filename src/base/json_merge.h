// JSON Merge Patch (RFC 7396) on texts: what the patch does not speak of stays as it was written,
// in its place. Used where documents are changed member by member. Pure.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace sokkuri {

/// `target` with the members of `patch`: null removes, objects are merged, anything else takes the
/// place of what was there; new members follow behind, in the order of the patch. The very text of
/// `target` when nothing changes. kInvalidArgument when either is no JSON object. O(length of both)
/// at each depth.
Result<std::string> merge_json(std::string_view target, std::string_view patch);

}  // namespace sokkuri
