// Goal: patches over HTTP change what they name and nothing else, and a write whose condition does
// not hold changes nothing. Method: a real server over vectors of our own and one drawn picture; a
// std::map with a count of changes as the model of conditional writes.
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sokkuri::http {
namespace {

constexpr unsigned kDimension = 4;

class PatchRoutes : public ::testing::Test {
 protected:
    PatchRoutes() {
        EXPECT_TRUE(server_.library().collection().add_field(
            {.name = service::kPictureField, .dimension = kDimension}));
    }

    std::string item(std::string_view id) const {
        return server_.target("/items/" + percent_encoded(id));
    }
    CheckedAnswer write(const std::string& method, std::string_view id, std::string_view document,
                        const std::string& condition = "") {
        const std::string vector = method == "PUT" ? R"("vector":[1,0,2,0.5],)" : "";
        return server_.ask(method, item(id),
                           fmt::format(R"({{{}"document":{}}})", vector, document),
                           "Content-Type: application/json\r\n" + condition);
    }
    std::string document(std::string_view id) {
        const std::string body = server_.get(item(id)).raw.body;
        const std::size_t start = body.find("\"document\":") + 11;
        return body.substr(start, body.size() - start - 1);
    }
    CheckedAnswer patch_lines(std::string_view lines) {
        return server_.ask("PATCH", server_.target("/items"), lines,
                           "Content-Type: application/x-ndjson\r\n");
    }

    NativeServer server_{0};
};

TEST_F(PatchRoutes, ChangeWhatTheyNameAndLeaveTheRestAsItWasWritten) {
    ASSERT_EQ(write("PUT", "x", R"({ "b" : 1.0, "a":{"k": 1e2,"l":0}, "ねこ":"🐈" })").status(),
              201U);
    const auto vector = server_.library().collection().vector_of("x", "").value();
    const CheckedAnswer patched = write("PATCH", "x", R"({"a":{"l":null,"m":2.50},"z":[1, 2]})");
    EXPECT_EQ(patched.status(), 200U) << patched.raw.body;
    EXPECT_EQ(patched.integer("version"), 2U);
    EXPECT_EQ(document("x"), R"({"b":1.0,"a":{"k":1e2,"m":2.50},"ねこ":"🐈","z":[1, 2]})");
    EXPECT_EQ(server_.library().collection().vector_of("x", "").value(), vector);
    const CheckedAnswer again = write("PATCH", "x", R"({"z":[1, 2]})");
    EXPECT_EQ(again.integer("version"), 2U) << "nothing has changed";
    EXPECT_EQ(again.raw.header("etag"), patched.raw.header("etag"));
    EXPECT_EQ(server_
                  .ask("PATCH", item("x"), R"({"document":{"z":null}})",
                       "Content-Type: application/merge-patch+json\r\n")
                  .status(),
              200U);
    EXPECT_EQ(document("x"), R"({"b":1.0,"a":{"k":1e2,"m":2.50},"ねこ":"🐈"})");
}

TEST_F(PatchRoutes, RefuseWhatCannotBe) {
    ASSERT_EQ(write("PUT", "x", "{}").status(), 201U);
    EXPECT_EQ(write("PATCH", "none", "{}").status(), 404U);
    EXPECT_EQ(write("PATCH", "x", "[]").status(), 400U);
    EXPECT_EQ(server_.send("PATCH", item("x"), R"({"vector":[1]})").status(), 400U);
    EXPECT_EQ(write("PATCH", "x", R"({"path":"a.jpg"})").status(), 400U) << "no claims";
    const std::string half(700'000, 'x');
    ASSERT_EQ(write("PATCH", "x", fmt::format(R"({{"a":"{}"}})", half)).status(), 200U);
    const CheckedAnswer large = write("PATCH", "x", fmt::format(R"({{"b":"{}"}})", half));
    EXPECT_EQ(large.status(), 400U);
    EXPECT_NE(large.detail().find("1048576"), std::string::npos) << large.detail();
    EXPECT_EQ(server_.get(item("x")).integer("version"), 2U);
}

TEST_F(PatchRoutes, WritesLoseWhenWhatTheyExpectIsNotThere) {
    constexpr unsigned kSeed = 19;
    std::mt19937 random(kSeed);
    std::map<std::string, std::string> tags;  // of what is there
    std::vector<std::string> seen = {"\"999999\"", "W/\"1\"", "\"x\""};
    for (int round = 0; round < 150; ++round) {
        const std::string id(1, "ab"[random() % 2]);
        const std::string method = std::array{"PUT", "PATCH", "DELETE"}[random() % 3];
        std::string condition;
        bool holds = true;
        switch (random() % 4) {
            case 0: {
                const std::string tag = seen[random() % seen.size()];
                condition = "If-Match: \"0\", " + tag + "\r\n";
                holds = tags.contains(id) && tags[id] == tag;
                break;
            }
            case 1:
                condition = "If-Match: *\r\n";
                holds = tags.contains(id);
                break;
            case 2:
                condition = "If-None-Match: *\r\n";
                holds = !tags.contains(id);
                break;
            default:
                break;
        }
        const CheckedAnswer answer =
            method == "DELETE" ? server_.ask(method, item(id), "", condition)
                               : write(method, id, fmt::format("{{\"n\":{}}}", round), condition);
        const unsigned done = method == "DELETE" ? 204U : tags.contains(id) ? 200U : 201U;
        const bool is_missing = method != "PUT" && !tags.contains(id);
        ASSERT_EQ(answer.status(), !holds       ? 412U
                                   : is_missing ? 404U
                                                : done)
            << method << ' ' << condition << " round " << round << " seed " << kSeed;
        if (answer.status() < 300 && method == "DELETE") tags.erase(id);
        if (answer.status() < 300 && method != "DELETE") {
            tags[id] = answer.raw.header("etag");
            seen.push_back(tags[id]);
        }
        const CheckedAnswer now = server_.get(item(id));
        ASSERT_EQ(now.raw.header("etag"), tags.contains(id) ? tags[id] : "") << "seed " << kSeed;
    }
    EXPECT_EQ(write("PUT", "a", "{}", "If-None-Match: \"1\"\r\n").status(), 400U);
}

TEST_F(PatchRoutes, AnItemIsSentAgainOnlyWhenItHasChanged) {
    const std::string tag = write("PUT", "x", "{}").raw.header("etag");
    const std::string condition = "If-None-Match: " + tag + "\r\n";
    EXPECT_EQ(server_.ask("GET", item("x"), "", condition).status(), 304U);
    ASSERT_EQ(write("PATCH", "x", R"({"a":1})").status(), 200U);
    EXPECT_EQ(server_.ask("GET", item("x"), "", condition).status(), 200U);
}

TEST_F(PatchRoutes, ManyItemsChangeInOneStep) {
    ASSERT_EQ(write("PUT", "x", R"({"a":1})").status(), 201U);
    ASSERT_EQ(write("PUT", "y", "{}").status(), 201U);
    const CheckedAnswer answer = patch_lines(R"({"id":"x","document":{"b":1.0}}

{"id":"nobody","document":{"b":2}}
{"id":"y","document":{"content":"00"}}
{"id":"y","path":"nowhere.jpg","document":{}}
{"document":{"b":3},"id":"y"})");
    EXPECT_EQ(answer.status(), 200U) << answer.raw.body;
    EXPECT_EQ(answer.integer("changed"), 2U);
    EXPECT_EQ(answer.integer("unchanged"), 1U);
    EXPECT_EQ(answer.integer("missing.0.line"), 3U);
    EXPECT_EQ(answer.integer("refused.0.line"), 4U);
    EXPECT_NE(answer.text("refused.0.reason").find("content"), std::string::npos);
    EXPECT_EQ(document("x"), R"({"a":1,"b":1.0})");
    EXPECT_EQ(document("y"), R"({"b":3})");
    EXPECT_EQ(patch_lines("{\"id\":\"x\",\"document\":{}}\n{\"id\":\"x\"}").status(), 400U);
    EXPECT_EQ(patch_lines("{\"document\":{}}").status(), 400U);
    EXPECT_EQ(patch_lines("").integer("changed"), 0U);
}

}  // namespace
}  // namespace sokkuri::http
