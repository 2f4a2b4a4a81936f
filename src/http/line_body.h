// LineBody: a body of JSON lines, line by line. Used by the routes that take many changes at once.
// Pure.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <string_view>

namespace sokkuri::http {

/// False: the lines behind are not wanted.
using LineReader = std::function<Result<bool>(std::size_t line, std::string_view text)>;

/// Gives each line that is not empty to `read`, with its number from 1; errors name it.
Result<void> for_each_line(std::string_view body, const LineReader& read);

}  // namespace sokkuri::http
