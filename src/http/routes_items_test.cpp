// Goal: items over HTTP are a map from ids to documents and vectors. Method: a real server over a
// folder without pictures and vectors of our own; a std::map as the model.
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <map>
#include <random>
#include <set>

namespace sokkuri::http {
namespace {

constexpr unsigned kDimension = 4;

class ItemRoutes : public ::testing::Test {
 protected:
    ItemRoutes() {
        EXPECT_TRUE(server_.library().collection().add_field(
            {.name = service::kPictureField, .dimension = kDimension}));
    }

    std::string item(std::string_view id) const {
        return server_.target("/items/" + percent_encoded(id));
    }
    CheckedAnswer put(std::string_view id, std::string_view document) {
        return server_.send("PUT", item(id),
                            fmt::format(R"({{"vector":[1,0,2,0.5],"document":{}}})", document));
    }
    void fill(unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            ASSERT_EQ(put(fmt::format("item {}", i), fmt::format("{{\"n\":{}}}", i)).status(),
                      201U);
        }
    }
    /// Ids of a list; "?" and the problem for anything else.
    std::vector<std::string> ids(const CheckedAnswer& answer) const {
        std::vector<std::string> found;
        if (answer.status() != 200) return {"?", answer.raw.body};
        const JsonValue items = answer.at("items");
        for (const JsonValue& one : items.items()) {
            found.emplace_back(one.find("id")->text());
        }
        return found;
    }
    std::string refusal(std::string_view query) {
        const CheckedAnswer answer = server_.get(server_.target("/items" + std::string(query)));
        EXPECT_EQ(answer.status(), 400U) << query;
        return answer.detail();
    }

