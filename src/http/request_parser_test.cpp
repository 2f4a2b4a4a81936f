#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::http {
namespace {

using State = RequestParser::State;

constexpr std::size_t kHeaderBytesMax = 1'000;

struct Outcome {
    State state = State::kHead;
    RequestHead head;
    std::string body;
    unsigned status = 0;   // of the refusal
    std::size_t used = 0;  // bytes of the text that belong to the request
    std::string_view limit;
};

/// As a connection does: keeps what was not taken and comes again with more.
Outcome parse(std::string_view text, std::size_t piece_bytes,
              std::uint64_t body_bytes_max = 100'000) {
    RequestParser parser(kHeaderBytesMax);
    std::string waiting;
    Outcome outcome;
    bool has_limit = false;
    while (parser.state() == State::kHead || parser.state() == State::kBody) {
        if (parser.state() == State::kBody && !has_limit) {
            parser.set_body_bytes_max(body_bytes_max, "json_bytes_max");
            has_limit = true;
            if (waiting.empty()) continue;
        } else {
            if (text.empty()) break;
            waiting += text.substr(0, piece_bytes);
            text.remove_prefix(std::min(piece_bytes, text.size()));
        }
        const std::size_t used = parser.put(waiting);
        EXPECT_LE(used, waiting.size());
        outcome.used += used;
        waiting.erase(0, used);
    }
    outcome.state = parser.state();
    outcome.head = parser.head();
    outcome.body = parser.take_body();
    outcome.status = parser.state() == State::kRefused ? parser.refusal().status : 0;
    outcome.limit = parser.refusal().limit;
    return outcome;
}

const std::string kPlain =
    "POST /a?b=c HTTP/1.1\r\nHost: localhost\r\nX-Odd:  two words \t\r\nContent-Length: "
    "5\r\n\r\nhello";
const std::string kChunked =
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;name=value\r\nhello\r\nA\r\n world 123\r\n0\r\nTrailer: ignored\r\n\r\n";

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
    for (std::size_t piece = 1; piece <= kPlain.size() + 6; ++piece) {
        const Outcome outcome = parse(kPlain + "GET /next", piece);
        ASSERT_EQ(outcome.state, State::kDone) << piece;
        EXPECT_EQ(outcome.head.method, "POST");
        EXPECT_EQ(outcome.head.target, "/a?b=c");
        EXPECT_EQ(outcome.head.header("x-odd"), "two words");
        EXPECT_EQ(outcome.head.body_bytes, 5U);
        EXPECT_TRUE(outcome.head.keeps_alive);
        EXPECT_EQ(outcome.body, "hello");
        EXPECT_EQ(outcome.used, kPlain.size()) << "what follows is the next request's";
    }
}

TEST(RequestParser, ReadsChunksHoweverTheyAreCut) {
    for (std::size_t piece = 1; piece <= kChunked.size(); ++piece) {
        const Outcome outcome = parse(kChunked, piece);
        ASSERT_EQ(outcome.state, State::kDone) << piece;
        EXPECT_EQ(outcome.body, "hello world 123");
        EXPECT_TRUE(outcome.head.has_body);
        EXPECT_FALSE(outcome.head.body_bytes);
        EXPECT_FALSE(outcome.head.header("trailer"));
    }
}

TEST(RequestParser, WaitsForWhatIsMissing) {
    for (const std::string& whole : {kPlain, kChunked}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const State state = parse(whole.substr(0, size), 7).state;
            EXPECT_TRUE(state == State::kHead || state == State::kBody) << size;
        }
    }
}

TEST(RequestParser, SurvivesFlippedBytesAndSaysTheSameHoweverTheyAreCut) {
    std::mt19937_64 random(10);
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? kPlain : kChunked;
        for (std::size_t flips = 1 + random() % 3; flips > 0; --flips) {
            text[random() % text.size()] = static_cast<char>(random());
        }
        const Outcome whole = parse(text, text.size());
        const Outcome pieces = parse(text, 1 + random() % 20);
        if (whole.state == State::kDone) {
            EXPECT_EQ(pieces.state, State::kDone) << text;
        }
        if (whole.state == State::kDone) {
            EXPECT_EQ(whole.body, pieces.body) << text;
        }
    }
}

TEST(RequestParser, PassesOverEmptyLinesBeforeARequest) {
    for (std::size_t piece = 1; piece < 10; ++piece) {
        const Outcome outcome = parse("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", piece);
        EXPECT_EQ(outcome.state, State::kDone);
    }
}

TEST(RequestParser, RefusesWhatIsNoRequest) {
    for (const char* const text :
         {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
          "GET  / HTTP/1.1\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nNo colon\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
          "GET / HTTP/1.1\r\nA: b\x01\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
          "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        EXPECT_EQ(parse(text, 1'000).status, 400U) << text;
    }
    for (const char* const coding :
         {"gzip", "gzip, chunked", "chunked, identity", "xchunked", ""}) {
        const std::string text =
            fmt::format("PUT / HTTP/1.1\r\nTransfer-Encoding: {}\r\n\r\n", coding);
        EXPECT_EQ(parse(text, 1'000).status, 501U) << coding;
    }
    EXPECT_EQ(parse("GET / HTTP/2.0\r\n\r\n", 100).status, 505U);
    EXPECT_EQ(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 100).status, 505U);
}

TEST(RequestParser, RefusesChunksThatAreNone) {
    const std::string head = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char* const body :
         {"x\r\n", "5\r\nhellooo\r\n", "-5\r\nhello\r\n", "5 \rhello", "FFFFFFFFFFFFFFFFF\r\n",
          "0\r\nno colon\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n"}) {
        const Outcome outcome = parse(head + body, 1'000);
        EXPECT_EQ(outcome.state, State::kRefused) << body;
    }
}

TEST(RequestParser, TakesHeadersUpToTheirLimitAndNotAByteMore) {
    const std::string before = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    for (const std::size_t piece : {1U, 7U, 5'000U}) {
        const std::string fits(kHeaderBytesMax - before.size() - 4, 'x');
        EXPECT_EQ(parse(before + fits + "\r\n\r\n", piece).state, State::kDone);
        const Outcome large = parse(before + fits + "x\r\n\r\n", piece);
        EXPECT_EQ(large.status, 431U);
        EXPECT_EQ(large.limit, "header_bytes_max");
        EXPECT_EQ(parse(before + std::string(5'000, 'x'), piece).status, 431U);
        EXPECT_EQ(parse("GET /" + std::string(5'000, 'x'), piece).status, 414U);
    }
}

TEST(RequestParser, TakesBodiesUpToTheirLimitAndNotAByteMore) {
    for (const std::size_t piece : {1U, 7U, 5'000U}) {
        EXPECT_EQ(parse(kPlain, piece, 5).state, State::kDone);
        EXPECT_EQ(parse(kPlain, piece, 4).status, 413U);
        EXPECT_EQ(parse(kChunked, piece, 15).state, State::kDone);
        const Outcome large = parse(kChunked, piece, 14);
        EXPECT_EQ(large.status, 413U);
        EXPECT_EQ(large.limit, "json_bytes_max");
    }
}

TEST(RequestParser, KnowsWhatTheClientWishesForTheConnection) {
    const auto keeps = [](std::string_view text) { return parse(text, 1'000).head.keeps_alive; };
    EXPECT_TRUE(keeps("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

}  // namespace
}  // namespace sokkuri::http
