// Recommendations over HTTP, in a collection of vectors whose neighbors are plain to see. Every
// answer is held against openapi.json.
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>

namespace sokkuri::http {
namespace {

using Ids = std::vector<std::string>;

class RecommendRoute : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (service::testing::models_folder().empty()) return;
        server = std::make_unique<NativeServer>(1);
        const auto made =
            server->send("PUT", kLine, R"({"fields":[{"name":"v","dimension":1,"metric":"l2"}]})");
        EXPECT_EQ(made.status(), 201U) << made.detail();
        for (int i = 0; i < 20; ++i) {
            const auto put =
                server->send("PUT", fmt::format("{}/items/p{}", kLine, i),
                             fmt::format(R"({{"vector":[{}],"document":{{"n":{},"shop":"s{}"}}}})",
                                         i, i, i % 3));
            EXPECT_EQ(put.status(), 201U) << put.detail();
        }
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override {
        if (!server) GTEST_SKIP() << service::testing::missing_data();
    }

    static constexpr const char* kLine = "/v1/collections/line";

    static CheckedAnswer recommend(std::string_view members, std::string_view query = "") {
        return server->send("POST", fmt::format("{}/recommend{}", kLine, query),
                            fmt::format("{{{}}}", members));
    }

    static void expect_refusal(const CheckedAnswer& answer, unsigned status, std::string_view why) {
        EXPECT_EQ(answer.status(), status) << answer.raw.body;
        EXPECT_NE(answer.detail().find(why), std::string::npos) << answer.detail();
    }

