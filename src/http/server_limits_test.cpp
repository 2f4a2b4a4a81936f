// Every limit of a server by its name: passed on purpose, answered as it should be, and the server
// still serves after. All are made small so that nobody has to wait.
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

#include <sys/socket.h>

namespace sokkuri::http {
namespace {

constexpr std::string_view kText = "Content-Type: text/plain\r\n";
constexpr std::string_view kEchoHead =
    "PUT /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n";

class ServerLimits : public testing::Test {
 protected:
    ~ServerLimits() override {
        state_.gate.open();
        if (!server_) return;
        EXPECT_TRUE(serves()) << "it must still serve";
    }

    RawClient start(const Limits& limits) {
        server_.emplace(sample_routes(state_), limits);
        return server_->connect();
    }
    /// Tried again, since time limits of this test also meet a client that the system lets wait.
    bool serves() {
        for (int i = 0; i < 20; ++i) {
            if (server_->connect().ask("GET", "/now").status == 200) return true;
        }
        return false;
    }
    /// A problem that names the limit, in its text and in the metrics.
    void expect_refused(const RawAnswer& answer, unsigned status, const std::string& limit) {
        EXPECT_EQ(answer.status, status);
        EXPECT_NE(answer.body.find(limit + ": "), std::string::npos) << answer.body;
        const std::string line = fmt::format("sokkuri_refused_total{{limit=\"{}\"}}", limit);
        EXPECT_NE(server_->metrics().text().find(line), std::string::npos) << line;
        if (status == 429 || status == 503) {
            EXPECT_EQ(answer.header("retry-after"), "1");
        }
    }

