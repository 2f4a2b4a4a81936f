// Event streams as an EventSource sees them.
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

const std::string kAsk = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(ServerEvents, ComeAsTheyHappenUntilTheStreamEnds) {
    SampleState state;
    RunningServer server(sample_routes(state), {.event_interval_ms = 5});
    RawClient client = server.connect();
    client.send(kAsk);
    const std::string head = client.receive_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), head.npos);
    EXPECT_NE(head.find("Connection: close\r\n"), head.npos);
    EXPECT_EQ(head.find("Content-Length"), head.npos);
    for (std::uint32_t i = 1; i <= 3; ++i) {
        state.events_wanted = i;
        EXPECT_EQ(client.receive_until("\n\n"),
                  fmt::format("event: progress\ndata: {{\"n\":{}}}\n\n", i));
    }
    state.events_wanted = 5;
    state.events_end = true;
    EXPECT_EQ(client.receive_until("\"n\":5}\n\n"),
              "event: progress\ndata: {\"n\":4}\n\nevent: progress\ndata: {\"n\":5}\n\n")
        << "what happened before the end is told";
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(state.streams_alive, 0U);
}

TEST(ServerEvents, AreReplacedByCommentsWhenNothingHappens) {
    SampleState state;
    RunningServer server(sample_routes(state),
                         {.event_interval_ms = 5, .event_silence_max_ms = 20});
    RawClient client = server.connect();
    client.send(kAsk);
    client.receive_until("\r\n\r\n");
    EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
    EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
}

TEST(ServerEvents, AreNotSentToHead) {
    SampleState state;
    RunningServer server(sample_routes(state));
    RawClient client = server.connect();
    EXPECT_EQ(client.ask("HEAD", "/events").status, 200U);
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_EQ(state.streams_alive, 0U);
}

TEST(ServerEvents, DoNotHoldOthersUp) {
    SampleState state;
    RunningServer server(sample_routes(state), {.work_threads = 1, .event_interval_ms = 5});
    std::vector<RawClient> watchers;
    for (int i = 0; i < 30; ++i) {
        watchers.push_back(server.connect());
        watchers.back().send(kAsk);
        watchers.back().receive_until("\r\n\r\n");
    }
    RawClient client = server.connect();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(client.ask("GET", "/work").status, 200U);
    }
}

}  // namespace
}  // namespace sokkuri::http