    NativeServer server_{0};
};

TEST_F(ItemRoutes, TakeTheVectorsThatTheyGive) {
    const std::vector<float> extreme = {std::numeric_limits<float>::max(), -0.0F,
                                        std::numeric_limits<float>::denorm_min(), 1};
    const std::vector<std::string> ids = {"a"};
    ASSERT_TRUE(server_.library().collection().load({.ids = ids, .vectors = extreme}));
    const std::string given = server_.get(item("a") + "?vectors=*").raw.body;
    const std::size_t at = given.find('[');
    ASSERT_NE(at, std::string::npos) << given;
    const std::string vector = given.substr(at, given.find(']') + 1 - at);
    const CheckedAnswer put =
        server_.send("PUT", item("b"), fmt::format(R"({{"vector":{}}})", vector));
    ASSERT_EQ(put.status(), 201U) << vector << put.raw.body;
    const auto stored =
        server_.library().collection().vector_of("b", service::kPictureField).value();
    for (std::size_t i = 0; i < extreme.size(); ++i)
        EXPECT_EQ(std::bit_cast<std::uint32_t>(stored[i]), std::bit_cast<std::uint32_t>(extreme[i]))
            << i << ": " << vector;
}

TEST_F(ItemRoutes, AreAMapFromIdsToDocuments) {
    constexpr unsigned kSeed = 3;
    std::mt19937 random(kSeed);
    const std::vector<std::string> names = {"a", "a/b", "猫 と", "100%", "?q=1#x", "\"'<>", "ø"};
    std::map<std::string, std::string> model;
    for (int round = 0; round < 120; ++round) {
        const std::string& id = names[random() % names.size()];
        const auto what = random() % 3;
        const std::string document = fmt::format(R"({{"round":{},"text":"ねこ\n"}})", round);
        if (what == 0) {
            EXPECT_EQ(put(id, document).status(), model.contains(id) ? 200U : 201U) << id;
            model[id] = document;
        } else if (what == 1) {
            EXPECT_EQ(server_.ask("DELETE", item(id)).status(), model.erase(id) ? 204U : 404U);
        }
        const CheckedAnswer answer = server_.get(item(id));
        ASSERT_EQ(answer.status(), model.contains(id) ? 200U : 404U) << "seed " << kSeed;
        if (!model.contains(id)) continue;
        EXPECT_EQ(answer.text("id"), id);
        EXPECT_NE(answer.raw.body.find("\"document\":" + model[id]), std::string::npos)
            << answer.raw.body;
    }
    EXPECT_EQ(server_.get(server_.target("")).integer("items"), model.size());
}

TEST_F(ItemRoutes, HaveOtherTagsInACollectionThatGetsTheName) {
    constexpr const char* kOther = "/v1/collections/e";
    const std::string x = fmt::format("{}/items/x", kOther);
    const auto make = [&](std::string_view document) {
        EXPECT_EQ(
            server_.send("PUT", kOther, R"({"fields":[{"name":"v","dimension":1}]})").status(),
            201U);
        return server_.send("PUT", x, fmt::format(R"({{"vector":[1],"document":{}}})", document))
            .raw.header("etag");
    };
    const std::string tag = make(R"({"t":1})");
    EXPECT_EQ(server_.get(x).raw.header("etag"), tag);
    EXPECT_EQ(server_.ask("GET", x, "", "If-None-Match: " + tag + "\r\n").status(), 304U);
    ASSERT_EQ(server_.ask("DELETE", kOther).status(), 204U);
    EXPECT_NE(make(R"({"t":2})"), tag);
    EXPECT_EQ(server_.ask("GET", x, "", "If-None-Match: " + tag + "\r\n").status(), 200U);
    EXPECT_EQ(server_.ask("DELETE", x, "", "If-Match: " + tag + "\r\n").status(), 412U);
    EXPECT_EQ(server_.get(x).status(), 200U) << "he has never seen it";
}

TEST_F(ItemRoutes, KeepDocumentsAsTheyWereSent) {
    const std::string document = R"({ "b" : 1.0, "a":[1e2, "\u0041"], "b ":{} })";
    const CheckedAnswer made = put("x", document);
    EXPECT_EQ(made.status(), 201U);
    EXPECT_EQ(made.raw.header("location"), item("x"));
    EXPECT_NE(server_.get(item("x")).raw.body.find(document), std::string::npos);
    // Also numbers that no type holds, and beside ones that a patch changes.
    const std::string large = "{\"n\":123456789012345678901234567890,\"x\": 1e400,\"y\":[-0.1" +
                              std::string(60, '2') + "]}";
    EXPECT_EQ(put("large", large).status(), 201U);
    EXPECT_NE(server_.get(item("large")).raw.body.find(large), std::string::npos);
    EXPECT_EQ(server_.send("PATCH", item("large"), R"({"document":{"z":-1E+999}})").status(), 200U);
    EXPECT_NE(server_.get(item("large"))
                  .raw.body.find("123456789012345678901234567890,\"x\":1e400,\"y\""),
              std::string::npos);
    EXPECT_NE(server_.get(item("large")).raw.body.find(",\"z\":-1E+999}"), std::string::npos);
    for (const char* number : {"01e400", "+1e400", "1e400.", "1e", "NaN", "-", "1e400x"}) {
        EXPECT_EQ(put("wrong", fmt::format("{{\"a\":1e400,\"n\":{}}}", number)).status(), 400U)
            << number;
    }
    EXPECT_EQ(server_.send("PUT", item("wrong"), R"({"vector":[1e400,0,0,0]})").status(), 400U);
    // A document alone leaves the vector.
    EXPECT_EQ(server_.send("PUT", item("x"), R"({"document":{"c":2}})").status(), 200U);
    EXPECT_NE(server_.get(item("x")).raw.body.find(R"({"c":2})"), std::string::npos);
    EXPECT_EQ(server_.get(server_.target("/items/x/similar?include_self=true")).text("hits.0.id"),
              "x");
}

TEST_F(ItemRoutes, TakeVectorsInsideTheirDocuments) {
    auto& collection = server_.library().collection();
    ASSERT_TRUE(collection.add_field({.name = "crop", .dimension = 2}));
    const auto send = [&](std::string_view body) { return server_.send("PUT", item("a"), body); };
    const CheckedAnswer made =
        send(R"({"document":{"n":1.50,"picture":[1,0,2,0.5],"crop":[0.25,1]}})");
    ASSERT_EQ(made.status(), 201U) << made.raw.body;
    EXPECT_NE(made.raw.body.find(R"("document":{"n":1.50})"), std::string::npos);
    EXPECT_EQ(collection.vector_of("a", "picture").value(), (std::vector<float>{1, 0, 2, 0.5}));
    EXPECT_EQ(collection.vector_of("a", "crop").value(), (std::vector<float>{0.25, 1}));
    // What was put back can be put again, and is the same.
    const CheckedAnswer whole = server_.get(item("a") + "?vectors=true");
    const JsonValue document = whole.at("document");
    ASSERT_NE(document.find("crop"), nullptr);
    std::string again;
    JsonWriter(again).value(document);
    EXPECT_EQ(send(fmt::format(R"({{"document":{}}})", again)).status(), 200U);
    EXPECT_EQ(collection.vector_of("a", "crop").value(), (std::vector<float>{0.25, 1}));
    for (const std::string_view body :
         {R"({"document":{"crop":[1,2,3]}})", R"({"document":{"crop":[1,1e39]}})",
          R"({"document":{"crop":[1,2]},"vectors":{"crop":[1,2]}})",
          R"({"vector":[1,0,2,0.5],"document":{"picture":[1,0,2,0.5]}})"}) {
        const CheckedAnswer refused = send(body);
        EXPECT_EQ(refused.status(), 400U) << body;
        EXPECT_FALSE(refused.detail().empty());
    }
}

TEST_F(ItemRoutes, ListByCursorWhatOneLongListHas) {
    fill(23);
    const std::vector<std::string> all = ids(server_.get(server_.target("/items?limit=1000")));
    EXPECT_EQ(all.size(), 23U);
    for (const unsigned limit : {1U, 5U, 22U, 23U}) {
        std::vector<std::string> pages;
        std::string cursor;
        do {
            const CheckedAnswer page = server_.get(server_.target(
                fmt::format("/items?limit={}{}", limit,
                            cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor))));
            const std::vector<std::string> found = ids(page);
            EXPECT_LE(found.size(), limit);
            pages.insert(pages.end(), found.begin(), found.end());
            cursor = page.text("next");
        } while (!cursor.empty());
        EXPECT_EQ(pages, all) << "limit " << limit;
    }
}

