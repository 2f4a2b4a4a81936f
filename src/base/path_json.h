// Paths in JSON and CSV: as text, and, where bytes that are not UTF-8 make the text lossy, as
// base64 beside it.
#pragma once

#include "base/json.h"

#include <string>
#include <string_view>

namespace sokkuri {

/// Member `name` (invalid bytes as \xNN), and `<name>_bytes` (RFC 4648 base64) when the path is not
/// UTF-8.
void write_path(JsonWriter& json, std::string_view name, std::string_view path);

/// Empty for paths that are UTF-8; else their bytes as base64.
std::string path_bytes(std::string_view path);

}  // namespace sokkuri
