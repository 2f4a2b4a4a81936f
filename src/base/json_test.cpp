#include "base/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace sokkuri {
namespace {

std::string written(const JsonValue& value, JsonStyle style = JsonStyle::kCompact) {
    std::string text;
    JsonWriter(text, style).value(value);
    return text;
}

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
    const auto value = parse_json(text, limits);
    return value ? "no error" : value.error().message();
}

TEST(Json, KeepsTheOrderOfKeysAndWritesBackWhatItRead) {
    const std::string text = R"({"b":[1,-2,3.5,true,false,null],"a":{"x":"y"},"":"","c":[]})";
    EXPECT_EQ(written(parse_json(text).value()), text);
}

TEST(Json, KeepsAll64BitsOfIntegers) {
    const auto value =
        parse_json("[9007199254740993,-9223372036854775808,18446744073709551615]").value();
    EXPECT_EQ(value.items()[0].as_int64().value(), 9007199254740993);
    EXPECT_EQ(value.items()[1].as_int64().value(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(value.items()[2].as_uint64().value(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_FALSE(value.items()[2].as_int64());
    EXPECT_FALSE(value.items()[1].as_uint64());
}

TEST(Json, KeepsNumbersThatNothingHoldsAsTheyAreWritten) {
    const std::string text =
        R"([18446744073709551616,-9223372036854775809,1e400,{"a":-1.50E+999,"b\"9":[7]},"1e400"])";
    const JsonValue value = parse_json(text).value();
    EXPECT_EQ(written(value), text);
    EXPECT_EQ(value.items()[0].as_double().value(), 18446744073709551616.0);
    EXPECT_EQ(value.items()[1].as_double().value(), -9223372036854775808.0);
    EXPECT_EQ(value.items()[3].find("b\"9")->items()[0].as_int64().value(), 7);
    for (const std::size_t i : {0U, 1U, 2U}) {
        EXPECT_TRUE(value.items()[i].is_number());
        EXPECT_FALSE(value.items()[i].large_number().empty());
        EXPECT_FALSE(value.items()[i].as_int64());
        EXPECT_FALSE(value.items()[i].as_uint64());
    }
    EXPECT_EQ(value.items()[2].as_double().error().message(), "1e400 is out of range");
    EXPECT_EQ(value.items()[2].as_uint64().error().message(), "1e400 is out of range");
    EXPECT_TRUE(value.items()[4].is_string());
    EXPECT_EQ(written(parse_json(" 1e400 ").value()), "1e400");
    const std::string digits(1'000, '7');
    EXPECT_EQ(written(parse_json(digits).value()), digits);
    EXPECT_EQ(parse_json(digits)->as_double().error().message(),
              digits.substr(0, 40) + "… is out of range");
}

TEST(Json, JudgesTheRestAsEverBesideLargeNumbers) {
    for (const char* wrong :
         {"01",      "+1",    ".5",     "1.",       "1e",       "NaN",    "-",
          "1e+",     "--1",   "1e400x", "0x1",      "Infinity", "1 2",    "00000000000000000000",
          "-01e400", "1e4.5", "nul",    "\"\x01\"", "[1}",      "1e400.", "\xff",
          "\\"}) {
        for (const std::string& text :
             {"[1e400," + std::string(wrong) + "]", "[" + std::string(wrong) + ",1e400]",
              "{\"a\":" + std::string(wrong) + ",\"b\":1e400}"}) {
            EXPECT_FALSE(parse_json(text)) << text;
        }
    }
    EXPECT_EQ(error_of("[1e400,\n 01]").substr(0, 23), "JSON: line 2, column 2:");
    const JsonLimits limits{.size_bytes_max = 100, .depth_max = 4};
    EXPECT_TRUE(parse_json("[[[[1e400]]]]", limits));
    EXPECT_EQ(error_of("[1e400,[[[[1]]]]]", limits), "JSON: nested deeper than depth_max 4");
}

TEST(JsonReader, KeepsLargeNumbersOfTheMembersThatAreWanted) {
    JsonReader reader;
    const auto wanted = [](std::string_view name) { return name == "b"; };
    for (int again = 0; again < 2; ++again) {
        const JsonValue value = reader.parse(R"({"a":1e400,"b":[2,1e401],"c":3})", wanted).value();
        EXPECT_EQ(written(value), R"({"b":[2,1e401]})");
        EXPECT_EQ(written(reader.parse(R"({"a":1,"b":2})", wanted).value()), R"({"b":2})");
    }
}

TEST(Json, TakesWholeDoublesAsIntegersAndRefusesOthers) {
    const auto value = parse_json("[1e3,1.5,9223372036854775808.0,-1.0]").value();
    EXPECT_EQ(value.items()[0].as_int64().value(), 1000);
    EXPECT_EQ(value.items()[1].as_int64().error().message(), "an integer is expected, not 1.5");
    EXPECT_FALSE(value.items()[2].as_int64());
    EXPECT_TRUE(value.items()[2].as_uint64());
    EXPECT_FALSE(value.items()[3].as_uint64());
}

TEST(Json, SaysWhatItExpectedAndWhatItFound) {
    const auto value = parse_json(R"({"k":"ten"})").value();
    EXPECT_EQ(value.at("k").value()->as_double().error().message(),
              "a number is expected, not a string");
    EXPECT_EQ(value.at("size").error().message(), "missing: size");
    EXPECT_EQ(value.find("size"), nullptr);
    EXPECT_EQ(value.find("k")->at("k").error().message(), "an object is expected, not a string");
}

TEST(Json, AnswersTheLastOfRepeatedKeys) {
    EXPECT_EQ(parse_json(R"({"a":1,"a":2})")->find("a")->as_int64().value(), 2);
}

TEST(Json, ReadsEscapesAndSurrogates) {
    EXPECT_EQ(parse_json(R"("\u305d\u3063\ud83d\ude00\n\u0000\/")")->text(),
              std::string_view("そっ😀\n\0/", 13));
}

TEST(Json, ReadsScalarsAsWholeTexts) {
    EXPECT_EQ(parse_json(" 7 ")->as_int64().value(), 7);
    EXPECT_TRUE(parse_json("null")->is_null());
    EXPECT_EQ(parse_json("\"x\"")->text(), "x");
}

TEST(Json, ErrorsNameLineAndColumn) {
    EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": tru}").substr(0, 15), "JSON: line 2, c");
    EXPECT_EQ(error_of("[1,\n 2,\n\n 3 4]").substr(0, 13), "JSON: line 4,");
    EXPECT_EQ(error_of("[1,\n \"two]").substr(0, 23), "JSON: line 2, column 2:");
    EXPECT_EQ(error_of("[1,\n \"a\tb\"]").substr(0, 23), "JSON: line 2, column 4:");
    EXPECT_EQ(error_of("[1,\n \"\xff\"]").substr(0, 13), "JSON: line 2,");
    EXPECT_EQ(error_of(""), "JSON: empty");
    EXPECT_EQ(error_of(std::string_view()), "JSON: empty");
}