    static std::unique_ptr<NativeServer> server;
};

std::unique_ptr<NativeServer> RecommendRoute::server;

TEST_F(RecommendRoute, WhatIsLeftOutIsCountedHoweverMuchItIs) {
    constexpr const char* kMany = "/v1/collections/many";
    ASSERT_EQ(server->send("PUT", kMany, R"({"fields":[{"dimension":1,"metric":"l2"}]})").status(),
              201U);
    std::string lines;
    for (int i = 0; i < 300; ++i) {
        lines += fmt::format(
            "{{\"id\":\"{}\",\"vector\":[{}],\"document\":{{\"shop\":\"s{}\"}}}}\n", i, i, i % 3);
    }
    ASSERT_EQ(server
                  ->ask("POST", std::string(kMany) + "/items", lines,
                        "Content-Type: application/x-ndjson\r\n")
                  .status(),
              200U);
    for (const int left_out : {100, 200}) {
        std::string ids_left_out;
        for (int i = 1; i <= left_out; ++i)
            ids_left_out += fmt::format("{}\"{}\"", i == 1 ? "" : ",", i);
        const auto ask = [&](std::string_view more) {
            return server->send(
                "POST", std::string(kMany) + "/recommend",
                fmt::format(R"({{"positive":["0"],"exclude":[{}],"k":2,"facets":["shop"]{}}})",
                            ids_left_out, more));
        };
        const CheckedAnswer plain = ask("");
        EXPECT_EQ(plain.hit_ids(),
                  (Ids{std::to_string(left_out + 1), std::to_string(left_out + 2)}));
        EXPECT_EQ(plain.integer("items"), 300U) << left_out;
        EXPECT_EQ(plain.integer("facets.0.counts.0.items"), 100U) << left_out;
        const CheckedAnswer filtered = ask(R"(,"filter":"shop=s1")");
        EXPECT_EQ(filtered.integer("items"), 100U) << left_out;
        EXPECT_EQ(filtered.integer("facets.0.counts.0.items"), 100U) << left_out;
    }
    const CheckedAnswer group =
        server->get(std::string(kMany) + "/groups/shop/s1/items?k=3&facets=shop");
    EXPECT_EQ(group.hit_ids().size(), 3U);
    EXPECT_EQ(group.integer("items"), 300U);
}

TEST_F(RecommendRoute, RefusesWeightsThatSayNothing) {
    for (const char* weight : {"1e+300", "-1e+300", "1e-60"}) {
        expect_refusal(recommend(fmt::format(R"("positive":[{{"id":"p1","weight":{}}}])", weight)),
                       400, fmt::format("weight = {}", weight));
    }
    constexpr const char* kRound = "/v1/collections/round";
    ASSERT_EQ(server->send("PUT", kRound, R"({"fields":[{"dimension":2}]})").status(), 201U);
    for (const char* id : {"a", "b", "c"}) {
        const int second = id[0] - 'a';
        ASSERT_EQ(server
                      ->send("PUT", fmt::format("{}/items/{}", kRound, id),
                             fmt::format(R"({{"vector":[1,{}]}})", second))
                      .status(),
                  201U);
    }
    const auto ask = [&](std::string_view body) {
        return server->send("POST", std::string(kRound) + "/recommend", body);
    };
    expect_refusal(ask(R"({"positive":["a"],"negative":["a"]})"), 400, "cancel each other out");
    EXPECT_EQ(ask(R"({"positive":["a"],"negative":["b"]})").hit_ids(), Ids{"c"});
}

TEST_F(RecommendRoute, GoesNearWhatIsLikedAndAwayFromTheRest) {
    EXPECT_EQ(recommend(R"("positive":["p4","p6"],"k":1)").hit_ids(), Ids{"p5"});
    // (1 · 4 + 3 · 8) / 4 = 7
    EXPECT_EQ(recommend(R"("positive":["p4",{"id":"p8","weight":3}],"k":1)").hit_ids(), Ids{"p7"});
    // (2 · 8 − 1 · 6) / 1 = 10
    EXPECT_EQ(recommend(R"("positive":[{"id":"p8","weight":2}],"negative":["p6"],"k":1)").hit_ids(),
              Ids{"p10"});
    EXPECT_EQ(recommend(R"("positive":[{"vector":[12.2]}],"k":2)").hit_ids(), (Ids{"p12", "p13"}));
}

TEST_F(RecommendRoute, LeavesOutWhatWasGivenAndWhatWasSeen) {
    EXPECT_EQ(recommend(R"("positive":["p5"],"exclude":["p4","p6","gone"],"k":2)").hit_ids(),
              (Ids{"p3", "p7"}));
    std::string seen;
    for (int i = 0; i < 400; ++i)
        seen += fmt::format(R"({}"p{}")", i == 0 ? "" : ",", 3 + i % 17);
    const CheckedAnswer answer =
        recommend(fmt::format(R"("positive":["p0"],"exclude":[{}])", seen));
    EXPECT_EQ(answer.hit_ids(), (Ids{"p1", "p2"}));
}

TEST_F(RecommendRoute, FindsTheLeastAlike) {
    // Nearest of 0 and 19: farthest in the middle.
    EXPECT_EQ(recommend(R"("positive":["p0","p19"],"least":true,"k":2)").hit_ids(),
              (Ids{"p9", "p10"}));
    const CheckedAnswer filtered =
        recommend(R"("positive":["p0"],"least":true,"k":2,"filter":"n<7")");
    EXPECT_EQ(filtered.hit_ids(), (Ids{"p6", "p5"}));
    EXPECT_EQ(filtered.integer("items"), 7U);
    EXPECT_EQ(filtered.text("search.path"), "exact");
    EXPECT_EQ(recommend(R"("positive":["p0"],"least":true,"group_by":"shop")").hit_ids(),
              (Ids{"p19", "p18", "p17"}));
}

TEST_F(RecommendRoute, ArrangesLikeASearch) {
    EXPECT_EQ(recommend(R"("positive":["p10"],"group_by":"shop","k":5)").hit_ids().size(), 3U);
    EXPECT_EQ(recommend(R"("positive":["p0"],"k":3)", "?diversity=1").hit_ids(),
              (Ids{"p1", "p19", "p10"}));
    EXPECT_EQ(recommend(R"("positive":["p0"],"k":3,"diversity":1,"candidates":7)").hit_ids(),
              (Ids{"p1", "p7", "p4"}));
    EXPECT_EQ(recommend(R"("positive":["p0"],"facets":["shop"])").integer("facets.0.values"), 3U);
}

TEST_F(RecommendRoute, RefusesWhatSaysNothing) {
    expect_refusal(recommend(""), 400, "0 items or vectors");
    expect_refusal(recommend(R"("positive":[7])"), 400, "positive[0]: an object is expected");
    expect_refusal(recommend(R"("positive":["nobody"])"), 404, "nobody");
    expect_refusal(recommend(R"("positive":[{"id":"p1","weight":0}])"), 400, "above 0");
    expect_refusal(recommend(R"("positive":["p1"],"negative":["p2"])"), 400,
                   "weights must sum to more than 0");
    expect_refusal(recommend(R"("positive":["p1"],"least":true,"negative":["p2"])"), 400,
                   "knows no negatives");
    expect_refusal(recommend(R"("positive":["p1"],"least":true,"min_score":0.5)"), 400,
                   "no least score");
    expect_refusal(recommend(R"("positive":["p1"],"exclude":"p2")"), 400, "exclude");
    expect_refusal(recommend(R"("positive":["p1"],"exclude":[""])"), 400, "exclude");
    expect_refusal(recommend(R"("positive":["p1"],"diversity":2)"), 400, "must be 0 to 1");
    expect_refusal(recommend(R"("positive":["p1"],"candidates":20)"), 400, "diversity");
    expect_refusal(recommend(R"("positive":["p1"],"diversity":0.5,"offset":3)"), 400, "candidates");
    expect_refusal(recommend(R"("positive":["p1"],"likes":[])"), 400, "likes");
}

}  // namespace
}  // namespace sokkuri::http
