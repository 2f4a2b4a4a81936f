#include "collection/filter_leaf.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

TEST(FilterLeaf, ComparesWholeTextsWithPatterns) {
    EXPECT_TRUE(is_like("", ""));
    EXPECT_TRUE(is_like("", "*"));
    EXPECT_TRUE(is_like("abc", "abc"));
    EXPECT_TRUE(is_like("abc", "a*"));
    EXPECT_TRUE(is_like("abc", "*c"));
    EXPECT_TRUE(is_like("abc", "a?c"));
    EXPECT_TRUE(is_like("a*c", "a\\*c"));
    EXPECT_TRUE(is_like("赤い靴", "?い?"));
    EXPECT_TRUE(is_like("aXbXc", "a*X*c"));
    EXPECT_TRUE(is_like("\\", "\\"));
    EXPECT_FALSE(is_like("abc", "ab"));
    EXPECT_FALSE(is_like("ab", "abc"));
    EXPECT_FALSE(is_like("abc", "a\\*c"));
    EXPECT_FALSE(is_like("赤い靴", "??"));
    EXPECT_FALSE(is_like("", "?"));
}

TEST(FilterLeaf, ReadsABoundOfDatesAsATimeWithALength) {
    const auto matches = [](RangeFilter range, std::string_view first) {
        const auto leaf = FilterLeaf::of(range, AttributeNames());
        EXPECT_EQ(leaf.source().kind, store::AttributeKind::kDates);
        const std::vector<store::AttributeValue> values{std::string(first)};
        return leaf.matches(values);
    };
    const RangeFilter::Bound may{.value = std::string("2024-05"), .is_inclusive = true};
    const RangeFilter::Bound may_excluded{.value = std::string("2024-05"), .is_inclusive = false};
    const std::string_view in_may = "2024-05-31T10:00:00.000000000Z";
    const std::string_view june = "2024-06-01T00:00:00.000000000Z";
    EXPECT_TRUE(matches({.path = "t", .low = may}, in_may));
    EXPECT_FALSE(matches({.path = "t", .low = may_excluded}, in_may));
    EXPECT_TRUE(matches({.path = "t", .low = may_excluded}, june));
    EXPECT_TRUE(matches({.path = "t", .high = may}, in_may));
    EXPECT_FALSE(matches({.path = "t", .high = may}, june));
    EXPECT_FALSE(matches({.path = "t", .high = may_excluded}, in_may));
}

}  // namespace
}  // namespace sokkuri::collection
