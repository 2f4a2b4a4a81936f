// Goal: what a server tells of its work reaches the command, also when it goes wrong. Method: a
// server on a Unix socket that answers by script.
#include "cli/server_link.h"

#include "base/testing/scripted_server.h"
#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace sokkuri::cli {
namespace {

std::string answer_of(unsigned status, const std::string& type, const std::string& body) {
    return fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status,
                       type, body.size(), body);
}

std::string job_json(std::string_view state, std::string_view report,
                     std::string_view stopping = "false") {
    return fmt::format(
        R"({{"id":"7","kind":"index","collection":"p","state":"{}","stopping":{},)"
        R"("progress":{{"found":3,"walk_is_done":true,"done":2,"embedded":2,"failed":0,)"
        R"("seconds":0.5}},"report":{},"error":"no disk","revision":1}})",
        state, stopping, report);
}

/// As answers have it.
std::string in_answer(const std::string& job) {
    return answer_of(202, "application/json", "{\"job\":" + job + "}");
}

std::string report_json(std::string_view interrupted, std::string_view more) {
    return fmt::format(
        R"({{"found":3,"added":3,"replaced":0,"moved":0,"unchanged":0,"removed":0,)"
        R"("kept_missing":0,"links_left_out":0,"excluded":0,"failures":[{{"path":"a","reason":"b",)"
        R"("new":true}}],"interrupted":{},"seconds":1,"model":"m","precision":"f32"{}}})",
        interrupted, more);
}

std::string events(const std::vector<std::string>& jobs) {
    std::string body;
    for (const std::string& job : jobs) {
        body += "event: progress\ndata: " + job + "\n\n";
    }
    return answer_of(200, "text/event-stream", body);
}

/// Answers by the first line of the request; remembers what was asked.
class Server {
 public:
    std::map<std::string, std::string> answers;  // "GET /v1/jobs/7" → the whole answer
    std::vector<std::string> asked;

    ServerLink link() { return ServerLink::open({.socket = path_}).value(); }

 private:
    void talk(Conversation& conversation) {
        while (const auto request = conversation.request()) {
            const std::string line = request->substr(0, request->find(" HTTP/"));
            asked.push_back(line);
            const auto found = answers.find(line);
            conversation.say(found != answers.end() ? found->second
                                                    : answer_of(404, "text/plain", "none"));
        }
    }

    const testing::TemporaryDirectory directory_;
    const std::string path_ = directory_.path() + "/socket";
    ScriptedServer server_{[this](Conversation& conversation) { talk(conversation); }, path_};
};

const std::string kPost = "POST /v1/collections/p/index";
const std::string kEvents = "GET /v1/jobs/7/events";
const std::string kLeave = "DELETE /v1/jobs/7?leave=true";

Result<service::IngestReport> index(Server& server, std::vector<double>* seconds = nullptr) {
    ServerLink link = server.link();
    return link.index({.collection = "p"},
                      [&](const service::IngestProgress& progress) {
                          if (seconds != nullptr) seconds->push_back(progress.seconds);
                      },
                      {});
}

TEST(ServerLink, FindsTheCollectionThatLiesInAFolder) {
    Server server;
    server.answers["GET /v1/collections"] = answer_of(
        200, "application/json",
        R"({"collections":[{"name":"a","home":"/a","model":"m"},{"name":"b","home":"\\xff",)"
        R"("home_bytes":"L/8=","model":""}]})");
    ServerLink link = server.link();
    EXPECT_EQ(link.find_collection("/a").value().model, "m");
    EXPECT_EQ(link.find_collection("/\xff").value().name, "b");
    EXPECT_EQ(link.find_collection("/c").error().code(), ErrorCode::kNotFound);
}

TEST(ServerLink, ChoosesTheOneOfThatNameOrTheOnlyOne) {
    Server server;
    server.answers["GET /v1/collections"] =
        answer_of(200, "application/json", R"({"collections":[{"name":"a"},{"name":"b"}]})");
    ServerLink link = server.link();
    EXPECT_EQ(link.choose_collection("b").value().name, "b");
    EXPECT_EQ(link.choose_collection("c").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(link.choose_collection("").error().code(), ErrorCode::kInvalidArgument);
    server.answers["GET /v1/collections"] =
        answer_of(200, "application/json", R"({"collections":[{"name":"a"}]})");
    EXPECT_EQ(link.choose_collection("").value().name, "a");
}

TEST(ServerAddress, IsAUrl) {
    EXPECT_EQ(ServerAddress::parse("http://localhost:7171/").value().url, "http://localhost:7171");
    EXPECT_TRUE(ServerAddress::parse("https://pictures.lan"));
    for (const char* bad : {"localhost:7171", "ftp://a", "http://", "", "//a"})
        EXPECT_FALSE(ServerAddress::parse(bad)) << bad;
}

TEST(ServerLink, FollowsAJobToItsReport) {
    Server server;
    server.answers[kPost] =
        answer_of(202, "application/json", "{\"job\":" + job_json("queued", "null") + "}");
    server.answers[kEvents] =
        events({job_json("running", "null"), job_json("done", report_json("false", ""))});
    std::vector<double> seconds;
    const auto report = index(server, &seconds);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->added, 3U);
    EXPECT_EQ(report->failures.size(), 1U);
    EXPECT_EQ(seconds, (std::vector{0.5, 0.5}));
}