TEST(Json, RefusesWhatIsNotJson) {
    for (const char* text :
         {"{",   "[",   "]",     "[1,]",    "{\"a\"}", "{\"a\":}",    "{a:1}", "01",
          "1 2", "nul", "'a'",   "[1}",     "\"\\x\"", "NaN",         "+1",    "1.",
          ".5",  "1e",  "[1] x", "// c\n1", "-",       "\"\\ud800\"x"}) {
        const auto value = parse_json(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().code(), ErrorCode::kInvalidArgument) << text;
    }
}

TEST(Json, BoundsDepthAndSize) {
    const JsonLimits limits{.size_bytes_max = 100, .depth_max = 4};
    EXPECT_TRUE(parse_json("[[[[1]]]]", limits));
    EXPECT_EQ(error_of("[[[[[1]]]]]", limits), "JSON: nested deeper than depth_max 4");
    EXPECT_EQ(error_of(std::string(101, ' '), limits),
              "JSON: 101 bytes, more than size_bytes_max 100");
    EXPECT_FALSE(parse_json(std::string(1 << 20, '[')));
}

TEST(Json, SurvivesEveryCutAndEveryFlippedByte) {
    const std::string text =
        R"({"a":[1,2.5e-3,"é\n",{"b":null}],"c":true,"d":-0.0,"e":[-1e400,99999999999999999999]})";
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_FALSE(parse_json(text.substr(0, i))) << i;
        std::string flipped = text;
        for (const int bit : {0, 2, 5, 7}) {
            flipped[i] = static_cast<char>(text[i] ^ (1 << bit));
            const auto value = parse_json(flipped);
            if (value) {
                EXPECT_TRUE(parse_json(written(*value)));
            }
        }
    }
}

TEST(JsonWriter, WritesTheShortestNumberThatReadsBackTheSame) {
    std::string text;
    JsonWriter(text)
        .begin_array()
        .value(0.1F)
        .value(0.1)
        .value(1.0F)
        .value(-0.0)
        .value(1e30)
        .end_array();
    EXPECT_EQ(text, "[0.1,0.1,1,-0.0,1e+30]");
    std::mt19937 random(7);
    for (int i = 0; i < 20000; ++i) {
        const float number = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        if (!std::isfinite(number)) continue;
        text.clear();
        JsonWriter(text).value(number);
        EXPECT_EQ(static_cast<float>(parse_json(text)->as_double().value()), number) << text;
    }
}

TEST(JsonWriter, WritesNullForWhatJsonHasNoNumberFor) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_array()
        .value(std::nan(""))
        .value(std::numeric_limits<float>::infinity())
        .end_array();
    EXPECT_EQ(text, "[null,null]");
}

TEST(JsonWriter, EscapesAndRepairsStrings) {
    std::string text;
    JsonWriter(text).value(std::string_view("\"\\\n\x01/é\xff\xc3", 9));
    EXPECT_EQ(text, "\"\\\"\\\\\\n\\u0001/é\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_TRUE(parse_json(text));
}

TEST(JsonWriter, EveryByteStringBecomesJson) {
    std::mt19937 random(11);
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(random() % 20, ' ');
        for (char& byte : bytes) {
            byte = static_cast<char>(random());
        }
        std::string text;
        JsonWriter(text).value(bytes);
        const auto value = parse_json(text);
        ASSERT_TRUE(value) << text;
        if (is_utf8(bytes)) {
            EXPECT_EQ(value->text(), bytes);
        }
    }
}

TEST(JsonWriter, PrettyPutsOneMemberOnALine) {
    std::string text;
    JsonWriter writer(text, JsonStyle::kPretty);
    writer.begin_object().member("a", 1).key("b").begin_array().value("x").end_array();
    writer.key("c").begin_array().end_array().member("d", true).end_object();
    EXPECT_EQ(text, "{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ],\n  \"c\": [],\n  \"d\": true\n}");
}

TEST(JsonWriter, WritesSeveralTextsOneAfterAnother) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object().end_object();
    text += '\n';
    writer.begin_object().key("a").raw("[1]").end_object();
    EXPECT_EQ(text, "{}\n{\"a\":[1]}");
}

}  // namespace
}  // namespace sokkuri
