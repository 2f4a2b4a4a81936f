// How a server ends: what is in flight is finished, what is idle is closed, nobody waits longer
// than stop_time_max_ms.
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace sokkuri::http {
namespace {

const std::string kGated = "GET /gated HTTP/1.1\r\nHost: localhost\r\n\r\n";

void wait_for_a_queue(RunningServer& server) {
    while (server.metrics().text().find("sokkuri_work_queue_length 1\n") == std::string::npos) {
        std::this_thread::yield();
    }
}

TEST(ServerStop, BeforeRunMakesRunReturn) {
    SampleState state;
    const auto routes = std::make_shared<const RouteTable>(sample_routes(state));
    const auto server = Server::open({{.address = {.port = 0}, .routes = routes}}, {},
                                     std::make_shared<ServerMetrics>());
    ASSERT_TRUE(server);
    (*server)->stop();
    (*server)->stop();
    EXPECT_TRUE((*server)->run());
    EXPECT_FALSE(RawClient((*server)->addresses()[0]).is_connected());
}

TEST(ServerStop, IsNotNeededByAServerThatNeverRan) {
    SampleState state;
    const auto routes = std::make_shared<const RouteTable>(sample_routes(state));
    const auto server = Server::open({{.address = {.port = 0}, .routes = routes}}, {},
                                     std::make_shared<ServerMetrics>());
    ASSERT_TRUE(server);
    const RawClient waiting((*server)->addresses()[0]);
    EXPECT_TRUE(waiting.is_connected()) << "it listens before it runs";
}

TEST(ServerStop, FinishesWhatIsInFlightAndClosesWhatIsIdle) {
    SampleState state;
    RunningServer server(sample_routes(state), {.work_threads = 1});
    RawClient idle = server.connect();
    EXPECT_EQ(idle.ask("GET", "/now").status, 200U);
    RawClient working = server.connect();
    working.send(kGated + "GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawClient queued = server.connect();
    state.gate.wait_for(1);
    queued.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wait_for_a_queue(server);
    server.stop();
    EXPECT_TRUE(idle.is_closed_by_server());
    EXPECT_FALSE(server.connect().is_connected() &&
                 server.connect().ask("GET", "/now").status != 0);
    state.gate.open();
    const RawAnswer answer = working.receive();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(working.is_closed_by_server()) << "the pipelined request comes too late";
    working.end();
    EXPECT_EQ(queued.receive().status, 200U);
    server.join();
}

TEST(ServerStop, LetsEventStreamsTellTheirEnd) {
    SampleState state;
    state.events_wanted = 1;
    RunningServer server(sample_routes(state), {.event_interval_ms = 5});
    RawClient client = server.connect();
    client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.receive_until("\n\n");
    server.stop();
    state.events_wanted = 2;
    EXPECT_NE(client.receive_until("\n\n"), "");
    state.events_end = true;
    EXPECT_TRUE(client.is_closed_by_server());
    server.join();
    EXPECT_EQ(state.streams_alive, 0U);
}

TEST(ServerStop, EndsEventStreamsWithoutEndWhenItsTimeIsOver) {
    SampleState state;
    RunningServer server(sample_routes(state), {.event_interval_ms = 5, .stop_time_max_ms = 30});
    RawClient client = server.connect();
    client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.receive_until("\r\n\r\n");
    server.stop();
    EXPECT_TRUE(client.is_closed_by_server());
    server.join();
    EXPECT_EQ(state.streams_alive, 0U);
}

TEST(ServerStop, AnswersWhatWasAskedBeforeIt) {
    for (int round = 0; round < 50; ++round) {
        SampleState state;
        RunningServer server(sample_routes(state));
        RawClient client = server.connect();
        EXPECT_EQ(client.ask("GET", "/now").status, 200U);
        client.send("GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
        server.stop();
        EXPECT_EQ(client.receive().status, 200U);
        server.join();
    }
}

TEST(ServerStop, GivesUpClientsWhenItsTimeIsOver) {
    SampleState state;
    RunningServer server(sample_routes(state), {.work_threads = 1, .stop_time_max_ms = 30});
    RawClient half = server.connect();
    half.send("GET /now HT");
    RawClient working = server.connect();
    working.send(kGated);
    state.gate.wait_for(1);
    RawClient queued = server.connect();
    queued.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wait_for_a_queue(server);
    server.stop();
    EXPECT_TRUE(half.is_closed_by_server());
    EXPECT_EQ(working.receive().status, 0U) << "its handler still runs, but nobody waits for it";
    EXPECT_EQ(queued.receive().status, 0U);
    state.gate.open();
    server.join();
    EXPECT_EQ(state.handled, 0U) << "work that had not begun was not done";
}

TEST(ServerStop, RemovesTheUnixSocketAndALaterServerMayTakeItsPlace) {
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("sokkuri-stop-{}", ::getpid());
    for (int round = 0; round < 3; ++round) {
        SampleState state;
        RunningServer server(sample_routes(state), {}, {}, {.unix_path = path.string()});
        EXPECT_EQ(server.connect().ask("GET", "/now").status, 200U);
        server.stop();
        server.join();
        EXPECT_FALSE(std::filesystem::exists(path));
    }
}

}  // namespace
}  // namespace sokkuri::http
