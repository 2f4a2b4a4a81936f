// Entity tags (RFC 9110 §8.8.3): whether a client already has what would be sent. Pure.
#pragma once

#include "http/request.h"
#include "http/response.h"

#include <string>
#include <string_view>

namespace sokkuri::http {

/// `tag` in quotes, as the header wants it. `tag` without quotes and spaces.
std::string quoted_tag(std::string_view tag);

/// Whether If-None-Match names `tag` (weakly compared) or "*".
bool is_not_modified(const Request& request, std::string_view tag);

/// 304 with the ETag.
Response not_modified(std::string_view tag);

}  // namespace sokkuri::http