TEST(ServerLink, AsksForFailuresThatWereLeftOut) {
    Server server;
    server.answers[kPost] =
        answer_of(202, "application/json", "{\"job\":" + job_json("queued", "null") + "}");
    server.answers[kEvents] =
        events({job_json("done", report_json("false", ",\"failures_left_out\":900"))});
    server.answers["GET /v1/jobs/7?failures=1000000"] = answer_of(
        200, "application/json", "{\"job\":" + job_json("done", report_json("true", "")) + "}");
    EXPECT_TRUE(index(server).value().was_interrupted);
}

TEST(ServerLink, TellsWhatWentWrong) {
    Server server;
    server.answers[kPost] =
        answer_of(429, "application/problem+json",
                  R"({"status":429,"code":"limit_reached","detail":"32 jobs wait already"})");
    const auto refused = index(server);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kExhausted);
    EXPECT_NE(refused.error().message().find("32 jobs wait"), std::string::npos);
    server.answers[kPost] = answer_of(
        507, "application/problem+json",
        R"({"status":507,"code":"no_space","detail":"write a: No space left on device"})");
    EXPECT_EQ(index(server).error().code(), ErrorCode::kNoSpace);
    server.answers[kPost] =
        answer_of(202, "application/json", "{\"job\":" + job_json("queued", "null") + "}");
    server.answers[kEvents] = events({job_json("failed", "null")});
    EXPECT_NE(index(server).error().message().find("no disk"), std::string::npos);
    server.answers[kEvents] = events({job_json("running", "null")});
    EXPECT_FALSE(index(server));  // the stream ended, the job did not
    server.answers[kEvents] = events({"{}"});
    EXPECT_EQ(index(server).error().code(), ErrorCode::kInvalidArgument);
    server.answers[kEvents] = answer_of(503, "text/html", "<p>busy");
    EXPECT_EQ(index(server).error().code(), ErrorCode::kUnavailable);
}

TEST(ServerLink, CancelsTheJobWhenAskedToStop) {
    for (const char* state : {"queued", "running"}) {
        Server server;
        server.answers[kPost] = in_answer(job_json(state, "null"));
        server.answers[kLeave] = in_answer(job_json(state, "null", "true"));
        server.answers[kEvents] = events({job_json("cancelled", report_json("true", ""))});
        std::stop_source stop;
        stop.request_stop();
        ServerLink link = server.link();
        const auto report = link.index(
            {.collection = "p"}, [](const auto&) {}, stop.get_token());
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_TRUE(report->was_interrupted);
        EXPECT_EQ(report->added, 3U) << "what was done until then";
        EXPECT_NE(std::ranges::find(server.asked, kLeave), server.asked.end());
    }
}

TEST(ServerLink, LeavesTheJobThatOthersHaveAskedForToThem) {
    for (const char* state : {"queued", "running"}) {
        Server server;
        server.answers[kPost] = in_answer(job_json(state, "null"));
        server.answers[kLeave] = in_answer(job_json(state, "null"));
        server.answers[kEvents] = events({job_json("done", report_json("false", ""))});
        std::stop_source stop;
        stop.request_stop();
        ServerLink link = server.link();
        const auto report = link.index(
            {.collection = "p"}, [](const auto&) {}, stop.get_token());
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_TRUE(report->was_interrupted);
        EXPECT_EQ(report->added, 0U) << "the others' report";
    }
}

TEST(ServerLink, CancelsTheJobOfAServerThatKnowsNoLeaving) {
    Server server;
    server.answers[kPost] = in_answer(job_json("running", "null"));
    server.answers[kLeave] =
        answer_of(400, "application/problem+json",
                  R"({"status":400,"code":"invalid_argument","detail":"leave: none"})");
    server.answers["DELETE /v1/jobs/7"] = in_answer(job_json("running", "null"));
    server.answers[kEvents] = events({job_json("cancelled", report_json("true", ""))});
    std::stop_source stop;
    stop.request_stop();
    ServerLink link = server.link();
    const auto report = link.index(
        {.collection = "p"}, [](const auto&) {}, stop.get_token());
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->added, 3U) << "what was done until then";
}

TEST(ServerLink, BringsTheVectorOfAPictureExactly) {
    Server server;
    server.answers["POST /v1/embed?collection=p"] = answer_of(
        200, "application/json", R"({"vector":[0.1,-3.4028235e+38,1e-45,0,16777217],"model":"m"})");
    ServerLink link = server.link();
    const std::vector<std::byte> picture(100);
    EXPECT_EQ(link.embed("p", picture).value().vector,
              (std::vector<float>{0.1F, -3.4028235e+38F, 1e-45F, 0.0F, 16777216.0F}));
    EXPECT_EQ(link.embed("p", picture).value().model, "m");
    EXPECT_FALSE(link.embed("q", picture));
}

TEST(ServerLink, EncodesNamesForPaths) {
    EXPECT_EQ(percent_encoded("a-b_c.d~1"), "a-b_c.d~1");
    EXPECT_EQ(percent_encoded("そ/?"), "%E3%81%9D%2F%3F");
}

}  // namespace
}  // namespace sokkuri::cli
