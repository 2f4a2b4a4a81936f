// Admission: what becomes of a request by its head alone, before its body is read: whose it is
// (Host, Origin), which route it means, whether its parameters and declared body are taken. Pure;
// safe from any number of threads.
#pragma once

#include "http/access_rules.h"
#include "http/limits.h"
#include "http/refusal.h"
#include "http/request_head.h"
#include "http/router.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::http {

enum class Transport { kTcp, kUnix };

/// Where a request came in.
struct Entrance {
    const AccessRules& access;
    const Router& router;
    const Limits& limits;
    Transport transport = Transport::kTcp;
};

struct Admission {
    /// Set when nobody else needs to see the request.
    std::optional<Response> answer;
    std::string_view limit = "";  // the name in Limits of why it was refused; else empty

    const Route* route = nullptr;  // also set when it was found and then refused
    Request request;               // without its body
    std::string path;              // as it came, without the query: for logs
    std::string origin;            // of a page that may read the answer (CORS); else empty
    std::uint64_t body_bytes_max = 0;
    std::string_view body_limit = "";  // its name
    bool is_head = false;
};

Admission admit(const Entrance& entrance, const RequestHead& head);

}  // namespace sokkuri::http
