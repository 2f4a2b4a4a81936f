#include "collection/filter_text.h"

#include "collection/filter_json.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

/// Both say the same.
void expect_same(std::string_view text, std::string_view json) {
    const auto filter = filter_of_text(text);
    ASSERT_TRUE(filter) << text << ": " << filter.error().message();
    const auto expected = filter_of_json(parse_json(json).value());
    ASSERT_TRUE(expected) << json;
    EXPECT_EQ(key_of(*filter), key_of(*expected)) << text;
}

TEST(FilterText, ReadsComparisons) {
    expect_same("color=red", R"({"term":{"color":"red"}})");
    expect_same(" color = red ", R"({"term":{"color":"red"}})");
    expect_same("color!=red", R"({"bool":{"must_not":{"term":{"color":"red"}}}})");
    expect_same("price>=10", R"({"range":{"price":{"gte":10}}})");
    expect_same("price>10.5", R"({"range":{"price":{"gt":10.5}}})");
    expect_same("price<=10", R"({"range":{"price":{"lte":10}}})");
    expect_same("taken<2024-05-01", R"({"range":{"taken":{"lt":"2024-05-01"}}})");
    expect_same("color in red,blue, 3", R"({"terms":{"color":["red","blue",3]}})");
    expect_same("title~赤い靴", R"({"match":{"title":"赤い靴"}})");
    expect_same("camera.model exists", R"({"exists":{"field":"camera.model"}})");
    expect_same(R"( {"term":{"a":1}} )", R"({"term":{"a":1}})");
}

TEST(FilterText, ReadsAValueAsJsonElseAsText) {
    expect_same("a=12", R"({"term":{"a":12}})");
    expect_same("a=\"12\"", R"({"term":{"a":"12"}})");
    expect_same("a=true", R"({"term":{"a":true}})");
    expect_same("a=123456789012345678901", R"({"term":{"a":123456789012345678901}})");
    expect_same("a=null", R"({"term":{"a":"null"}})");
    expect_same("a=", R"({"term":{"a":""}})");
    expect_same("a=1,5", R"({"term":{"a":"1,5"}})");
    expect_same("a=b>=c", R"({"term":{"a":"b>=c"}})");
    expect_same(R"(a in "x,y",z)", R"({"terms":{"a":["x,y","z"]}})");
}

TEST(FilterText, RefusesWhatIsNoComparison) {
    for (const std::string_view text : {"", "color", "=red", "  ", "color in", "a>", "{\"a\":",
                                        "[3]", "exists", "a=1e400", "a<1e400", "a in 1,-1e400"}) {
        const auto filter = filter_of_text(text);
        EXPECT_FALSE(filter) << text;
        EXPECT_TRUE(filter || filter.error().code() == ErrorCode::kInvalidArgument) << text;
    }
}

}  // namespace
}  // namespace sokkuri::collection
