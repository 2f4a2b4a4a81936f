// RunningServer: a real server on a free port of loopback, running in a thread of its own until
// this goes. For tests alone.
#pragma once

#include "http/metrics.h"
#include "http/server.h"
#include "http/testing/raw_client.h"

#include <memory>
#include <string>
#include <thread>

namespace sokkuri::http {

class RunningServer {
 public:
    explicit RunningServer(RouteTable routes, const Limits& limits = {}, AccessRules access = {});
    RunningServer(RouteTable routes, const Limits& limits, AccessRules access, Address address);
    ~RunningServer();
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    const std::string& address() const { return address_; }
    RawClient connect() const { return RawClient(address_); }
    ServerMetrics& metrics() { return *metrics_; }

    void stop() { server_->stop(); }
    /// Waits until `run` has returned.
    void join();

 private:
    std::shared_ptr<ServerMetrics> metrics_;
    std::unique_ptr<Server> server_;
    std::string address_;
    std::thread thread_;
};

}  // namespace sokkuri::http
