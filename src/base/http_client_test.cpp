// Goal: what a server says comes out as it is, within the limits. Method: a server of our own on
// loopback that answers by script.
#include "base/http_client.h"

#include "base/testing/scripted_server.h"
#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <future>

namespace sokkuri {
namespace {

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kStream =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

std::unique_ptr<HttpClient> make_client() {
    auto client = HttpClient::open();
    EXPECT_TRUE(client) << client.error().message();
    return std::move(*client);
}

/// Answers every request of a connection in the same way.
ScriptedServer::Script always(std::string_view answer) {
    return [answer](Conversation& conversation) {
        while (conversation.request()) {
            conversation.say(answer);
        }
    };
}

/// One answer, then the end of the connection.
ScriptedServer::Script once(std::string answer) {
    return [answer = std::move(answer)](Conversation& conversation) {
        conversation.request();
        conversation.say(answer);
    };
}

void expect_failure(const Result<HttpAnswer>& answer, ErrorCode code, std::string_view says) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), code) << answer.error().message();
    EXPECT_NE(answer.error().message().find(says), std::string::npos) << answer.error().message();
}

TEST(HttpClient, BringsStatusHeadersAndBody) {
    ScriptedServer server(always(
        "HTTP/1.1 503 Busy\r\nRetry-After:  7 \r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 4\r\n"
        "\r\nwait"));
    const auto client = make_client();
    const auto answer = client->send({.url = server.url() + "/v1?x=1"}, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->body, "wait");
    EXPECT_EQ(answer->header("retry-after"), "7");
    EXPECT_EQ(answer->header("x-two"), "a");
    EXPECT_EQ(answer->header("x-three"), std::nullopt);
}

TEST(HttpClient, AsksForThePathAsItIs) {
    std::promise<std::string> seen;
    ScriptedServer server([&](Conversation& conversation) {
        seen.set_value(conversation.request().value_or(""));
        conversation.say(kOk);
    });
    ASSERT_TRUE(make_client()->send(
        {.method = HttpMethod::kDelete, .url = server.url() + "/collections/a/fields/.."}, {}));
    const std::string asked = seen.get_future().get();
    EXPECT_TRUE(asked.starts_with("DELETE /collections/a/fields/.. ")) << asked;
}

TEST(HttpClient, SendsMethodHeadersAndBodyAsGiven) {
    std::promise<std::string> seen;
    ScriptedServer server([&](Conversation& conversation) {
        seen.set_value(conversation.request().value_or("nothing"));
        conversation.say(kOk);
    });
    const std::string body("{\"a\":\0}", 7);
    const auto client = make_client();
    const auto answer = client->send({.method = HttpMethod::kPut,
                                      .url = server.url() + "/put%2Fme",
                                      .headers = {{"Content-Type", "application/json"}},
                                      .body = body},
                                     {});
    ASSERT_TRUE(answer) << answer.error().message();
    const std::string request = seen.get_future().get();
    EXPECT_TRUE(request.starts_with("PUT /put%2Fme HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Content-Type: application/json\r\n"), std::string::npos) << request;
    EXPECT_EQ(request.find("Expect:"), std::string::npos) << request;
    EXPECT_TRUE(request.ends_with("\r\n\r\n" + body)) << request;
}

TEST(HttpClient, KeepsItsConnectionForEveryMethod) {
    ScriptedServer server(always(kOk));
    const auto client = make_client();
    for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kPost, HttpMethod::kPut,
                                    HttpMethod::kDelete, HttpMethod::kGet}) {
        const auto answer = client->send({.method = method, .url = server.url()}, {});
        ASSERT_TRUE(answer) << answer.error().message();
        EXPECT_EQ(answer->body, "ok");
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, GoesThroughAUnixSocket) {
    const testing::TemporaryDirectory directory;
    const std::string path = directory.path() + "/socket";
    ScriptedServer server(always(kOk), path);
    const auto client = make_client();
    const auto answer = client->send({.url = "http://localhost/v1", .unix_socket = path}, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->body, "ok");
    const auto nobody =
        client->send({.url = "http://localhost/", .unix_socket = path + "-not"}, {});
    expect_failure(nobody, ErrorCode::kUnavailable, path + "-not");
}

