// What a client may keep of an answer, and not sending it again when it still has it. Pure.
#pragma once

#include "http/request.h"
#include "http/response.h"

#include <string_view>

namespace sokkuri::http {

/// Under an address that changes with the content.
inline constexpr std::string_view kKeepForever = "private, max-age=31536000, immutable";
/// May be kept, but not shown without asking again.
inline constexpr std::string_view kAskAgain = "private, no-cache";

/// The answer with ETag and Cache-Control; 304 without its body when the request says that the
/// client has it. `tag` without quotes.
Response cacheable(const Request& request, Response whole, std::string_view tag,
                   std::string_view cache_control);

}  // namespace sokkuri::http
