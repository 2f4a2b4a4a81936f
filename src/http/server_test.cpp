// A real server on loopback, asked by a client that may write anything: what it answers.
#include "http/server.h"

#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace sokkuri::http {
namespace {

constexpr std::string_view kText = "Content-Type: text/plain\r\n";

class ServerTest : public testing::Test {
 protected:
    SampleState state_;
    RunningServer server_{sample_routes(state_)};
    RawClient client_ = server_.connect();
};

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
    for (int i = 1; i <= 100; ++i) {
        const RawAnswer answer = client_.ask("GET", i % 2 == 0 ? "/now" : "/work");
        ASSERT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.body, fmt::format("{{\"handled\":{}}}", i));
        EXPECT_EQ(answer.header("connection"), "");
    }
}

TEST_F(ServerTest, SaysOnEveryAnswerWhatBrowsersMustNotDo) {
    for (const char* const target : {"/now", "/nothing", "/now?x=1", "/throw", "bad target"}) {
        const RawAnswer answer = server_.connect().ask("GET", target);
        EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << target;
        EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
        EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
        EXPECT_EQ(answer.header("access-control-allow-origin"), "");
        EXPECT_TRUE(answer.header("date").ends_with(" GMT"));
    }
}

TEST_F(ServerTest, TakesBodiesDeclaredAndInChunks) {
    EXPECT_EQ(client_.ask("POST", "/echo/a%2Fb", "some text", kText).body, "a/b:some text");
    client_.send(
        "POST /echo/c HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n5\r\n text\r\n0\r\n\r\n");
    EXPECT_EQ(client_.receive().body, "c:some text");
    const std::string large = sample_bytes(9'000'000);
    EXPECT_EQ(client_.ask("PUT", "/echo/d", large, kText).body, "d:" + large);
    EXPECT_EQ(client_.ask("POST", "/echo/e", "", "").body, "e:");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += fmt::format(
            "POST /echo/{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            "Content-Length: 1\r\n\r\nx\r\n",
            i);
    }
    client_.send(all);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(client_.receive().body, fmt::format("{}:x", i));
    }
}

TEST_F(ServerTest, AnswersHeadLikeGetWithoutTheBody) {
    for (const char* const target : {"/now", "/file?bytes=1000", "/large?bytes=1000", "/nothing"}) {
        const RawAnswer head = client_.ask("HEAD", target);
        const RawAnswer get = client_.ask("GET", target);
        EXPECT_EQ(head.status, get.status) << target;
        EXPECT_EQ(head.header("content-length"), std::to_string(get.body.size()));
        EXPECT_EQ(head.header("content-type"), get.header("content-type"));
        EXPECT_EQ(head.body, "");
    }
}