TEST_F(ItemRoutes, DrawTheSameSampleForTheSameSeed) {
    fill(30);
    const auto sample = [&](unsigned count, unsigned seed) {
        return ids(
            server_.get(server_.target(fmt::format("/items?sample={}&seed={}", count, seed))));
    };
    std::set<std::vector<std::string>> different;
    for (unsigned seed = 0; seed < 5; ++seed) {
        const std::vector<std::string> once = sample(8, seed);
        EXPECT_EQ(std::set(once.begin(), once.end()).size(), 8U);
        EXPECT_EQ(sample(8, seed), once);
        different.insert(once);
    }
    EXPECT_GT(different.size(), 2U);
    EXPECT_EQ(sample(1000, 1).size(), 30U);
    EXPECT_EQ(ids(server_.get(server_.target("/items?sample=8"))), sample(8, 0));
}

TEST_F(ItemRoutes, RefuseListsThatCannotBe) {
    EXPECT_NE(refusal("?limit=0").find("limit"), std::string::npos);
    EXPECT_NE(refusal("?limit=1001").find("1000"), std::string::npos);
    EXPECT_NE(refusal("?limit=ten").find("ten"), std::string::npos);
    EXPECT_NE(refusal("?sample=0").find("sample"), std::string::npos);
    EXPECT_NE(refusal("?sample=5&limit=5").find("limit"), std::string::npos);
    EXPECT_NE(refusal("?sample=5&cursor=x").find("cursor"), std::string::npos);
    EXPECT_NE(refusal("?seed=5").find("seed"), std::string::npos);
    EXPECT_NE(refusal("?name=").find("name"), std::string::npos);
    EXPECT_NE(refusal("?color=red").find("color"), std::string::npos);
    EXPECT_NE(refusal("?limit=5&limit=6").find("limit"), std::string::npos);
    refusal("?cursor=nonsense!");
}

TEST_F(ItemRoutes, RefuseIdsThatCannotBe) {
    EXPECT_EQ(put(std::string(512, 'x'), "{}").status(), 201U);
    for (const std::string& id : {std::string(513, 'x'), std::string("a\xff")}) {
        for (const char* method : {"GET", "DELETE"}) {
            const CheckedAnswer answer = server_.ask(method, item(id));
            EXPECT_EQ(answer.status(), 400U);
            EXPECT_NE(answer.detail().find("id"), std::string::npos);
        }
        EXPECT_EQ(put(id, "{}").status(), 400U);
        EXPECT_EQ(server_.get(item(id) + "/similar").status(), 400U);
        EXPECT_EQ(server_.get(item(id) + "/thumbnail").status(), 400U);
    }
}

TEST_F(ItemRoutes, RefuseBodiesThatCannotBe) {
    const auto refused = [&](std::string_view json, std::string_view why) {
        const CheckedAnswer answer = server_.send("PUT", item("a"), json);
        EXPECT_EQ(answer.status(), 400U) << json;
        EXPECT_NE(answer.detail().find(why), std::string::npos) << json << answer.detail();
    };
    refused("", "body");
    refused("{}", "document, vector, vectors or picture");
    refused(R"({"vector":[1,2,3]})", "3");
    refused(R"({"vector":[1,2,3,1e39]})", "component 3");
    refused(R"({"vector":[1,2,3,4],"vector":[1,2,3,4]})", "twice");
    refused(R"({"vector":[1,2,3,4],"document":[]})", "document");
    refused(R"({"vector":[1,2,3,4],"color":1})", "color");
    refused(R"({"picture":"Zm9v!"})", "base64");
    EXPECT_EQ(server_.send("PUT", item("a"), R"({"document":{}})").status(), 404U);
    EXPECT_EQ(server_.send("PUT", item("a"), R"({"picture":"Zm9v"})").status(), 422U);
    EXPECT_EQ(server_.send("PUT", item("a"), R"({"vector":[1,2,3,4],"picture":"Zm9v"})").status(),
              422U);
    const CheckedAnswer unlike =
        server_.ask("PUT", item("a"), "a=b", "Content-Type: text/plain\r\n");
    EXPECT_EQ(unlike.status(), 415U);
    EXPECT_NE(unlike.detail().find("application/json"), std::string::npos) << unlike.detail();
    EXPECT_EQ(server_.get(item("a")).status(), 404U);
}

}  // namespace
}  // namespace sokkuri::http
