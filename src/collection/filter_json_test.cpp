#include "collection/filter_json.h"

#include "collection/filter_writer.h"
#include "collection/testing/filter_oracle.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::collection {
namespace {

Result<Filter> parse(std::string_view text) {
    const auto json = parse_json(text);
    EXPECT_TRUE(json) << text;
    return filter_of_json(*json);
}

std::string key(std::string_view text) {
    const auto filter = parse(text);
    EXPECT_TRUE(filter) << text << ": " << (filter ? "" : filter.error().message());
    return filter ? key_of(*filter) : std::string();
}

std::string refusal(std::string_view text) {
    const auto filter = parse(text);
    EXPECT_FALSE(filter) << text;
    if (filter) return {};
    EXPECT_EQ(filter.error().code(), ErrorCode::kInvalidArgument);
    return filter.error().message();
}

TEST(FilterJson, ReadsEveryClause) {
    const auto filter = parse(R"({"bool":{
        "must":[{"term":{"color":"red"}},{"terms":{"size":[1,2.5,"L",true]}}],
        "filter":{"range":{"price":{"gte":10,"lt":20}}},
        "should":[{"exists":{"field":"camera.model"}},{"prefix":{"path":"beach/"}}],
        "must_not":[{"wildcard":{"name":{"value":"*.png"}}},{"ids":{"values":["a","b"]}},
                    {"match":{"title":{"query":"赤い靴","operator":"and"}}},{"match_all":{}}],
        "minimum_should_match":2}})");
    ASSERT_TRUE(filter) << filter.error().message();
    const auto& clauses = std::get<BoolFilter>(filter->node);
    ASSERT_EQ(clauses.must.size(), 3U);
    EXPECT_EQ(std::get<TermsFilter>(clauses.must[1].node).values.size(), 4U);
    const auto& range = std::get<RangeFilter>(clauses.must[2].node);
    EXPECT_EQ(range.path, "price");
    EXPECT_TRUE(range.low->is_inclusive);
    EXPECT_FALSE(range.high->is_inclusive);
    EXPECT_EQ(clauses.should.size(), 2U);
    EXPECT_EQ(clauses.should_min, 2U);
    ASSERT_EQ(clauses.must_not.size(), 4U);
    const auto& match = std::get<MatchFilter>(clauses.must_not[2].node);
    EXPECT_EQ(match.text, "赤い靴");
    EXPECT_EQ(match.words, MatchFilter::Words::kAll);
}

TEST(FilterJson, TakesShortAndLongFormsForTheSame) {
    EXPECT_EQ(key(R"({"term":{"a":1}})"), key(R"({"term":{"a":{"value":1}}})"));
    EXPECT_EQ(key(R"({"match":{"a":"x y"}})"),
              key(R"({"match":{"a":{"query":"x y","operator":"or"}}})"));
    EXPECT_EQ(key(R"([{"term":{"a":1}},{"exists":{"field":"b"}}])"),
              key(R"({"bool":{"filter":[{"term":{"a":1}},{"exists":{"field":"b"}}]}})"));
    EXPECT_EQ(key(R"([{"term":{"a":1}}])"), key(R"({"term":{"a":1}})"));
    EXPECT_EQ(key("[]"), key(R"({"match_all":{}})"));
}

TEST(FilterJson, GivesDifferentFiltersDifferentKeys) {
    const std::vector<std::string> texts = {
        R"({"match_all":{}})",
        R"({"term":{"a":1}})",
        R"({"term":{"a":"1"}})",
        R"({"term":{"a":true}})",
        R"({"term":{"b":1}})",
        R"({"terms":{"a":[1,2]}})",
        R"({"prefix":{"a":"x"}})",
        R"({"wildcard":{"a":"x"}})",
        R"({"match":{"a":"x"}})",
        R"({"match":{"a":{"query":"x","operator":"and"}}})",
        R"({"exists":{"field":"a"}})",
        R"({"ids":{"values":["a"]}})",
        R"({"range":{"a":{"gte":1}}})",
        R"({"range":{"a":{"gt":1}}})",
        R"({"range":{"a":{"lte":1}}})",
        R"({"bool":{"must":{"term":{"a":1}}}})",
        R"({"bool":{"must_not":{"term":{"a":1}}}})",
        R"({"bool":{"should":{"term":{"a":1}}}})",
    };
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(key(texts[i]), key(texts[j])) << texts[i] << texts[j];
    }
}