TEST_F(ServerTest, SaysWhichMethodsAPathTakes) {
    EXPECT_EQ(client_.ask("OPTIONS", "/echo/a").header("allow"), "POST, PUT, OPTIONS");
    EXPECT_EQ(client_.ask("OPTIONS", "*").status, 204U);
    const RawAnswer wrong = client_.ask("DELETE", "/now");
    EXPECT_EQ(wrong.status, 405U);
    EXPECT_EQ(wrong.header("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(wrong.header("content-type"), "application/problem+json");
}

TEST_F(ServerTest, KeepsTheConnectionAfterRefusingASmallBody) {
    EXPECT_EQ(client_.ask("POST", "/nothing", sample_bytes(60'000), kText).status, 404U);
    EXPECT_EQ(client_.ask("POST", "/echo/a", "{}", "Content-Type: application/json\r\n").status,
              415U);
    EXPECT_EQ(client_.ask("GET", "/now", "body", kText).status, 400U);
    const RawAnswer foreign =
        client_.ask("POST", "/echo/a", "x", "Content-Type: text/plain\r\nOrigin: null\r\n");
    EXPECT_EQ(foreign.status, 403U);
    EXPECT_EQ(foreign.header("connection"), "");
    EXPECT_EQ(client_.ask("GET", "/now").status, 200U);
}

/// urllib and others ask for the end of the connection with each request.
TEST_F(ServerTest, IsHeardWhenItRefusesABodyOnAConnectionThatEnds) {
    for (const std::size_t size : {1U, 60'000U, 500'000U}) {
        for (int i = 0; i < 10; ++i) {
            RawClient client = server_.connect();
            client.send(
                fmt::format("POST /nothing HTTP/1.1\r\nHost: localhost\r\n"
                            "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
                            size, sample_bytes(size)));
            EXPECT_EQ(client.receive().status, 404U);
            EXPECT_TRUE(client.is_closed_by_server());
        }
    }
}

TEST_F(ServerTest, SendsFilesPieceByPiece) {
    for (const std::uint64_t size : {0ULL, 1ULL, 262'144ULL, 262'145ULL, 3'000'000ULL}) {
        const RawAnswer answer = client_.ask("GET", fmt::format("/file?bytes={}", size));
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.header("content-length"), std::to_string(size));
        EXPECT_EQ(answer.body, sample_bytes(size));
    }
}

TEST_F(ServerTest, EndsTheConnectionWhenAFileGotShorter) {
    const RawAnswer answer = client_.ask("GET", "/file?bytes=3000000&short=1");
    EXPECT_EQ(answer.header("content-length"), "3000000");
    EXPECT_LT(answer.body.size(), 3'000'000U) << "less than was promised tells the client";
    EXPECT_TRUE(client_.is_closed_by_server());
    EXPECT_EQ(server_.connect().ask("GET", "/now").status, 200U);
}

TEST_F(ServerTest, AsksForTheBodyOnlyWhenItWillBeTaken) {
    const std::string head =
        "Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\nContent-Type: ";
    client_.send("POST /echo/a HTTP/1.1\r\n" + head + "text/plain\r\n\r\n");
    EXPECT_EQ(client_.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client_.send("text");
    EXPECT_EQ(client_.receive().body, "a:text");
    client_.send("POST /echo/a HTTP/1.1\r\n" + head + "image/png\r\n\r\n");
    EXPECT_TRUE(client_.receive_until("\r\n\r\n").starts_with("HTTP/1.1 415 "));
}

TEST_F(ServerTest, SpeaksHttp10WithThoseWhoDo) {
    client_.send("GET /now HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client_.receive().header("connection"), "keep-alive");
    client_.send("GET /now HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client_.receive().header("connection"), "close");
    EXPECT_TRUE(client_.is_closed_by_server());
}

TEST_F(ServerTest, ClosesWhenTheClientWishesSo) {
    EXPECT_EQ(client_.ask("GET", "/now", "", "Connection: close\r\n").header("connection"),
              "close");
    EXPECT_TRUE(client_.is_closed_by_server());
}

TEST_F(ServerTest, AnswersAClientThatHasEndedItsSide) {
    client_.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client_.end();
    EXPECT_EQ(client_.receive().status, 200U);
    EXPECT_TRUE(client_.is_closed_by_server());
}

TEST_F(ServerTest, AnswersWhenAHandlerRunsOutOfMemory) {
    const RawAnswer answer = client_.ask("GET", "/throw");
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.header("retry-after"), "1");
    EXPECT_EQ(client_.ask("GET", "/now").status, 200U);
}

TEST_F(ServerTest, CountsWhatItAnswered) {
    client_.ask("GET", "/now");
    client_.ask("POST", "/echo/a", "12345", kText);
    client_.ask("GET", "/nothing");
    client_.ask("GET", "/now");  // the others are counted by now
    const std::string text = server_.metrics().text();
    for (const char* const line :
         {"sokkuri_requests_total{method=\"POST\",operation=\"postEcho\",status=\"200\"} 1\n",
          "sokkuri_requests_total{method=\"\",operation=\"\",status=\"404\"} 1\n",
          "sokkuri_body_bytes_in_total 5\n", "sokkuri_connections 1\n"}) {
        EXPECT_NE(text.find(line), text.npos) << line;
    }
}

TEST(Server, BelievesOnlyConfiguredNamesOnTcpAndAnyoneOnAUnixSocket) {
    SampleState state;
    const std::string foreign = "GET /now HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    RunningServer tcp(sample_routes(state));
    RawClient client = tcp.connect();
    client.send(foreign);
    EXPECT_EQ(client.receive().status, 421U);
    client.send("GET /now HTTP/1.1\r\n\r\n");
    EXPECT_EQ(client.receive().status, 400U);
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("sokkuri-server-{}", ::getpid());
    RunningServer local(sample_routes(state), {}, {}, {.unix_path = path.string()});
    RawClient neighbor = local.connect();
    neighbor.send(foreign);
    EXPECT_EQ(neighbor.receive().status, 200U);
}

TEST(Server, TellsConfiguredOriginsThatTheyMayRead) {
    SampleState state;
    RunningServer server(sample_routes(state), {}, {.origins = {"https://shop.example"}});
    RawClient client = server.connect();
    const RawAnswer shop = client.ask("GET", "/now", "", "Origin: https://shop.example\r\n");
    EXPECT_EQ(shop.header("access-control-allow-origin"), "https://shop.example");
    EXPECT_EQ(shop.header("vary"), "Origin");
    const RawAnswer evil = client.ask("GET", "/now", "", "Origin: https://evil.example\r\n");
    EXPECT_EQ(evil.header("access-control-allow-origin"), "");
}

TEST(Server, ThoseWhoWriteOrWaitKeepNoThreadFromOthers) {
    SampleState state;
    RunningServer server(sample_routes(state), {.work_threads = 2});
    std::vector<RawClient> busy;
    for (const char* const method : {"PUT", "PUT", "PUT", "PUT", "DELETE", "DELETE"}) {
        busy.push_back(server.connect());
        busy.back().send(fmt::format(
            "{} /gated HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", method));
    }
    state.gate.wait_for(3);  // one who writes, two who wait
    EXPECT_EQ(server.connect().ask("GET", "/work").status, 200U);
    state.gate.open();
    for (RawClient& client : busy)
        EXPECT_EQ(client.receive().status, 200U);
}

TEST(Server, CutsABodyThatIsOverWhoeverTakesIt) {
    SampleState state;
    RunningServer server(sample_routes(state));
    RawClient stalled = server.connect();
    stalled.send("GET /made?bytes=40000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_NE(stalled.receive_until("\r\n\r\n"), "");
    EXPECT_EQ(state.streams_alive, 1U);
    state.streams_over = true;
    while (state.streams_alive > 0)
        std::this_thread::yield();
    EXPECT_EQ(server.connect().ask("GET", "/work").status, 200U);
}

TEST(Server, ServesItsListenersWithTheirOwnTables) {
    SampleState state;
    auto all = sample_routes(state);
    const auto now = std::make_shared<const RouteTable>(RouteTable{all[0]});
    const auto work = std::make_shared<const RouteTable>(RouteTable{all[1]});
    const auto opened =
        Server::open({{.address = {.port = 0}, .routes = now},
                      {.address = {.host = "localhost", .port = 0}, .routes = work}},
                     {}, std::make_shared<ServerMetrics>());
    ASSERT_TRUE(opened);
    Server& server = **opened;
    std::thread thread([&] { EXPECT_TRUE(server.run()); });
    const auto addresses = server.addresses();
    EXPECT_EQ(RawClient(addresses[0]).ask("GET", "/now").status, 200U);
    EXPECT_EQ(RawClient(addresses[0]).ask("GET", "/work").status, 404U);
    EXPECT_EQ(RawClient(addresses[1]).ask("GET", "/now").status, 404U);
    EXPECT_EQ(RawClient(addresses[1]).ask("GET", "/work").status, 200U);
    server.stop();
    thread.join();
}

TEST(Server, SaysWhichAddressIsTaken) {
    SampleState state;
    RunningServer first(sample_routes(state));
    const auto colon = first.address().rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(first.address().substr(colon + 1)));
    const auto second =
        Server::open({{.address = {.port = port}, .routes = std::make_shared<const RouteTable>()}},
                     {}, std::make_shared<ServerMetrics>());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

}  // namespace
}  // namespace sokkuri::http
