#include "http/testing/running_server.h"

#include "base/check.h"

#include <utility>

namespace sokkuri::http {

RunningServer::RunningServer(RouteTable routes, const Limits& limits, AccessRules access)
    : RunningServer(std::move(routes), limits, std::move(access), Address{.port = 0}) {}

RunningServer::RunningServer(RouteTable routes, const Limits& limits, AccessRules access,
                             Address address)
    : metrics_(std::make_shared<ServerMetrics>()) {
    Listener listener{.address = std::move(address),
                      .access = std::move(access),
                      .routes = std::make_shared<const RouteTable>(std::move(routes))};
    auto server = Server::open({std::move(listener)}, limits, metrics_);
    CHECK(server.has_value());
    server_ = *std::move(server);
    address_ = server_->addresses().front();
    thread_ = std::thread([this] {
        const auto ran = server_->run();
        CHECK(ran.has_value());
    });
}

RunningServer::~RunningServer() {
    server_->stop();
    join();
}

void RunningServer::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace sokkuri::http
