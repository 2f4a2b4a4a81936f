// Who writes much at a time leaves room for those who ask. Times are only bounded from below.
#include "http/testing/gate.h"
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"
#include "http/write_pacing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace sokkuri::http {
namespace {

using Clock = WritePacing::Clock;

constexpr std::chrono::milliseconds kWriteTime{40};

/// When a write was done.
struct Done {
    Clock::time_point began;
    Clock::time_point ended;
};

class ServerPacing : public ::testing::Test {
 protected:
    /// The sample routes; PUT /written, which takes kWriteTime; PUT /in/stuck, which waits for a
    /// gate, and to other collections, which does not.
    RouteTable routes() {
        RouteTable table = sample_routes(state_);
        const auto written = [this](const Request&) -> Result<Response> {
            const auto began = Clock::now();
            std::this_thread::sleep_for(kWriteTime);
            writes_.push_back({began, Clock::now()});  // by one client, so one at a time
            return Response{.content_type = "text/plain", .body = "written"};
        };
        table.push_back(write_route("/written", "putWritten", written));
        const auto put = [this](const Request& request) -> Result<Response> {
            const bool is_bulk = request.body.size() >= WritePacing::kBulkBytes;
            if (request.capture("collection") == "stuck") gates_.at(is_bulk ? 1 : 0).pass();
            return Response{.content_type = "text/plain", .body = "put"};
        };
        table.push_back(write_route("/in/{collection}", "putIn", put));
        return table;
    }
    static Route write_route(const char* pattern, const char* operation, Handler handler) {
        return {.method = Method::kPut,
                .pattern = pattern,
                .operation = operation,
                .bodies = {{"text/plain"}},
                .body_bytes_max = 2 * WritePacing::kBulkBytes,
                .work = WorkClass::kWriting,
                .handler = std::move(handler)};
    }
    void write(std::size_t bytes) {
        EXPECT_EQ(
            client_.ask("PUT", "/written", std::string(bytes, 'x'), "Content-Type: text/plain\r\n")
                .status,
            200U);
    }
    /// Between the last two writes.
    Clock::duration rest() const { return writes_.back().began - writes_.end()[-2].ended; }

    SampleState state_;
    std::vector<Done> writes_;
    std::array<Gate, 2> gates_;  // of small writes, of bulk writes
    RunningServer server_{routes()};
    RawClient client_ = server_.connect();
};

TEST_F(ServerPacing, ALargeWriteRestsAsLongAsTheLastOneTookWhileAQueryIsUnderWay) {
    RawClient asking = server_.connect();
    asking.send("GET /gated HTTP/1.1\r\nHost: localhost\r\n\r\n");
    state_.gate.wait_for(1);
    write(WritePacing::kBulkBytes);
    write(WritePacing::kBulkBytes);
    EXPECT_GE(rest(), kWriteTime);
    state_.gate.open();
    EXPECT_EQ(asking.receive().status, 200U);
}

/// Of small writes and of large ones, which have threads of their own.
TEST_F(ServerPacing, WritesToOneCollectionNeverHoldThoseToOthersUp) {
    constexpr std::size_t kStuck = 12;
    constexpr std::string_view kText = "Content-Type: text/plain\r\n";
    constexpr std::array kBytes = {std::size_t{10}, WritePacing::kBulkBytes};
    std::deque<RawClient> clients;
    for (std::size_t kind = 0; kind < kBytes.size(); ++kind) {
        const std::size_t bytes = kBytes[kind];
        for (std::size_t i = 0; i < kStuck; ++i) {
            RawClient& client = clients.emplace_back(server_.connect());
            client.send(
                fmt::format("PUT /in/stuck HTTP/1.1\r\nHost: localhost\r\n{}"
                            "Content-Length: {}\r\n\r\n{}",
                            kText, bytes, std::string(bytes, 'x')));
        }
        gates_[kind].wait_for(1);
        EXPECT_EQ(client_.ask("PUT", "/in/other", std::string(bytes, 'y'), kText).status, 200U);
    }
    gates_[0].open();
    gates_[1].open();
    for (RawClient& client : clients) {
        EXPECT_EQ(client.receive().status, 200U);
    }
}

}  // namespace
}  // namespace sokkuri::http
