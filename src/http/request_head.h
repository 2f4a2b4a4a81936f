// RequestHead: what stands before the body of a request, as it came, before anything is believed.
// Made by request_parser.h. A value.
#pragma once

#include "http/request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::http {

struct RequestHead {
    std::string method;  // as it came: "GET", "HEAD", "BREW"
    std::string target;  // as it came: "/a?b=c", "http://host/a", "*"
    Pairs headers;       // names in lower case, values without surrounding spaces
    bool is_http_1_0 = false;
    bool keeps_alive = true;                  // what the client wishes
    bool has_body = false;                    // of at least one byte, or chunked
    std::optional<std::uint64_t> body_bytes;  // as declared; empty when chunked

    std::size_t count(std::string_view name) const;
    /// The first one; `name` in lower case.
    std::optional<std::string_view> header(std::string_view name) const;
};

}  // namespace sokkuri::http
