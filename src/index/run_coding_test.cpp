// What runs are coded by: heads as long as scans want them, and rows that a model does not know are
// told from those that it knows.
#include "index/run_coding.h"

#include "index/testing/grown_rows.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <numeric>

namespace sokkuri::index {
namespace {

constexpr std::size_t kRows = 1'000;
constexpr std::size_t kDimension = 400;  // more than a head holds

/// Rows of a world, to be built of.
struct World {
    explicit World(std::uint32_t seed, std::size_t rows_seed = 1)
        : values(testing::grow_rows({.count = kRows,
                                     .dimension = kDimension,
                                     .seed = static_cast<std::uint32_t>(rows_seed),
                                     .world_seed = seed})) {
        std::iota(slots.begin(), slots.end(), Slot{0});
    }
    SegmentBuild build(Metric metric = Metric::kCosine) {
        return {.metric = metric,
                .rows = rows,
                .slots = slots,
                .kernels = *simd::chosen_kernels().value(),
                .threads = threads};
    }

    std::vector<float> values;
    std::vector<Slot> slots = std::vector<Slot>(kRows);
    RawRows rows = RawRows::of_matrix(values, kDimension);
    ThreadPool threads{1};
};

TEST(RunCoding, HeadsHoldAllComponentsWhereTheyFitAndElseTheMostThatPay) {
    EXPECT_EQ(scan_layout(1), (HeadLayout{8, 1}));
    EXPECT_EQ(scan_layout(60), (HeadLayout{8, 1}));
    EXPECT_EQ(scan_layout(61), (HeadLayout{8, 2}));
    EXPECT_EQ(scan_layout(124), (HeadLayout{8, 2}));
    EXPECT_EQ(scan_layout(125), (HeadLayout{4, 2}));
    EXPECT_EQ(scan_layout(4'096), (HeadLayout{4, 2}));
    EXPECT_TRUE(is_for_scans({4, 1}, 60));
    EXPECT_FALSE(is_for_scans({4, 1}, 512));
    EXPECT_TRUE(is_for_scans({4, 3}, 512));
}

TEST(RunCoding, IsTrainedForScansUnlessAskedOtherwise) {
    World world(1);
    EXPECT_EQ(train_run_coding(world.build(), {}).model.layout, scan_layout(kDimension));
    const HeadLayout other{8, 1};
    EXPECT_EQ(train_run_coding(world.build(), {.layout = other}).model.layout, other);
}

TEST(RunCoding, GoesWithRowsLikeItsOwn) {
    World world(1);
    World same(1, 2);
    World another(7);
    const RunCoding coding = train_run_coding(world.build(), {});
    EXPECT_TRUE(goes_with(coding, same.build(), {}));
    EXPECT_FALSE(goes_with(coding, another.build(), {}));
    EXPECT_FALSE(goes_with(coding, same.build(Metric::kL2), {}));
}

}  // namespace
}  // namespace sokkuri::index
