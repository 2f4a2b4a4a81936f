// Target: the path and query that a request line names, taken apart and percent-decoded. The path
// is split at '/' before it is decoded, so that an id with "%2F" stays one segment. Pure; hostile
// text expected.
#pragma once

#include "base/result.h"
#include "http/request.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

struct Target {
    std::string authority;              // of the absolute form, "http://host/path"; else empty
    std::string path;                   // as it came, without the query: for logs
    std::vector<std::string> segments;  // decoded; "/" has none, "/a/" has "a" and ""
    Pairs query;                        // decoded, '+' is a space
};

/// kInvalidArgument for what is no path, broken percent escapes, NUL (also escaped), and segments
/// "." and "..".
Result<Target> parse_target(std::string_view text);

}  // namespace sokkuri::http
