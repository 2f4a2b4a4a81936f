#include "index/memory_plan.h"

#include <gtest/gtest.h>

namespace sokkuri::index {
namespace {

TEST(MemoryPlan, TenMillionRowsFitIntoTwentyFourGibibytes) {
    const MemoryPlan plan = plan_memory(10'000'000, 1280, {4, 2});
    // 128 + 12 + 1296 + 192 + 8 bytes a row, 2 of balls, and the model.
    EXPECT_EQ(plan.resident_bytes, 16'380'000'000U + 248 * 1280 * 5);
    EXPECT_NEAR(plan.resident_bytes_per_row, 1638, 1);
    EXPECT_EQ(plan.raw_bytes, 51'200'000'000U);
    EXPECT_GT(plan.build_peak_bytes, plan.resident_bytes);
    EXPECT_TRUE(check_plan(plan, std::uint64_t{24} << 30));
    EXPECT_EQ(describe(plan),
              "10,000,000 rows: 15.3 GiB resident, 18.1 GiB while building, 47.7 GiB raw on disk");
}

TEST(MemoryPlan, RefusesWithTheNumbers) {
    const MemoryPlan plan = plan_memory(10'000'000, 1280, {4, 2});
    const Result<void> checked = check_plan(plan, std::uint64_t{16} << 30);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), ErrorCode::kExhausted);
    EXPECT_EQ(checked.error().message(), describe(plan) + "; 16.0 GiB are allowed");
}

TEST(MemoryPlan, OfFewRowsIsThatOfTheModel) {
    const MemoryPlan none = plan_memory(0, 1280, {4, 2});
    EXPECT_EQ(none.resident_bytes_per_row, 0);
    EXPECT_LT(none.build_peak_bytes, 100U << 20);
    const MemoryPlan small = plan_memory(999, 8, {8, 1});
    EXPECT_EQ(describe(small).substr(0, 9), "999 rows:");
    EXPECT_GE(plan_memory(30'000, 1280, {4, 2}).build_peak_bytes, 30'000U * 2 * 1280 * 4 * 8 / 10);
}

}  // namespace
}  // namespace sokkuri::index