TEST(FilterJson, RefusesWhatItDoesNotKnowByName) {
    EXPECT_NE(refusal(R"({"nested":{}})").find("\"nested\""), std::string::npos);
    EXPECT_NE(refusal(R"({"bool":{"maybe":[]}})").find("\"maybe\""), std::string::npos);
    EXPECT_NE(refusal(R"({"range":{"a":{"gte":1,"boost":2}}})").find("\"boost\""),
              std::string::npos);
    EXPECT_NE(refusal(R"({"term":{"a":null}})").find("must_not exists"), std::string::npos);
    EXPECT_NE(refusal(R"({"term":{"a":[1]}})").find("an array"), std::string::npos);
    EXPECT_NE(refusal(R"({"range":{"a":{"lt":1e400}}})").find("1e400 is out of range"),
              std::string::npos);
    refusal(R"({"term":{"a":1,"b":2}})");
    refusal(R"({"term":{"":1}})");
    refusal(R"({"term":{"a":1},"terms":{"a":[1]}})");
    refusal(R"({"range":{"a":{}}})");
    refusal(R"({"range":{"a":{"gte":1,"gt":1}}})");
    refusal(R"({"range":{"a":{"gte":1,"lt":"b"}}})");
    refusal(R"({"range":{"a":{"gte":true}}})");
    refusal(R"({"exists":{"path":"a"}})");
    refusal(R"({"match":{"a":{"query":"x","operator":"xor"}}})");
    refusal(R"({"bool":{"should":{"exists":{"field":"a"}},"minimum_should_match":2}})");
    refusal("3");
    refusal("null");
    refusal("{}");
}

TEST(FilterJson, BoundsDepthAndCount) {
    std::string deep = R"({"exists":{"field":"a"}})";
    for (std::size_t i = 0; i < Filter::kDepthMax; ++i)
        deep = R"({"bool":{"must":)" + deep + "}}";
    JsonLimits limits;
    limits.depth_max = 200;
    EXPECT_FALSE(filter_of_json(parse_json(deep, limits).value()));
    std::string wide = "[";
    for (std::size_t i = 0; i <= Filter::kNodesMax; ++i)
        wide += R"({"exists":{"field":"a"}},)";
    wide.back() = ']';
    EXPECT_NE(refusal(wide).find("1024"), std::string::npos);
}

TEST(FilterJson, BoundsWordsAndPairsOfLettersOfAllMatchesTogether) {
    std::string letters;
    for (std::size_t i = 0; i <= Filter::kTokensMax; ++i)
        letters += "靴";
    const auto match = [](const std::string& text) {
        return fmt::format(R"({{"match":{{"a":"{}"}}}})", text);
    };
    EXPECT_TRUE(filter_of_json(parse_json(match(letters)).value()));
    EXPECT_NE(refusal(match(letters + "靴")).find("1024"), std::string::npos);
    const std::string both =
        fmt::format(R"({{"bool":{{"must":[{},{}]}}}})", match(letters), match("shoes"));
    EXPECT_NE(refusal(both).find("1024"), std::string::npos);
}

TEST(FilterJson, ReadsBackWhatIsWritten) {
    std::mt19937 random(3);
    for (int i = 0; i < 500; ++i) {
        const Filter filter = random_filter(random, 20);
        EXPECT_EQ(key(json_of(filter)), key_of(filter));
    }
}

TEST(FilterJson, SurvivesHostileTrees) {
    std::mt19937 random(7);
    const std::string sample =
        R"({"bool":{"must":[{"term":{"c":"r"}},{"range":{"p":{"gte":10,"lt":20}}}],"should":)"
        R"([{"ids":{"values":["a"]}},{"match":{"t":{"query":"x","operator":"and"}}}]}})";
    for (int round = 0; round < 2'000; ++round) {
        std::string text = sample;
        for (int flips = 0; flips < 3; ++flips)
            text[random() % text.size()] = static_cast<char>(random() % 96 + 32);
        const auto json = parse_json(text);
        if (!json) continue;
        const auto filter = filter_of_json(*json);  // an answer or an error, nothing else
        EXPECT_TRUE(!filter || filter->validate());
    }
}

}  // namespace
}  // namespace sokkuri::collection