TEST(HttpClient, NamesThePlaceWhereNobodyAnswers) {
    std::string url;
    {
        const ScriptedServer gone(always(kOk));
        url = gone.url();
    }
    expect_failure(make_client()->send({.url = url}, {}), ErrorCode::kUnavailable, url);
}

TEST(HttpClient, DoesNotFollowAnAnswerElsewhere) {
    ScriptedServer server(
        always("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    const auto answer = make_client()->send({.url = server.url()}, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 302U);
}

TEST(HttpClient, RefusesWhatCannotBeSent) {
    const auto client = make_client();
    for (const std::string url : {"file:///etc/passwd", "gopher://localhost/", "http://", ""}) {
        expect_failure(client->send({.url = url}, {}), ErrorCode::kInvalidArgument, "");
    }
    for (const std::string& value :
         std::vector<std::string>{"a\r\nHost: b", "a\nb", std::string("a\0b", 3)}) {
        expect_failure(client->send({.url = "http://127.0.0.1:1", .headers = {{"X-A", value}}}, {}),
                       ErrorCode::kInvalidArgument, "header");
    }
    expect_failure(client->send({.url = "http://127.0.0.1:1", .body = "x"}, {}),
                   ErrorCode::kInvalidArgument, "GET carries no body");
}

TEST(HttpClient, NamesTheLimitThatAnAnswerPasses) {
    const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    ScriptedServer large(once(head + std::string(5'000, 'x')));
    const auto client = make_client();
    expect_failure(client->send({.url = large.url(), .limits = {.answer_bytes_max = 4'999}}, {}),
                   ErrorCode::kExhausted, "answer_bytes_max");
    EXPECT_TRUE(client->send({.url = large.url(), .limits = {.answer_bytes_max = 5'000}}, {}));
    ScriptedServer wordy(once("HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n"));
    expect_failure(client->send({.url = wordy.url(), .limits = {.header_bytes_max = 5'000}}, {}),
                   ErrorCode::kExhausted, "header_bytes_max");
}

TEST(HttpClient, GivesUpOnASilentServer) {
    ScriptedServer server([](Conversation& conversation) { conversation.wait_for_end(); });
    const auto answer =
        make_client()->send({.url = server.url(), .limits = {.idle_time_max_ms = 30}}, {});
    expect_failure(answer, ErrorCode::kDeadlineExceeded, "idle_time_max_ms");
}

TEST(HttpClient, GivesUpOnAServerThatNeverFinishes) {
    std::atomic<bool> is_over = false;
    ScriptedServer server([&](Conversation& conversation) {
        conversation.request();
        conversation.say("HTTP/1.1 200 OK\r\n\r\n");
        while (!is_over) {
            conversation.say("x");
        }
    });
    const auto answer =
        make_client()->send({.url = server.url(), .limits = {.total_time_max_ms = 50}}, {});
    is_over = true;
    expect_failure(answer, ErrorCode::kDeadlineExceeded, "total_time_max_ms");
}

TEST(HttpClient, SaysWhenTheConnectionWasCut) {
    for (const std::string cut : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}) {
        ScriptedServer server(once(cut));
        expect_failure(make_client()->send({.url = server.url()}, {}), ErrorCode::kUnavailable,
                       "cut");
    }
}

TEST(HttpClient, GivesABodyAwayAsItComesHoweverLongItIs) {
    constexpr std::size_t kChunks = 300;
    const std::string chunk(10'000, 'x');
    ScriptedServer server([&](Conversation& conversation) {
        while (conversation.request()) {
            conversation.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (std::size_t i = 0; i < kChunks; ++i)
                conversation.say("2710\r\n" + chunk + "\r\n");
            conversation.say("0\r\n\r\n");
        }
    });
    const auto client = make_client();
    const HttpRequest request{.url = server.url(), .limits = {.answer_bytes_max = 100}};
    std::size_t received = 0;
    std::size_t largest = 0;
    const auto count = [&](std::string_view bytes) -> Result<void> {
        received += bytes.size();
        largest = std::max(largest, bytes.size());
        return {};
    };
    const auto answer = client->receive(request, count, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(received, kChunks * chunk.size());
    EXPECT_LT(largest, 1'000'000U) << "not all at once";
    const auto refuse = [](std::string_view) -> Result<void> {
        return fail(ErrorCode::kIo, "the disk is full");
    };
    const auto refused = client->receive(request, refuse, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "the disk is full") << "not the server's fault";
    EXPECT_TRUE(client->receive(request, count, {})) << "and the client works again";
}

TEST(HttpClient, SaysWhenABodyWasCutAndReturnsAnswersThatAreNone) {
    ScriptedServer cutting(
        once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    std::string received;
    const auto keep = [&](std::string_view bytes) -> Result<void> {
        received += bytes;
        return {};
    };
    const auto client = make_client();
    expect_failure(client->receive({.url = cutting.url()}, keep, {}), ErrorCode::kUnavailable,
                   "cut");
    EXPECT_EQ(received, "hello");
    ScriptedServer refusing(always("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone"));
    const auto answer = client->receive({.url = refusing.url()}, keep, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->body, "none");
    EXPECT_EQ(received, "hello");
}

TEST(HttpClient, HandsOnEventsAsTheyCome) {
    std::promise<void> first_was_seen;
    ScriptedServer server([&](Conversation& conversation) {
        conversation.request();
        conversation.say(std::string(kStream) + "event: progress\ndata: 1\n\nevent: do");
        first_was_seen.get_future().wait();
        conversation.say("ne\ndata: 2\n\n");
    });
    std::vector<std::string> seen;
    const auto answer =
        make_client()->follow({.url = server.url(), .limits = {.total_time_max_ms = 0}},
                              [&](const ServerEvent& event) {
                                  seen.push_back(event.name + " " + event.data);
                                  if (seen.size() == 1) first_was_seen.set_value();
                              },
                              {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(seen, (std::vector<std::string>{"progress 1", "done 2"}));
    EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, ReturnsAnAnswerThatIsNoStreamWhole) {
    ScriptedServer server(
        always("HTTP/1.1 404 Not Found\r\nContent-Type: text/event-stream\r\n"
               "Content-Length: 9\r\n\r\ndata: x\n\n"));
    const auto answer =
        make_client()->follow({.url = server.url()},
                              [](const ServerEvent&) { ADD_FAILURE() << "no event was sent"; }, {});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 404U);
    EXPECT_EQ(answer->body, "data: x\n\n");
}

TEST(HttpClient, BoundsAnEventOfAStream) {
    ScriptedServer server(once(std::string(kStream) + "data: " + std::string(5'000, 'x')));
    const auto answer =
        make_client()->follow({.url = server.url(), .limits = {.answer_bytes_max = 4'000}},
                              [](const ServerEvent&) {}, {});
    expect_failure(answer, ErrorCode::kExhausted, "4000 bytes");
}

TEST(HttpClient, StopsAtOnceWhenAskedAndWorksAgain) {
    std::atomic<int> round = 0;
    ScriptedServer server([&](Conversation& conversation) {
        conversation.request();
        if (round++ > 0) return conversation.say(kOk);
        conversation.say(std::string(kStream) + "data: 1\n\n");
        conversation.wait_for_end();
    });
    const auto client = make_client();
    std::stop_source stop;
    std::promise<void> was_seen;
    const std::jthread stopper([&] {
        was_seen.get_future().wait();
        stop.request_stop();
    });
    const auto answer = client->follow(
        {.url = server.url(), .limits = {.total_time_max_ms = 0}},
        [&](const ServerEvent&) { was_seen.set_value(); }, stop.get_token());
    expect_failure(answer, ErrorCode::kCancelled, "stopped");
    const auto again = client->send({.url = server.url()}, {});
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->body, "ok");
}

}  // namespace
}  // namespace sokkuri
