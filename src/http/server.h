// Server: listeners, each an address with a table of routes, over one pool of threads. Boost.Asio
// and Beast stay behind server.cpp and connection.cpp. Every bound is in Limits; overload answers
// 429 or 503 with Retry-After and never stalls. `run` from one thread; `stop` from any, also
// before.
#pragma once

#include "base/result.h"
#include "http/access_rules.h"
#include "http/limits.h"
#include "http/route.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

/// A TCP address or a Unix socket.
struct Address {
    std::string host = "127.0.0.1";  // a numeric address or "localhost" (both of its families)
    std::uint16_t port = 7171;       // 0: any free one
    std::string unix_path;           // not empty: a Unix socket of mode 0600 instead
};

struct Listener {
    Address address;
    AccessRules access;
    std::shared_ptr<const RouteTable> routes;
};

/// Numbers of a server since its start; for /metrics. Filled in by ServerMetrics (metrics.h).
class ServerMetrics;

class Server {
 public:
    /// Binds every listener, so that a port in use is known before anything is loaded. kConflict
    /// names the address that is taken.
    static Result<std::unique_ptr<Server>> open(std::vector<Listener> listeners,
                                                const Limits& limits,
                                                std::shared_ptr<ServerMetrics> metrics);
    virtual ~Server() = default;

    /// Where it listens, in the order of the listeners: "http://127.0.0.1:7171", "unix:/…".
    virtual std::vector<std::string> addresses() const = 0;
    /// Serves until stopped: then takes no new connection, lets what is in flight (event streams,
    /// too) finish within `stop_time_max_ms`, and returns. A handler that runs longer is waited
    /// for, its client is not.
    virtual Result<void> run() = 0;
    /// Safe in any thread; not in a signal handler.
    virtual void stop() = 0;
};

}  // namespace sokkuri::http
