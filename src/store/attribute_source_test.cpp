#include "store/attribute_source.h"

#include <gtest/gtest.h>

namespace sokkuri::store {
namespace {

std::string values(std::string_view document, std::string_view path,
                   AttributeKind kind = AttributeKind::kValues) {
    std::string text;
    JsonWriter writer(text);
    for (const AttributeValue& value :
         values_of(parse_json(document).value(), {std::string(path), kind})) {
        writer.value(json_of(value));
        text += ' ';
    }
    return text;
}

TEST(AttributeSource, GoesThroughMembersAndArrays) {
    EXPECT_EQ(values(R"({"a":{"b":1}})", "a.b"), "1 ");
    EXPECT_EQ(values(R"({"a":[{"b":2},{"b":[1,2,[3]]},{"c":9}]})", "a.b"), "1 2 3 ");
    EXPECT_EQ(values(R"({"a.b":1,"a":{"b":2}})", "a.b"), "1 2 ");
    EXPECT_EQ(values(R"({"a":{"b.c":5}})", "a.b.c"), "5 ");
    EXPECT_EQ(values(R"({"a":1})", "a.b"), "");
    EXPECT_EQ(values(R"({"a":{"b":1}})", "a"), "");
    EXPECT_EQ(values(R"({"ab":1})", "a"), "");
    EXPECT_EQ(values(R"({"a":null,"b":[null]})", "a"), "");
}

TEST(AttributeSource, KeepsEachValueOnceInOrder) {
    EXPECT_EQ(values(R"({"a":["x",3,true,1.5,"x",3.0,false]})", "a"), R"(1.5 3 "x" false true )");
}

TEST(AttributeSource, FindsDatesAmongTexts) {
    EXPECT_EQ(values(R"({"a":["2024-05-31","no",7,"2024-05"]})", "a", AttributeKind::kDates),
              R"("2024-05-01T00:00:00.000000000Z" "2024-05-31T00:00:00.000000000Z" )");
}

TEST(AttributeSource, KnowsWhatIsThere) {
    const auto is_there = [](std::string_view document, std::string_view path) {
        return !values(document, path, AttributeKind::kPresence).empty();
    };
    EXPECT_TRUE(is_there(R"({"a":0})", "a"));
    EXPECT_TRUE(is_there(R"({"a":{"b":[{"c":""}]}})", "a"));
    EXPECT_TRUE(is_there(R"({"a":{"b":[{"c":""}]}})", "a.b"));
    EXPECT_FALSE(is_there(R"({"a":{"b":[{"c":null}],"d":[]}})", "a"));
    EXPECT_FALSE(is_there(R"({"a":0})", "b"));
    EXPECT_TRUE(is_there("{}", ""));
}

}  // namespace
}  // namespace sokkuri::store
