// Groups over HTTP: of a folder's pictures by their folders, of records by any attribute; and that
// they are right after items have changed. Every answer is held against openapi.json.
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

namespace sokkuri::http {
namespace {

class GroupRoutes : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (!service::testing::models_folder().empty()) server = std::make_unique<NativeServer>(6);
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override {
        if (!server) GTEST_SKIP() << service::testing::missing_data();
        const auto made = server->send("PUT", kShop, R"({"fields":[{"name":"v","dimension":2}]})");
        ASSERT_EQ(made.status(), 201U) << made.detail();
        // Three directions: red things are alike, blue ones nearly so, green ones are not.
        put("a", "[1,0]", R"({"color":"red","size":7})");
        put("b", "[1,0.1]", R"({"color":"red","size":"7"})");
        put("c", "[1,0.3]", R"({"color":"blue","tags":["new","cheap"]})");
        put("d", "[0,1]", R"({"color":"green","tags":["new"]})");
    }
    void TearDown() override {
        if (server) server->ask("DELETE", kShop);
    }

    static constexpr const char* kShop = "/v1/collections/shop";

    static void put(const std::string& id, std::string_view vector, std::string_view document) {
        const auto answer =
            server->send("PUT", fmt::format("{}/items/{}", kShop, id),
                         fmt::format(R"({{"vector":{},"document":{}}})", vector, document));
        ASSERT_LT(answer.status(), 300U) << answer.detail();
    }
    static CheckedAnswer groups(std::string_view rest) {
        return server->get(fmt::format("{}/groups/{}", kShop, rest));
    }
    /// Value to items.
    static std::map<std::string, std::uint64_t> counts(const CheckedAnswer& answer) {
        EXPECT_EQ(answer.status(), 200U) << answer.raw.body;
        std::map<std::string, std::uint64_t> counts;
        const JsonValue listed = answer.at("groups");
        for (const JsonValue& group : listed.items()) {
            std::string value;
            JsonWriter(value).value(*group.find("value"));
            counts[value] = group.find("items")->as_uint64().value();
        }
        return counts;
    }

    static void expect_refusal(const CheckedAnswer& answer, unsigned status, std::string_view why) {
        EXPECT_EQ(answer.status(), status) << answer.raw.body;
        EXPECT_NE(answer.detail().find(why), std::string::npos) << answer.detail();
    }

