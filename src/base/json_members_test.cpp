#include "base/json_members.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sokkuri {
namespace {

/// Any JSON value, with spaces where they may be and hostile strings.
std::string random_value(std::mt19937& random, int depth) {
    static const char* const kLeaves[] = {"0",       "-1.50",       "\"\"", "\"}\\\"],{\"",
                                          "null",    "true",        "1e3",  "\"\\\\\"",
                                          "\"猫:\"", "\"\\u007d\"", "[ ]",  "{ }"};
    const unsigned kind = depth == 0 ? 0 : random() % 4;
    const auto space = [&] { return std::string(random() % 3, " \t\n"[random() % 3]); };
    if (kind < 2) return kLeaves[random() % std::size(kLeaves)];
    std::string text;
    for (unsigned i = 0; i < random() % 4; ++i) {
        if (i > 0) text += ",";
        text += space();
        if (kind == 2) text += "\"k" + std::to_string(i) + "\\\"\"" + space() + ":" + space();
        text += random_value(random, depth - 1) + space();
    }
    return kind == 2 ? "{" + text + "}" : "[" + text + "]";
}

TEST(JsonMembers, AreTheTextsOfTheValuesInTheirOrder) {
    constexpr unsigned kSeed = 5;
    std::mt19937 random(kSeed);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::string> values;
        std::string text = " { ";
        for (unsigned i = 0; i < random() % 5; ++i) {
            values.push_back(random_value(random, 3));
            text += (i > 0 ? ", \"" : "\"") + std::to_string(i) + "{,\\\"\" : " + values.back() +
                    (random() % 2 == 0 ? " " : "");
        }
        text += "} ";
        ASSERT_TRUE(parse_json(text)) << text << " seed " << kSeed;
        const auto found = json_members(text);
        ASSERT_EQ(found.size(), values.size()) << text << " seed " << kSeed;
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_EQ(found[i].name, std::to_string(i) + "{,\"") << text;
            EXPECT_EQ(found[i].value, values[i]) << text << " seed " << kSeed;
        }
    }
}

TEST(JsonMembers, KeepTheTextOfNumbersAndEscapes) {
    const auto members = json_members(R"({"a":{"x" : 1.0,"y":"\u0041"},"\u0062":1e2})");
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[0].value, R"({"x" : 1.0,"y":"\u0041"})");
    EXPECT_EQ(members[1].name, "b");
    EXPECT_EQ(members[1].key, R"("\u0062")");
    EXPECT_EQ(members[1].value, "1e2");
}

TEST(JsonMembers, MakeTheSameObjectAgain) {
    const std::string text = R"({"a":1.50,"\u0062":[1, 2],"a":null})";
    JsonObjectText again;
    for (const JsonMember& member : json_members(text))
        again.add(member);
    EXPECT_EQ(std::move(again).finish(), text);
    EXPECT_EQ(find_member(json_members(text), "a")->value, "null") << "the last one counts";
    EXPECT_EQ(find_member(json_members(text), "c"), nullptr);
    EXPECT_EQ(JsonObjectText().finish(), "{}");
}

}  // namespace
}  // namespace sokkuri
