// The status line and headers of an answer, with those that every answer carries. Pure but for the
// time of day.
#pragma once

#include "http/response.h"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::http {

struct HeadOptions {
    std::optional<std::uint64_t> body_bytes;  // empty: in chunks, or until the connection ends
    bool is_chunked = false;
    bool closes = false;
    bool is_http_1_0 = false;  // a client that must be told that the connection stays
    std::string_view origin;   // not empty: of a page that may read the answer (CORS)
    std::time_t now = 0;
};

/// Line breaks and other control characters in values become spaces: what a handler took from a
/// file's name cannot start another header.
std::string response_head(const Response& response, const HeadOptions& options);

/// "Not Found"; "Unknown" for numbers that mean nothing here.
std::string_view reason_of(unsigned status);

/// Whether the status has a body at all: not 1xx, 204 and 304.
bool has_body(unsigned status);

}  // namespace sokkuri::http
