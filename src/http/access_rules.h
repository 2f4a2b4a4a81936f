// AccessRules: whose requests a listener believes (DESIGN §7). A browser carries requests of any
// web page to a server on the same machine; other pages must neither read nor change a person's
// pictures. `Host` tells a page whose name was pointed at this machine (DNS rebinding), `Origin`
// and `Sec-Fetch-Site` tell pages that post. Pure; safe from any number of threads.
#pragma once

#include "http/refusal.h"
#include "http/request_head.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

struct AccessRules {
    /// Names that `Host` may say besides loopback ones; with or without a port. A Unix socket is
    /// not asked.
    std::vector<std::string> hosts;
    /// Origins that may change state besides the server's own: "https://pictures.example". They
    /// are also told that they may read (CORS).
    std::vector<std::string> origins;
};

/// 400 without exactly one well-formed Host (HTTP/1.1), 421 for a foreign one.
std::optional<Refusal> check_host(const AccessRules& rules, const RequestHead& head);

/// 403 for a request that may change state (neither GET, HEAD nor OPTIONS) and comes from a page
/// that is neither the server's own nor configured. `Origin: null` is foreign.
std::optional<Refusal> check_origin(const AccessRules& rules, const RequestHead& head);

/// The request's Origin if it is one of `rules.origins`, else empty.
std::string_view configured_origin(const AccessRules& rules, const RequestHead& head);

}  // namespace sokkuri::http
