#include "index/calibration.h"

#include "index/calibration_run.h"

#include <gtest/gtest.h>

#include <vector>

namespace sokkuri::index {
namespace {

const std::vector<CalibrationPoint> kTable = {
    {1, 10, 0.95F, 0.94F},     {1, 20, 0.99F, 0.985F},      {1, 40, 0.999F, 0.996F},
    {10, 10, 0.80F, 0.79F},    {10, 20, 0.90F, 0.89F},      {10, 40, 0.97F, 0.965F},
    {10, 80, 0.995F, 0.993F},  {10, 160, 0.9995F, 0.999F},  {100, 100, 0.93F, 0.925F},
    {100, 200, 0.98F, 0.979F}, {100, 400, 0.998F, 0.9975F},
};

SegmentParts calibrated() {
    SegmentParts parts;
    parts.calibration = kTable;
    return parts;
}

TEST(Calibration, GivesAMeasuredWidthBackForItsOwnRecall) {
    const SegmentParts parts = calibrated();
    for (const CalibrationPoint& point : kTable) {
        EXPECT_EQ(ef_for(parts, point.k, point.recall_low), point.ef);
        EXPECT_NEAR(expected_recall(parts, point.k, point.ef).value(), point.recall, 1e-6);
    }
}

TEST(Calibration, WidensWithRecallAndWithK) {
    const SegmentParts parts = calibrated();
    for (std::size_t k = 1; k <= 300; ++k) {
        std::size_t before = 0;
        for (const double recall : {0.5, 0.8, 0.9, 0.93, 0.95, 0.97, 0.99, 0.993}) {
            const std::size_t ef = ef_for(parts, k, recall).value();
            EXPECT_GE(ef, before);
            EXPECT_GE(ef, k);
            EXPECT_LE(ef_for(parts, k, recall).value(), ef_for(parts, k + 1, recall).value());
            before = ef;
        }
    }
}

TEST(Calibration, ExpectsAtLeastTheRecallThatWasAskedFor) {
    const SegmentParts parts = calibrated();
    for (const std::size_t k : {1, 3, 10, 30, 77, 100, 250}) {
        for (const double recall : {0.9, 0.95, 0.99, 0.995}) {
            const std::optional<std::size_t> ef = ef_for(parts, k, recall);
            if (!ef) continue;
            EXPECT_GE(expected_recall(parts, k, *ef).value(), recall - 0.003) << k;
        }
    }
}

TEST(Calibration, HasNoWidthForWhatWasNeverReached) {
    const SegmentParts parts = calibrated();
    EXPECT_FALSE(ef_for(parts, 1, 0.9961));
    EXPECT_FALSE(ef_for(parts, 10, 0.9991));
    EXPECT_FALSE(ef_for(parts, 10, 1));
    EXPECT_FALSE(ef_for(parts, 50, 0.998));
    EXPECT_FALSE(ef_for(parts, 1'000, 0.998));
}

TEST(Calibration, GrowsTheWidthWithKBeyondTheLargest) {
    const SegmentParts parts = calibrated();
    EXPECT_EQ(ef_for(parts, 500, 0.979), 1'000);
    EXPECT_NEAR(expected_recall(parts, 500, 1'000).value(), 0.98, 1e-6);
}

TEST(Calibration, KnowsNothingWithoutATable) {
    const SegmentParts parts;
    EXPECT_FALSE(ef_for(parts, 10, 0.9));
    EXPECT_FALSE(expected_recall(parts, 10, 64));
    EXPECT_FALSE(expected_recall(calibrated(), 1, 4));
}

TEST(CalibrationRun, BoundsTheMeanFromBelowAndLetsNothingFall) {
    const RecallTable table = {{10, 10, std::vector<double>(100, 0.9)},
                               {10, 20, std::vector<double>(100, 0.8)},
                               {10, 40, std::vector<double>(100, 1.0)}};
    const std::vector<CalibrationPoint> points = calibration_of(table);
    ASSERT_EQ(points.size(), 3U);
    EXPECT_FLOAT_EQ(points[0].recall, 0.9F);
    EXPECT_FLOAT_EQ(points[1].recall, 0.9F);
    EXPECT_FLOAT_EQ(points[2].recall, 1.0F);
    EXPECT_LT(points[2].recall_low, 1.0F) << "a hundred queries prove no certainty";
    EXPECT_GT(points[2].recall_low, 0.99F);
}

TEST(CalibrationRun, TakesOffOnceMoreWhatGrowingHasCost) {
    const RecallTable before = {{10, 20, {1.0, 0.9, 0.8}}};
    const RecallTable after = {{10, 20, {1.0, 0.8, 0.7}}, {10, 40, {1.0, 1.0, 0.9}}};
    const RecallTable grown = after_like_growth(before, after);
    ASSERT_EQ(grown.size(), 2U);
    EXPECT_DOUBLE_EQ(grown[0].recalls[0], 1.0);
    EXPECT_DOUBLE_EQ(grown[0].recalls[1], 0.7);
    EXPECT_DOUBLE_EQ(grown[0].recalls[2], 0.6);
    EXPECT_EQ(grown[1].recalls, after[1].recalls) << "was not measured before";
}

}  // namespace
}  // namespace sokkuri::index
