// JsonLine: JSON as one line of JSON lines. Used where documents are written one a line. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri {

/// `json`, which is valid, without line ends: they can stand between its parts only, never in a
/// text, and become spaces. O(its length).
std::string json_on_one_line(std::string_view json);

}  // namespace sokkuri
