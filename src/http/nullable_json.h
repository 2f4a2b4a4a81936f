// Members that are null where there is nothing to say.
#pragma once

#include "base/json.h"

#include <string_view>

namespace sokkuri::http {

inline void write_text_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
    json.key(name);
    text.empty() ? json.null() : json.value(text);
}

}  // namespace sokkuri::http
