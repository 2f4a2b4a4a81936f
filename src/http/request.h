// Request: one HTTP request as a handler sees it: decoded, matched to its route, within its limits.
// Made by the server, read by handlers. A value; safe to read from any number of threads. Knows no
// sockets and no Beast.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::http {

enum class Method { kGet, kPost, kPut, kPatch, kDelete };
std::string_view name_of(Method method);  // "GET", …

/// Names and values in the order of the request, percent-decoded.
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
    Method method = Method::kGet;
    std::string target;  // as it came: path and query
    Pairs captures;      // of the route's {names}
    Pairs query;
    Pairs headers;  // names in lower case
    std::string body;
    std::uint64_t number = 0;  // of this request in this process, for logs

    /// The capture of that name; a name that the route does not have is a bug (CHECK).
    const std::string& capture(std::string_view name) const;
    /// That which the route names; empty where it names none.
    std::string collection() const;
    /// The last one of that name.
    std::optional<std::string_view> query_value(std::string_view name) const;
    /// `name` in lower case; the first one.
    std::optional<std::string_view> header(std::string_view name) const;
    /// Without parameters, in lower case: "application/json"; empty when none was sent.
    std::string content_type() const;
};

}  // namespace sokkuri::http
