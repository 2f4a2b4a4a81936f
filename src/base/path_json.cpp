#include "base/path_json.h"

#include "base/base64.h"
#include "base/shown_text.h"

namespace sokkuri {

void write_path(JsonWriter& json, std::string_view name, std::string_view path) {
    json.member(name, utf8_text(path));
    if (!is_utf8(path)) json.member(std::string(name) + "_bytes", path_bytes(path));
}

std::string path_bytes(std::string_view path) {
    return is_utf8(path) ? "" : base64(std::as_bytes(std::span(path)));
}

}  // namespace sokkuri
