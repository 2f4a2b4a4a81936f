#include "store/attribute_value.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace sokkuri::store {
namespace {

TEST(AttributeValue, ComparesIntegersWithDoublesExactly) {
    const std::int64_t big = (std::int64_t{1} << 53) + 1;  // no double is this number
    EXPECT_TRUE(compare(AttributeValue(big), AttributeValue(9007199254740992.0)) > 0);
    EXPECT_TRUE(compare(AttributeValue(big), AttributeValue(9007199254740994.0)) < 0);
    EXPECT_TRUE(compare(AttributeValue(std::int64_t{1}), AttributeValue(1.0)) == 0);
    EXPECT_TRUE(compare(AttributeValue(std::int64_t{-1}), AttributeValue(-0.5)) < 0);
    EXPECT_TRUE(compare(AttributeValue(-0.5), AttributeValue(std::int64_t{-1})) > 0);
    EXPECT_TRUE(compare(AttributeValue(std::numeric_limits<std::int64_t>::max()),
                        AttributeValue(9223372036854775808.0)) < 0);
    EXPECT_TRUE(compare(AttributeValue(std::numeric_limits<std::int64_t>::min()),
                        AttributeValue(-9223372036854775808.0)) == 0);
}

TEST(AttributeValue, OrdersNumbersBeforeTextsBeforeBooleans) {
    const std::vector<AttributeValue> ascending = {-1e300,
                                                   std::int64_t{-3},
                                                   -0.5,
                                                   std::int64_t{0},
                                                   0.25,
                                                   std::int64_t{7},
                                                   1e300,
                                                   std::string(),
                                                   std::string("A"),
                                                   std::string("a"),
                                                   std::string("赤"),
                                                   false,
                                                   true};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            EXPECT_TRUE(compare(ascending[i], ascending[j]) == (i <=> j)) << i << " and " << j;
        }
    }
}

TEST(AttributeValue, IsTheScalarOfAJsonText) {
    const auto value = [](std::string_view json) {
        return attribute_value_of(parse_json(json).value());
    };
    EXPECT_EQ(value("12"), AttributeValue(std::int64_t{12}));
    EXPECT_EQ(value("1.5"), AttributeValue(1.5));
    EXPECT_EQ(value("18446744073709551615"), AttributeValue(18446744073709551615.0));
    EXPECT_EQ(value("-123456789012345678901"), AttributeValue(-123456789012345678901.0));
    EXPECT_FALSE(value("1e400")) << "it compares with nothing";
    EXPECT_EQ(value("\"x\""), AttributeValue(std::string("x")));
    EXPECT_EQ(value("true"), AttributeValue(true));
    EXPECT_FALSE(value("null"));
    EXPECT_FALSE(value("[1]"));
    EXPECT_FALSE(value("{}"));
}

TEST(AttributeValue, TellsIntegersOf64BitsAsIntegers) {
    const auto told = [](std::string_view json) {
        std::string text;
        JsonWriter(text).value(json_of(attribute_value_of(parse_json(json).value()).value()));
        return text;
    };
    EXPECT_EQ(told("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(told("9223372036854775808"), "9223372036854775808");
    EXPECT_EQ(told("10000000000000000000"), "10000000000000000000");
    EXPECT_EQ(told("18446744073709551615"), "18446744073709551616");  // the double next to it
    EXPECT_EQ(told("1.5e300"), "1.5e+300");
    EXPECT_EQ(attribute_value_of(parse_json(told("18446744073709551615")).value()),
              attribute_value_of(parse_json("18446744073709551615").value()));
}

}  // namespace
}  // namespace sokkuri::store
