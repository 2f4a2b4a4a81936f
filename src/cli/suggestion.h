// "did you mean": the known word nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// "; did you mean \"search\"?", or nothing when no known word is near enough.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace sokkuri::cli
