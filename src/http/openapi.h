// OpenAPI 3.1 from the rows that the server answers by (route.h) and the shapes of their bodies
// (openapi_schemas.h). Pure; knows no handlers.
#pragma once

#include "http/route.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

/// The names in a pattern's braces, in their order.
std::vector<std::string_view> captures_of(std::string_view pattern);

/// What a name in a pattern's braces stands for: "{collection}" and so on. A name that no row
/// explains is a bug (CHECK).
std::string_view capture_help(std::string_view name);

/// The whole document; rows that are not documented are left out.
std::string openapi_json(std::span<const Route> routes);

}  // namespace sokkuri::http
