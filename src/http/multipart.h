// multipart/form-data (RFC 7578): the parts of a body that is already in memory. Pure; hostile
// bytes expected.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

struct FormPart {
    std::string name;
    std::string file_name;
    std::string content_type;  // lower case, without parameters; empty: not said
    std::string_view content;  // into the body
};

inline constexpr std::size_t kFormPartsMax = 32;

/// `content_type`: the header's whole value, with its boundary. kInvalidArgument says what is wrong
/// with the body; kExhausted beyond kFormPartsMax.
Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body);

}  // namespace sokkuri::http
