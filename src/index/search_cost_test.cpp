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

TEST(SearchCost, TakesTheGraphOfSmallSegmentsForAllButTheWidestSearches) {
    SearchShape shape{.nodes = 15'000, .dimension = 1280, .ef = 200};
    EXPECT_EQ(cheapest_way(shape), Way::kGraph) << "60 us where bounds take 320";
    shape.ef = 14'000;
    EXPECT_EQ(cheapest_way(shape), Way::kBounds);
}

TEST(SearchCost, WidensSearchesAmongFewPassingNodesForWhoWasPromisedARecall) {
    SearchShape shape{.nodes = 1'000'000, .dimension = 1280, .ef = 48, .filter_slots = 1'000'000};
    shape.pass_share = 0.03;
    EXPECT_EQ(passing_width(shape), 48U);
    shape.is_promise = true;
    std::size_t before = 48;
    for (const double share : {0.9, 0.5, 0.2, 0.04, 0.03, 0.02}) {
        shape.pass_share = share;
        EXPECT_GE(passing_width(shape), before) << share;
        before = passing_width(shape);
    }
    EXPECT_GE(before, 6 * 48U);
    // Two hops do not hold a hundred in ten thousand together, whatever the width.
    shape.is_prepared = true;
    shape.pass_share = 0.01;
    shape.matches = 10'000;
    EXPECT_EQ(cheapest_way(shape), Way::kMatchingCodes);
}

}  // namespace
}  // namespace sokkuri::index