    static std::unique_ptr<NativeServer> server;
};

std::unique_ptr<NativeServer> GroupRoutes::server;

using Counts = std::map<std::string, std::uint64_t>;

TEST_F(GroupRoutes, AreListedByTheirSize) {
    const CheckedAnswer listed = groups("color?examples=1");
    EXPECT_EQ(counts(listed), (Counts{{"\"red\"", 2}, {"\"blue\"", 1}, {"\"green\"", 1}}));
    EXPECT_EQ(listed.integer("total"), 3U);
    EXPECT_EQ(listed.text("field"), "v");
    EXPECT_EQ(listed.text("groups.0.value"), "red");
    EXPECT_EQ(listed.text("groups.1.value"), "blue");
    EXPECT_EQ(listed.at("groups.0.examples").items().size(), 1U);
    EXPECT_TRUE(listed.at("groups.0.examples.0.content").is_null());
    EXPECT_EQ(counts(groups("tags")), (Counts{{"\"new\"", 2}, {"\"cheap\"", 1}}));
    EXPECT_EQ(counts(groups("nowhere")), Counts());
    EXPECT_EQ(counts(groups("color?limit=1&offset=2")), (Counts{{"\"green\"", 1}}));
}

TEST_F(GroupRoutes, FindGroupsAndItemsLikeAGroup) {
    const CheckedAnswer similar = groups("color/red/similar?examples=0");
    EXPECT_EQ(similar.text("group.value"), "red");
    EXPECT_EQ(similar.integer("group.items"), 2U);
    EXPECT_EQ(similar.text("hits.0.value"), "blue");
    EXPECT_EQ(similar.text("hits.1.value"), "green");
    EXPECT_EQ(similar.integer("hits.1.rank"), 2U);
    EXPECT_GT(similar.at("hits.0.score").as_double().value(), 0.95);
    EXPECT_EQ(groups("color/red/items").hit_ids(), (std::vector<std::string>{"c", "d"}));
    EXPECT_EQ(groups("color/red/items?include_members=true&k=3").hit_ids().size(), 3U);
    EXPECT_EQ(groups("color/red/items?only_members=true").hit_ids(),
              (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(groups("color/red/items?filter=color%3Dgreen").hit_ids(),
              std::vector<std::string>{"d"});
}

TEST_F(GroupRoutes, FollowWhatBecomesOfTheItems) {
    groups("color/red/similar");
    put("d", "[1,0]", R"({"color":"green"})");
    EXPECT_EQ(groups("color/red/similar").text("hits.0.value"), "green");
    const auto patched =
        server->send("PATCH", fmt::format("{}/items/a", kShop), R"({"document":{"color":"blue"}})");
    ASSERT_LT(patched.status(), 300U) << patched.raw.body;
    EXPECT_EQ(counts(groups("color")), (Counts{{"\"red\"", 1}, {"\"blue\"", 2}, {"\"green\"", 1}}));
    server->ask("DELETE", fmt::format("{}/items/b", kShop));
    EXPECT_EQ(counts(groups("color")), (Counts{{"\"blue\"", 2}, {"\"green\"", 1}}));
    expect_refusal(groups("color/red/similar"), 404, "color = \"red\"");
}

TEST_F(GroupRoutes, TakeAValueForWhatThereIs) {
    EXPECT_EQ(groups("size/7/similar").at("group.value").kind(), JsonValue::Kind::kNumber);
    EXPECT_EQ(groups("size/%227%22/similar").text("group.value"), "7");
    server->ask("DELETE", fmt::format("{}/items/a", kShop));
    EXPECT_EQ(groups("size/7/similar").text("group.value"), "7");
}

TEST_F(GroupRoutes, OfAFolderAreItsFolders) {
    const CheckedAnswer listed = server->get(server->target("/groups/folder"));
    EXPECT_EQ(counts(listed), (Counts{{"\"/\"", 6}}));
    EXPECT_EQ(listed.at("groups.0.examples").items().size(), 3U);
    EXPECT_FALSE(listed.text("groups.0.examples.0.path").empty());
    EXPECT_EQ(listed.text("groups.0.examples.0.content").size(), 32U);
    const CheckedAnswer items = server->get(server->target("/groups/folder/%2F/items"));
    EXPECT_TRUE(items.hit_ids().empty()) << "all are members";
    EXPECT_EQ(server->get(server->target("/groups/folder/%2F/items?include_members=true"))
                  .hit_ids()
                  .size(),
              6U);
    const CheckedAnswer members =
        server->get(server->target("/groups/folder/%22%2F%22/items?only_members=true"));
    EXPECT_EQ(members.hit_ids().size(), 6U) << "in quotes it is the same text";
}

TEST_F(GroupRoutes, RefuseWhatIsNone) {
    expect_refusal(groups("color/purple/items"), 404, "color = \"purple\"");
    expect_refusal(groups("color?limit=1001"), 400, "limit");
    expect_refusal(groups("color?examples=11"), 400, "examples");
    expect_refusal(groups("color/red/similar?k=0"), 400, "k");
    expect_refusal(groups("color?field=nothing"), 404, "nothing");
    expect_refusal(groups("%ff"), 400, "by");
    expect_refusal(groups("color/%ff/similar"), 400, "value");
    expect_refusal(server->get("/v1/collections/none/groups/color"), 404, "none");
}

}  // namespace
}  // namespace sokkuri::http
