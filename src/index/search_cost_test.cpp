// The cost model's choices where they must not be otherwise.
#include "index/search_cost.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace sokkuri::index {
namespace {

TEST(SearchCost, ChoosesExactWaysForFewMatchesAndTheGraphForMany) {
    SearchShape shape{.nodes = 1'000'000, .dimension = 1280, .ef = 48};
    EXPECT_EQ(cheapest_way(shape), Way::kGraph);
    shape.filter_slots = 1'000'000;
    const auto with = [&](double matches) {
        shape.matches = matches;
        shape.pass_share = matches / 1e6;
        return cheapest_way(shape);
    };
    EXPECT_EQ(with(0), Way::kMatchingRows);
    EXPECT_EQ(with(20), Way::kMatchingRows);
    EXPECT_EQ(with(500'000), Way::kGraph);
    shape.is_prepared = true;
    EXPECT_EQ(with(5'000), Way::kMatchingCodes);
    EXPECT_EQ(with(100'000), Way::kPassingGraph);
    shape.ef = 0;
    EXPECT_EQ(with(10), Way::kMatchingRows);
    EXPECT_EQ(with(100'000), Way::kBounds);
}

}  // namespace
}  // namespace sokkuri::index
