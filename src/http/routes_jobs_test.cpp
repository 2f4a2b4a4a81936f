// Goal: an indexing job can be started, watched to its end and stopped over HTTP; what failed is
// listed. Method: a real server over a folder of drawn and broken pictures.
#include "base/base64.h"
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace sokkuri::http {
namespace {

class JobRoutes : public ::testing::Test {
 protected:
    void SetUp() override {
        if (service::testing::models_folder().empty()) {
            GTEST_SKIP() << service::testing::missing_data();
        }
        server_ = std::make_unique<NativeServer>(0);
    }

    CheckedAnswer start(std::string_view json = "{}") {
        return server_->send("POST", server_->target("/index"), json);
    }

    struct Event {
        std::string name;
        JsonValue job;
    };
    /// All events of a job until the server ends the stream.
    std::vector<Event> watch(const std::string& job) {
        RawClient client = server_->connect();
        client.send("GET /v1/jobs/" + job +
                    "/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        std::string text = client.receive_until("event: done");
        text += client.receive_until("\n\n");
        std::vector<Event> events;
        const SchemaCheck schemas(server_->openapi());
        for (std::size_t at = text.find("event: "); at != std::string::npos;
             at = text.find("event: ", at + 1)) {
            const std::size_t name_end = text.find('\n', at);
            const std::size_t data = text.find("data: ", at) + 6;
            events.push_back({text.substr(at + 7, name_end - at - 7), {}});
            auto json = parse_json(text.substr(data, text.find('\n', data) - data));
            EXPECT_TRUE(json) << text;
            if (json) events.back().job = std::move(*json);
            EXPECT_EQ(schemas.fault("Job", events.back().job), "");
        }
        return events;
    }

    std::unique_ptr<NativeServer> server_;
};

TEST_F(JobRoutes, IndexAndTellToTheEnd) {
    for (unsigned seed = 0; seed < 5; ++seed) {
        server_->folder().draw(fmt::format("{}.jpg", seed), seed);
    }
    server_->folder().write("broken.jpg", "\xff\xd8\xff nothing");
    server_->folder().write("\xfe.png", "nothing");
    const CheckedAnswer started = start();
    ASSERT_EQ(started.status(), 202U) << started.raw.body;
    const std::string id = started.text("job.id");
    EXPECT_EQ(started.raw.header("location"), "/v1/jobs/" + id);
    EXPECT_EQ(started.text("job.collection"), server_->collection());
    const std::vector<Event> events = watch(id);
    ASSERT_FALSE(events.empty());
    std::uint64_t revision = 0;
    for (const Event& event : events) {
        EXPECT_EQ(event.name, &event == &events.back() ? "done" : "progress");
        const std::uint64_t next = event.job.find("revision")->as_uint64().value();
        EXPECT_TRUE(next > revision || &event == &events.front());
        revision = next;
    }
    EXPECT_EQ(events.back().job.find("state")->text(), "done");
    const CheckedAnswer job = server_->get("/v1/jobs/" + id);
    EXPECT_EQ(job.integer("job.report.added"), 5U);
    EXPECT_EQ(job.integer("job.report.failed"), 2U);
    EXPECT_EQ(job.integer("job.report.failures_left_out"), 0U);
    EXPECT_EQ(
        server_->get("/v1/jobs/" + id + "?failures=1").integer("job.report.failures_left_out"), 1U);
    EXPECT_EQ(job.text("job.report.folder"), server_->folder().path());
    EXPECT_LE(job.text("job.created"), job.text("job.finished"));
    EXPECT_EQ(server_->get("/v1/jobs").text("jobs.0.id"), id);
    EXPECT_EQ(server_->get(server_->target("")).integer("items"), 5U);
    EXPECT_EQ(server_->get(server_->target("")).at("jobs").items().size(), 0U);
    EXPECT_EQ(watch(id).size(), 1U) << "one that has ended says so at once";
}

TEST_F(JobRoutes, ListFailuresPageByPage) {
    std::map<std::string, bool> names;
    for (unsigned i = 0; i < 7; ++i) {
        names[fmt::format("{}.png", i)] = true;
    }
    names["\xff/\xfe.png"] = true;
    for (const auto& [name, unused] : names) {
        server_->folder().write(name, "nothing");
    }
    watch(start().text("job.id"));
    for (const unsigned limit : {1U, 3U, 8U, 100U}) {
        std::vector<std::string> paths;
        std::string after;
        do {
            const CheckedAnswer page = server_->get(server_->target(fmt::format(
                "/failures?limit={}{}", limit, after.empty() ? "" : "&after=" + after)));
            ASSERT_EQ(page.status(), 200U) << page.raw.body;
            const JsonValue failures = page.at("failures");
            for (const JsonValue& failure : failures.items()) {
                EXPECT_FALSE(failure.find("reason")->text().empty());
                paths.emplace_back(failure.find("path")->text());
            }
            after = page.text("next");
        } while (!after.empty());
        EXPECT_EQ(paths.size(), names.size()) << "limit " << limit;
        EXPECT_EQ(paths.back(), "\\xff/\\xfe.png");
    }
    EXPECT_EQ(server_->get(server_->target("/failures?after=!")).status(), 400U);
    EXPECT_EQ(server_->get(server_->target("/failures?limit=0")).status(), 400U);
}

TEST_F(JobRoutes, StopWhenAskedTo) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        server_->folder().draw(fmt::format("{}.jpg", seed), seed);
    }
    const std::string id = start().text("job.id");
    const CheckedAnswer stopped = server_->ask("DELETE", "/v1/jobs/" + id);
    EXPECT_EQ(stopped.status(), 202U);
    EXPECT_EQ(stopped.text("job.id"), id);
    const std::vector<Event> events = watch(id);
    ASSERT_FALSE(events.empty());
    const std::string_view state = events.back().job.find("state")->text();
    EXPECT_TRUE(state == "cancelled" || state == "done") << state;
    EXPECT_EQ(server_->ask("DELETE", "/v1/jobs/" + id).text("job.state"), state);
    EXPECT_EQ(server_->ask("DELETE", "/v1/jobs/" + id + "?leave=true").status(), 202U);
    EXPECT_EQ(server_->ask("DELETE", "/v1/jobs/" + id + "?leave=1").status(), 400U);
}

TEST_F(JobRoutes, RefuseWhatTheyCannotDo) {
    for (const char* json : {R"({"keep_missing":1})", R"({"keep":true})", "[]", "{"}) {
        EXPECT_EQ(start(json).status(), 400U) << json;
    }
    EXPECT_EQ(server_->ask("POST", server_->target("/index"), "a", "Content-Type: text/plain\r\n")
                  .status(),
              415U);
    EXPECT_EQ(server_->get("/v1/jobs/none").status(), 404U);
    EXPECT_EQ(server_->get("/v1/jobs/none/events").status(), 404U);
    EXPECT_EQ(server_->ask("DELETE", "/v1/jobs/none").status(), 404U);
    EXPECT_EQ(server_->ask("PUT", "/v1/jobs").status(), 405U);
    const CheckedAnswer kept = start(R"({"keep_missing":true})");
    EXPECT_EQ(kept.status(), 202U);
    EXPECT_EQ(server_->ask("POST", server_->target("/index")).status(), 202U);
}

TEST_F(JobRoutes, KeepMissingFilesWhenAskedTo) {
    server_->folder().draw("a.jpg", 1);
    server_->folder().draw("b.jpg", 2);
    watch(start().text("job.id"));
    server_->folder().remove("a.jpg");
    watch(start(R"({"keep_missing":true})").text("job.id"));
    EXPECT_EQ(server_->get(server_->target("")).integer("items"), 2U);
    watch(start().text("job.id"));
    EXPECT_EQ(server_->get(server_->target("")).integer("items"), 1U);
}

}  // namespace
}  // namespace sokkuri::http
