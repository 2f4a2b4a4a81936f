#include "http/json_members.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sokkuri::http {
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
        const auto found = member_texts(text);
        ASSERT_EQ(std::vector<std::string>(found.begin(), found.end()), values)
            << text << " seed " << kSeed;
    }
}

TEST(JsonMembers, KeepTheTextOfNumbersAndEscapes) {
    const auto texts = member_texts(R"({"a":{"x" : 1.0,"y":"\u0041"},"b":1e2})");
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_EQ(texts[0], R"({"x" : 1.0,"y":"\u0041"})");
    EXPECT_EQ(texts[1], "1e2");
}

}  // namespace
}  // namespace sokkuri::http
