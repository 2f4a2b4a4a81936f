// What clients do to servers: nonsense, half of something, going away at any moment. Nothing of it
// may crash, leak, stall or change what the next client is told.
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

#include <random>
#include <sys/resource.h>

namespace sokkuri::http {
namespace {

class ServerHostile : public testing::Test {
 protected:
    ~ServerHostile() override {
        state_.gate.open();
        EXPECT_EQ(server_.connect().ask("GET", "/now").status, 200U) << "it must still serve";
        wait_until_alone();
        const std::string text = server_.metrics().text();
        EXPECT_NE(text.find("sokkuri_requests_in_flight 0\n"), text.npos);
        EXPECT_EQ(state_.streams_alive, 0U);
    }

    /// Until the server has seen all clients go.
    void wait_until_alone() {
        while (server_.metrics().text().find("sokkuri_connections 0\n") == std::string::npos) {
            std::this_thread::yield();
        }
    }

    SampleState state_;
    RunningServer server_{sample_routes(state_),
                          {.connections_max = 2'000, .work_threads = 2, .event_interval_ms = 5}};
};

TEST_F(ServerHostile, AnswersGarbageWithARefusal) {
    for (const std::string& garbage :
         {std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", 15),
          std::string("GET / HTTP/9.9\r\n\r\n"), std::string("\0\0\0\0\r\n\r\n", 8),
          std::string("SSH-2.0-OpenSSH_9.2\r\n"),
          std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
        RawClient client = server_.connect();
        client.send(garbage);
        client.end();
        const RawAnswer answer = client.receive();
        EXPECT_TRUE(answer.status == 400 || answer.status == 505 || answer.status == 0)
            << answer.status;
        EXPECT_TRUE(client.is_closed_by_server());
    }
}

TEST_F(ServerHostile, SurvivesRandomBytes) {
    std::mt19937_64 random(13);
    for (int round = 0; round < 200; ++round) {
        RawClient client = server_.connect();
        std::string bytes(random() % 3'000, ' ');
        for (char& c : bytes) {
            c = static_cast<char>(random() % 2 == 0 ? random() : "\r\n: /HTTP1.GET"[random() % 14]);
        }
        client.send(bytes);
        client.end();
        const unsigned status = client.receive().status;
        EXPECT_TRUE(status == 0 || status >= 400) << status;
    }
}

TEST_F(ServerHostile, SurvivesFlippedRequests) {
    const std::string whole =
        "POST /echo/a%2Fb HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET /now HTTP/1.1\r\nHost: "
        "localhost\r\n\r\n";
    std::mt19937_64 random(14);
    for (int round = 0; round < 1'000; ++round) {
        std::string bytes = whole;
        for (std::size_t flips = 1 + random() % 4; flips > 0; --flips) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        RawClient client = server_.connect();
        client.send(bytes);
        client.end();
        while (client.receive().status != 0) {
        }
    }
}

TEST_F(ServerHostile, SurvivesClientsThatGoAfterAnyByte) {
    const std::string whole =
        "PUT /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        RawClient ended = server_.connect();
        ended.send(whole.substr(0, size));
        RawClient reset = server_.connect();
        reset.send(whole.substr(0, size));
        reset.reset();
    }
}

TEST_F(ServerHostile, SurvivesClientsThatGoWhileTheyAreAnswered) {
    for (const char* const target : {"/large?bytes=20000000", "/file?bytes=20000000", "/work"}) {
        for (int i = 0; i < 5; ++i) {
            RawClient reset = server_.connect();
            reset.send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", target));
            reset.receive_until("\r\n\r\n");
            reset.reset();
        }
    }
}

TEST_F(ServerHostile, SurvivesClientsThatGoWhileTheirHandlerRuns) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 2; ++i) {
        clients.push_back(server_.connect());
        clients.back().send("GET /gated HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    state_.gate.wait_for(2);
    clients[0].reset();
    clients[1].end();
    state_.gate.open();
    EXPECT_EQ(clients[1].receive().status, 200U);
}

TEST_F(ServerHostile, EndsStreamsOfClientsThatAreGone) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(server_.connect());
        clients.back().send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        clients.back().receive_until("\r\n\r\n");
    }
    EXPECT_EQ(state_.streams_alive, 20U);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (i % 2 == 0) clients[i].reset();
    }
    clients.clear();
    wait_until_alone();
}

TEST_F(ServerHostile, KeepsServingUnderAFloodOfConnections) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 500; ++i) {
        clients.push_back(server_.connect());
        clients.back().send(i % 3 == 0 ? "GET /now HT" : "");
    }
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(server_.connect().ask("GET", "/work").status, 200U);
    }
}

TEST_F(ServerHostile, GoesOnAfterTheProcessRanOutOfDescriptors) {
    EXPECT_EQ(server_.connect().ask("GET", "/work").status, 200U);
    rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    std::vector<RawClient> clients;
    {
        // Twelve more, for both sides of each connection.
        const rlimit few = {static_cast<rlim_t>(server_.connect().descriptor()) + 12,
                            before.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
        do {
            clients.push_back(server_.connect());
            clients.back().send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n");
        } while (clients.back().is_connected());
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    }
    clients.pop_back();
    EXPECT_GE(clients.size(), 5U);
    for (RawClient& client : clients) {
        EXPECT_EQ(client.receive().status, 200U);
    }
}

/// Two readings of where a request ends are how requests are smuggled past a proxy.
TEST_F(ServerHostile, HasOneReadingOfWhereARequestEnds) {
    const std::string hidden = "GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (const char* const headers :
         {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: 0\r\nContent-Length: 40\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding : chunked\r\n",
          "Content-Length: +0\r\n", "Content-Length: 0x0\r\n"}) {
        RawClient client = server_.connect();
        client.send(
            fmt::format("POST /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                        "text/plain\r\n{}\r\n{}",
                        headers, hidden));
        const unsigned status = client.receive().status;
        EXPECT_TRUE(status == 400 || status == 501) << headers << status;
        EXPECT_TRUE(client.is_closed_by_server()) << headers;
    }
    EXPECT_EQ(state_.handled, 0U) << "the hidden request was answered";
}

}  // namespace
}  // namespace sokkuri::http
