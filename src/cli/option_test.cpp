#include "cli/option.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

Option integer_from_1_to_9() {
    return {.name = "k",
            .letter = 'k',
            .also = "top",
            .kind = ValueKind::kInteger,
            .value_name = "N",
            .minimum = 1,
            .maximum = 9};
}

TEST(Option, NamesItsVariableAndItsFlag) {
    const Option option{.name = "min-score", .kind = ValueKind::kNumber, .value_name = "S"};
    EXPECT_EQ(option.variable(), "SOKKURI_MIN_SCORE");
    EXPECT_EQ(option.spelling(), "--min-score S");
    EXPECT_EQ(integer_from_1_to_9().spelling(), "-k, --top N");
    EXPECT_EQ(integer_from_1_to_9().flag(), "-k");
}

TEST(Option, RefusesWholeNumbersOutOfBoundsAndSaysTheBounds) {
    const Option option = integer_from_1_to_9();
    EXPECT_EQ(option.parse("9").value(), "9");
    for (const char* bad : {"0", "10", "-1", "1.5", "", " 1", "1x", "99999999999999999999"}) {
        const auto parsed = option.parse(bad);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_NE(parsed.error().message().find("from 1 to 9"), std::string::npos);
    }
}

TEST(Option, ReadsSwitchesNumbersAndChoices) {
    EXPECT_EQ(Option{.name = "show"}.parse("on").value(), "true");
    EXPECT_EQ(Option{.name = "show"}.parse("0").value(), "false");
    EXPECT_FALSE(Option{.name = "show"}.parse("maybe"));
    const Option number{.name = "s", .kind = ValueKind::kNumber, .minimum = -1, .maximum = 1};
    EXPECT_EQ(number.parse("-0.25").value(), "-0.25");
    EXPECT_FALSE(number.parse("nan"));
    EXPECT_FALSE(number.parse("1.01"));
    const Option choice{.name = "p", .kind = ValueKind::kChoice, .choices = {"f32", "bf16"}};
    EXPECT_EQ(choice.parse("bf16").value(), "bf16");
    EXPECT_NE(choice.parse("f16").error().message().find("f32, bf16"), std::string::npos);
}

TEST(Option, ReadsListsWithoutEmptyParts) {
    const Option list{.name = "allow", .kind = ValueKind::kTexts};
    EXPECT_EQ(list.parse("a,b c").value(), "a,b c");
    for (const char* bad : {"", ",", "a,", ",a", "a,,b"}) {
        EXPECT_FALSE(list.parse(bad)) << bad;
    }
}

TEST(Option, NeverShowsControlCharactersOfAValue) {
    const auto parsed = integer_from_1_to_9().parse("\x1b[31m");
    EXPECT_EQ(parsed.error().message().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sokkuri::cli
