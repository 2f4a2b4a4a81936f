#include "http/parameters.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

const std::vector<Parameter>& all_kinds() {
    static const std::vector<Parameter> parameters = {
        {.name = "name", .kind = ParameterKind::kText, .minimum = 1, .maximum = 5},
        {.name = "k", .kind = ParameterKind::kInteger, .minimum = 1, .maximum = 1000},
        {.name = "min_score", .kind = ParameterKind::kNumber, .minimum = -1, .maximum = 1},
        {.name = "include_self", .kind = ParameterKind::kBoolean},
        {.name = "size", .kind = ParameterKind::kChoice, .choices = {"160", "320"}}};
    return parameters;
}

/// Empty when they are taken.
std::string refusal_of(const Pairs& query) {
    const auto checked = check_parameters(all_kinds(), query);
    if (checked) return "";
    EXPECT_EQ(checked.error().code(), ErrorCode::kInvalidArgument);
    return checked.error().message();
}

TEST(Parameters, AreTakenWithinTheirBounds) {
    const Pairs queries[] = {{},
                             {{"k", "1"}},
                             {{"k", "1000"}, {"name", "ねa"}, {"size", "320"}},
                             {{"min_score", "-1"}},
                             {{"min_score", "1e-3"}},
                             {{"include_self", "true"}, {"min_score", "0.5"}}};
    for (const Pairs& query : queries) {
        EXPECT_EQ(refusal_of(query), "");
    }
}

TEST(Parameters, NameWhatIsWrongWithItsValueAndBound) {
    EXPECT_EQ(refusal_of({{"k", "1001"}}),
              "parameter \"k\" is 1001; it must lie between 1 and 1000");
    EXPECT_EQ(refusal_of({{"k", "0"}}), "parameter \"k\" is 0; it must lie between 1 and 1000");
    EXPECT_EQ(refusal_of({{"k", "many"}}), "parameter \"k\" is \"many\"; it must be an integer");
    EXPECT_EQ(refusal_of({{"size", "100"}}),
              "parameter \"size\" is \"100\"; it must be one of 160, 320");
    EXPECT_EQ(refusal_of({{"include_self", "1"}}),
              "parameter \"include_self\" is \"1\"; it must be true or false");
    EXPECT_EQ(refusal_of({{"name", ""}}),
              "parameter \"name\" has 0 bytes; it must have between 1 and 5");
    EXPECT_EQ(refusal_of({{"cat", "1"}}),
              "unknown parameter \"cat\": this path takes name, k, min_score, include_self, size");
    EXPECT_EQ(refusal_of({{"k", "1"}, {"k", "1"}}), "parameter \"k\" is given twice");
}

TEST(Parameters, RefuseWhatLooksLikeANumber) {
    for (const char* const text : {"", " 1", "1 ", "+1", "1.0", "0x1", "1e2", "-", "١",
                                   "99999999999999999999", "-99999999999999999999", "1,000"}) {
        EXPECT_NE(refusal_of({{"k", text}}), "") << text;
    }
    for (const char* const text :
         {"", "nan", "inf", "-inf", "1..", "0,5", "1.5", "1e999", "0x1p-1", "--1", "0.5 "}) {
        EXPECT_NE(refusal_of({{"min_score", text}}), "") << text;
    }
}

TEST(Parameters, ShowOnlyTheBeginningOfLongValues) {
    EXPECT_LT(refusal_of({{"k", std::string(10'000, 'x')}}).size(), 300U);
    EXPECT_LT(refusal_of({{std::string(10'000, 'x'), "1"}}).size(), 300U);
}

TEST(Parameters, SayWhenAPathTakesNone) {
    const auto checked = check_parameters({}, {{"a", "b"}});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message(), "unknown parameter \"a\": this path takes none");
}

}  // namespace
}  // namespace sokkuri::http