    SampleState state_;
    std::optional<RunningServer> server_;
};

TEST_F(ServerLimits, HeaderBytes) {
    RawClient client = start({.header_bytes_max = 500});
    client.send("GET /now HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(2'000, 'x'));
    expect_refused(client.receive(), 431, "header_bytes_max");
    EXPECT_TRUE(client.is_closed_by_server());
    RawClient other = server_->connect();
    other.send("GET /" + std::string(100'000, 'x'));
    expect_refused(other.receive(), 414, "header_bytes_max");
}

TEST_F(ServerLimits, Exports) {
    RawClient client = start({.exports_max = 1});
    // One that takes nothing yet keeps the only place.
    client.send("GET /made?bytes=20000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.receive_until("\r\n\r\n");
    expect_refused(server_->connect().ask("GET", "/made?bytes=5"), 503, "exports_max");
    while (state_.streams_alive > 1) {  // the refused one goes once it has been answered
    }
    client.reset();
    while (server_->connect().ask("GET", "/made?bytes=5").status == 503) {
    }
    EXPECT_EQ(server_->connect().ask("GET", "/made?bytes=5").body, sample_bytes(5));
}

TEST_F(ServerLimits, ExportTimeEndsWhatTakesTooLong) {
    RawClient client = start({.export_time_max_ms = 1});
    client.send("GET /made?bytes=20000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.receive_until("\r\n\r\n");
    while (server_->metrics().text().find("limit=\"export_time_max_ms\"") == std::string::npos) {
        client.receive_until("\r\n");  // a line now and then
    }
    while (state_.streams_alive > 0) {
    }
}

TEST_F(ServerLimits, WriteTimeEndsAnExportThatNobodyTakes) {
    RawClient client = start({.write_time_max_ms = 60});
    client.send("GET /made?bytes=20000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.receive_until("\r\n\r\n");
    while (state_.streams_alive > 0) {
    }
}

TEST_F(ServerLimits, HeaderTimeEndsAClientThatDrips) {
    RawClient client = start({.header_time_max_ms = 60});
    client.send("GET /now HT");
    expect_refused(client.receive(), 408, "header_time_max_ms");
    EXPECT_TRUE(client.is_closed_by_server());
    // Bytes that keep coming do not help.
    RawClient slow = server_->connect();
    slow.send("GET /now HTTP/1.1\r\nX: ");
    while (slow.send("x")) {
    }
    EXPECT_TRUE(serves());
}

TEST_F(ServerLimits, IdleTimeEndsAConnectionWithoutAWord) {
    RawClient client = start({.idle_time_max_ms = 60});
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_TRUE(serves());
    RawClient used = server_->connect();
    used.send("GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
    used.receive();
    EXPECT_TRUE(used.is_closed_by_server());
}

TEST_F(ServerLimits, JsonBytesDeclaredAndNot) {
    RawClient client = start({.json_bytes_max = 100});
    EXPECT_EQ(client.ask("POST", "/echo/a", std::string(100, 'x'), kText).status, 200U);
    expect_refused(client.ask("POST", "/echo/a", std::string(101, 'x'), kText), 413,
                   "json_bytes_max");
    EXPECT_EQ(client.ask("GET", "/now").status, 200U) << "the rest was small: it was read";
    client.send(
        "POST /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        "Transfer-Encoding: chunked\r\n\r\n64\r\n" +
        std::string(100, 'x') + "\r\n1\r\n");
    client.send("x\r\n0\r\n\r\n");
    expect_refused(client.receive(), 413, "json_bytes_max");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerLimits, UploadBytesAreRefusedBeforeTheyAreSent) {
    RawClient client = start({});
    client.send(fmt::format("{}Content-Length: 10000001\r\n\r\n", kEchoHead));
    expect_refused(client.receive(), 413, "upload_bytes_max");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerLimits, ALargeRefusalIsHeardWhileTheClientStillSends) {
    RawClient client = start({});
    client.send(fmt::format("{}Content-Length: 20000000\r\n\r\n", kEchoHead));
    client.send(std::string(300'000, 'x'));
    EXPECT_EQ(client.receive().status, 413U);
}

TEST_F(ServerLimits, BodiesBytesOfAllRequestsTogether) {
    RawClient first = start({.bodies_bytes_max = 1'000});
    first.send(fmt::format("{}Content-Length: 600\r\nExpect: 100-continue\r\n\r\n", kEchoHead));
    ASSERT_TRUE(first.has_come()) << "the server waits for the body";
    RawClient second = server_->connect();
    expect_refused(second.ask("PUT", "/echo/b", std::string(600, 'x'), kText), 503,
                   "bodies_bytes_max");
    first.send(std::string(600, 'x'));
    EXPECT_EQ(first.receive().status, 200U);
    EXPECT_EQ(server_->connect().ask("PUT", "/echo/b", std::string(600, 'x'), kText).status, 200U);
}

TEST_F(ServerLimits, AnswersBytesOfAllRequestsTogether) {
    constexpr std::size_t kBytes = 16U << 20;  // more than sockets take of who does not read
    const std::string large = fmt::format("/large?bytes={}", kBytes);
    RawClient first = start({.answers_bytes_max = kBytes + kBytes / 2});
    first.send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", large));
    ASSERT_TRUE(first.has_come()) << "the rest waits to be taken";
    RawClient second = server_->connect();
    expect_refused(second.ask("GET", large), 503, "answers_bytes_max");
    EXPECT_EQ(second.ask("GET", "/now").status, 200U) << "small ones fit beside it";
    EXPECT_EQ(first.receive().body.size(), kBytes);
    RawAnswer again;  // as soon as the server knows that the first has all of it
    do {
        again = server_->connect().ask("GET", large);
    } while (again.status == 503);
    EXPECT_EQ(again.status, 200U);
}

TEST_F(ServerLimits, BodiesBytesOfChunks) {
    RawClient client = start({.bodies_bytes_max = 1'000});
    client.send(fmt::format("{}Transfer-Encoding: chunked\r\n\r\n", kEchoHead));
    for (int i = 0; i < 20 && client.send("64\r\n" + std::string(100, 'x') + "\r\n"); ++i) {
    }
    expect_refused(client.receive(), 503, "bodies_bytes_max");
}

TEST_F(ServerLimits, BodyTimeEndsAClientThatDrips) {
    RawClient client = start({.body_time_max_ms = 60});
    client.send(fmt::format("{}Content-Length: 10\r\n\r\nx", kEchoHead));
    expect_refused(client.receive(), 408, "body_time_max_ms");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerLimits, WriteTimeEndsAClientThatDoesNotRead) {
    RawClient client = start({.write_time_max_ms = 60});
    for (const char* const target : {"/large?bytes=60000000", "/file?bytes=60000000"}) {
        RawClient slow = server_->connect();
        slow.send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target));
        slow.receive_until("\r\n\r\n");
        // Served in the same thread: it cannot be stuck on the other.
        EXPECT_EQ(client.ask("GET", "/now").status, 200U);
        while (server_->metrics().text().find("sokkuri_connections 1\n") == std::string::npos) {
            std::this_thread::yield();
        }
        EXPECT_LT(slow.receive_until("\r\n").size(), 60'000'000U);
        EXPECT_FALSE(slow.send("x") && slow.send("x")) << "what it did not take is given up";
    }
}

TEST_F(ServerLimits, RequestsOfAConnection) {
    RawClient client = start({.requests_per_connection_max = 2});
    EXPECT_EQ(client.ask("GET", "/now").header("connection"), "");
    EXPECT_EQ(client.ask("GET", "/now").header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerLimits, ConnectionsAreAnsweredAndClosedBeyondTheirNumber) {
    RawClient first = start({.connections_max = 3});
    std::vector<RawClient> others;
    for (int i = 0; i < 2; ++i) {
        others.push_back(server_->connect());
    }
    EXPECT_EQ(first.ask("GET", "/now").status, 200U);
    for (RawClient& other : others) {
        EXPECT_EQ(other.ask("GET", "/now").status, 200U);
    }
    for (int i = 0; i < 200; ++i) {
        RawClient flood = server_->connect();
        flood.send("GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const RawAnswer answer = flood.receive();
        // Some are only closed: telling everybody would be a flood of its own.
        if (answer.status != 0) expect_refused(answer, 503, "connections_max");
        EXPECT_TRUE(flood.is_closed_by_server());
    }
    EXPECT_EQ(first.ask("GET", "/now").status, 200U);
    others.clear();
    first.end();
    EXPECT_TRUE(first.is_closed_by_server());
    while (server_->connect().ask("GET", "/now").status != 200) {
        std::this_thread::yield();  // until the server has seen them go
    }
}

TEST_F(ServerLimits, WorkQueueSheds) {
    start({.work_queue_max = 4, .work_threads = 2});
    std::vector<RawClient> clients;
    const std::string ask = "GET /gated HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (int i = 0; i < 2; ++i) {
        clients.push_back(server_->connect());
        clients.back().send(ask);
    }
    state_.gate.wait_for(2);
    for (int i = 0; i < 100; ++i) {
        clients.push_back(server_->connect());
        clients.back().send(ask);
    }
    // Immediate routes do not stand in the queue.
    EXPECT_EQ(server_->connect().ask("GET", "/now").status, 200U);
    std::size_t refused = 0;
    RawClient late = server_->connect();
    while (late.ask("GET", "/work").status != 429) {
    }
    state_.gate.open();
    for (RawClient& client : clients) {
        const RawAnswer answer = client.receive();
        if (answer.status == 200) continue;
        expect_refused(answer, 429, "work_queue_max");
        ++refused;
    }
    EXPECT_EQ(refused, 96U);
    EXPECT_EQ(late.ask("GET", "/work").status, 200U);
}

TEST_F(ServerLimits, EventStreams) {
    RawClient first = start({.event_streams_max = 1, .event_interval_ms = 5});
    state_.events_wanted = 1;
    first.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    first.receive_until("\n\n");
    expect_refused(server_->connect().ask("GET", "/events"), 503, "event_streams_max");
    first.reset();
    std::string head;  // until the server has seen it go
    while (!head.starts_with("HTTP/1.1 200 ")) {
        RawClient next = server_->connect();
        next.send("GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        head = next.receive_until("\r\n\r\n");
    }
}

TEST_F(ServerLimits, ChunkHeadsAndTrailersAreBounded) {
    RawClient client = start({});
    const std::string head = fmt::format("{}Transfer-Encoding: chunked\r\n\r\n", kEchoHead);
    client.send(head + "1;" + std::string(50'000, 'x'));
    expect_refused(client.receive(), 400, "header_bytes_max");
    RawClient other = server_->connect();
    other.send(head + "0\r\nX: " + std::string(50'000, 'x'));
    expect_refused(other.receive(), 400, "header_bytes_max");
}

}  // namespace
}  // namespace sokkuri::http
