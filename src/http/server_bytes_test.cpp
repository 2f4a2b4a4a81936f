// Bytes that are made while they are sent, as clients see them: whole, or seen not to be.
#include "http/testing/running_server.h"
#include "http/testing/sample_routes.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

TEST(ServerBytes, ComeInChunksOrByTheirLengthAndTheConnectionStays) {
    SampleState state;
    RunningServer server(sample_routes(state));
    RawClient client = server.connect();
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{999'999}}) {
        for (const bool is_known : {false, true}) {
            const RawAnswer answer =
                client.ask("GET", fmt::format("/made?bytes={}&known={}", size, is_known));
            EXPECT_EQ(answer.status, 200U);
            EXPECT_TRUE(answer.body == sample_bytes(size)) << size;
            EXPECT_FALSE(answer.is_cut);
            EXPECT_EQ(answer.header("content-length"), is_known ? fmt::format("{}", size) : "");
            EXPECT_EQ(answer.header("transfer-encoding"), is_known ? "" : "chunked");
        }
    }
    while (state.streams_alive > 0) {
    }
    EXPECT_EQ(client.ask("HEAD", "/made?bytes=7").status, 200U);
    EXPECT_EQ(client.ask("GET", "/now").status, 200U);
    EXPECT_EQ(state.streams_alive, 0U);
}

TEST(ServerBytes, ThatCannotBeMadeToTheirEndAreSeenToBeCut) {
    SampleState state;
    RunningServer server(sample_routes(state));
    for (const bool is_known : {false, true}) {
        RawClient client = server.connect();
        const RawAnswer answer =
            client.ask("GET", fmt::format("/made?bytes=900000&fails=1&known={}", is_known));
        EXPECT_EQ(answer.status, 200U);
        EXPECT_TRUE(answer.is_cut);
    }
    EXPECT_EQ(server.connect().ask("GET", "/now").status, 200U);
}

TEST(ServerBytes, ThatAreNotSentGoOnThePool) {
    SampleState state;
    RunningServer server(sample_routes(state), {.exports_max = 1});
    RawClient client = server.connect();
    EXPECT_EQ(client.ask("GET", "/now").status, 200U);
    EXPECT_EQ(client.ask("HEAD", "/made?bytes=7").status, 200U);
    EXPECT_EQ(client.ask("GET", "/now").status, 200U);
    EXPECT_EQ(state.streams_alive, 0U);
    EXPECT_NE(state.last_stream_ended_in.load(), state.network_thread.load()) << "HEAD";
    RawClient stalled = server.connect();
    stalled.send("GET /made?bytes=40000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_NE(stalled.receive_until("\r\n\r\n"), "");
    EXPECT_EQ(client.ask("GET", "/made?bytes=7").status, 503U);
    EXPECT_EQ(client.ask("GET", "/now").status, 200U);
    EXPECT_EQ(state.streams_alive, 1U);
    EXPECT_NE(state.last_stream_ended_in.load(), state.network_thread.load()) << "too many";
}

TEST(ServerBytes, OfUnknownLengthAreRefusedToWhoeverKnowsNoChunks) {
    SampleState state;
    RunningServer server(sample_routes(state));
    RawClient client = server.connect();
    client.send("GET /made?bytes=5 HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.receive().status, 505U);
    RawClient other = server.connect();
    other.send("GET /made?bytes=5&known=true HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(other.receive().body, sample_bytes(5));
    while (state.streams_alive > 0) {
    }
}

TEST(ServerBody, ThatAsksToBeAwaitedLeavesTheConnectionToEndAsWasSaid) {
    SampleState state;
    RunningServer server(sample_routes(state));
    RawClient client = server.connect();
    client.send(
        "PUT /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        "Content-Length: 1\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_NE(client.receive_until("100 Continue\r\n\r\n"), "");
    client.send("x");
    const RawAnswer answer = client.receive();
    EXPECT_EQ(answer.body, "a:x");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
}

}  // namespace
}  // namespace sokkuri::http
