// Filters as people write them on a command line: field=value, field!=value, field>=value,
// field>value, field<=value, field<value, field in a,b, field~words, field exists; or the JSON of
// filter_json.h. Pure.
#pragma once

#include "base/result.h"
#include "collection/filter.h"

#include <string_view>

namespace sokkuri::collection {

/// A value parses as JSON (12, true, "12"), else it is a text as it stands. kInvalidArgument says
/// what could stand there.
Result<Filter> filter_of_text(std::string_view text);

}  // namespace sokkuri::collection
