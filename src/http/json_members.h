// Where the values of an object lie in its text: so that a document can be kept as it was sent.
// Pure.
#pragma once

#include <string_view>
#include <vector>

namespace sokkuri::http {

/// The texts of the values of an object's members, in their order, without the spaces around them.
/// `object` is valid JSON (parse_json has read it) and an object. Views into it.
std::vector<std::string_view> member_texts(std::string_view object);

}  // namespace sokkuri::http
