// The policy, and what it comes to: over a long random life of puts and seals every row behind the
// segments is coded once, in order, but for a few; runs are bounded, and so is all that they take.
#include "collection/tail_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sokkuri::collection {
namespace {

constexpr CodeLimits kLimits{.rows_max = 1'000'000};

TEST(TailPlan, AShortTailIsScanned) {
    EXPECT_FALSE(plan_codes({.committed = 999, .has_model = true}, kLimits));
    const auto plan =
        plan_codes({.sealed_end = 500, .committed = 1'500, .has_model = true}, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first, 500U);
    EXPECT_EQ(plan->end, 1'500U);
    EXPECT_TRUE(plan->starts_run);
}

TEST(TailPlan, WithoutAnyModelMoreRowsAreAwaitedToLearnFrom) {
    EXPECT_FALSE(plan_codes({.committed = 3'999}, kLimits));
    const auto plan = plan_codes({.committed = 5'000}, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->end, 4'000U);
}

TEST(TailPlan, RowsGoIntoTheLastRunInStepsAsLongAsItHasRoom) {
    TailState state{.committed = 20'000,
                    .coded_first = 0,
                    .coded_end = 10'000,
                    .room = 50'000,
                    .has_model = true};
    auto plan = plan_codes(state, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first, 10'000U);
    EXPECT_EQ(plan->end, 12'048U);
    EXPECT_FALSE(plan->starts_run);
    state.room = 100;
    EXPECT_EQ(plan_codes(state, kLimits)->end, 10'100U);
    state.room = 0;
    plan = plan_codes(state, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->starts_run);
}

TEST(TailPlan, WhatASegmentHasOvertakenIsLeftBehind) {
    const auto plan = plan_codes({.sealed_end = 9'000,
                                  .committed = 12'000,
                                  .coded_first = 2'000,
                                  .coded_end = 8'000,
                                  .room = 50'000,
                                  .has_model = true},
                                 kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first, 9'000U);
    EXPECT_TRUE(plan->starts_run);
}

TEST(TailPlan, NoRunLiesOnBothSidesOfWhereASegmentWillEnd) {
    TailState state{.committed = 20'000,
                    .coded_first = 0,
                    .coded_end = 10'000,
                    .cut = 11'000,
                    .room = 50'000,
                    .has_model = true};
    auto plan = plan_codes(state, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->end, 11'000U);
    EXPECT_FALSE(plan->starts_run);
    state.coded_end = 11'000;
    plan = plan_codes(state, kLimits);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->end, 13'048U);
    EXPECT_TRUE(plan->starts_run);
    state.coded_end = 13'048;
    EXPECT_FALSE(plan_codes(state, kLimits)->starts_run);
}

TEST(TailPlan, MemoryIsNeverExceeded) {
    CodeLimits limits = kLimits;
    limits.rows_max = 10'500;
    TailState state{.committed = 90'000,
                    .coded_first = 1'000,
                    .coded_end = 11'000,
                    .room = 50'000,
                    .has_model = true};
    EXPECT_EQ(plan_codes(state, limits)->end, 11'500U);
    state.coded_end = 11'500;
    EXPECT_FALSE(plan_codes(state, limits));
    limits.rows_max = 0;
    EXPECT_FALSE(plan_codes({.committed = 90'000, .has_model = true}, limits));
}

TEST(TailPlan, OverALongLifeEveryRowIsCodedOnceAndInOrder) {
    struct Run {
        store::Slot first = 0;
        store::Slot end = 0;
    };
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        std::vector<Run> runs;
        TailState state;
        for (int step = 0; step < 2'000; ++step) {
            state.committed += random() % 6'000;
            if (random() % 50 == 0) {
                state.sealed_end += random() % (state.committed - state.sealed_end + 1);
                state.has_model = state.sealed_end > 0;
            }
            std::erase_if(runs, [&](const Run& run) { return run.end <= state.sealed_end; });
            const auto describe = [&] {
                state.coded_first = runs.empty() ? 0 : runs.front().first;
                state.coded_end = runs.empty() ? 0 : runs.back().end;
                state.room =
                    runs.empty() ? 0 : kLimits.run_rows_max - (runs.back().end - runs.back().first);
                state.has_model = state.has_model || !runs.empty();
            };
            describe();
            while (const auto plan = plan_codes(state, kLimits)) {
                ASSERT_EQ(plan->first, std::max(state.sealed_end, state.coded_end));
                ASSERT_LT(plan->first, plan->end);
                ASSERT_LE(plan->end, state.committed);
                if (plan->starts_run) runs.push_back({plan->first, plan->first});
                ASSERT_EQ(runs.back().end, plan->first) << "without gaps";
                runs.back().end = plan->end;
                ASSERT_LE(runs.back().end - runs.back().first, kLimits.run_rows_max);
                describe();
            }
            const store::Slot behind = std::max(state.sealed_end, state.coded_end);
            const bool is_full = state.coded_end - state.coded_first >= kLimits.rows_max;
            EXPECT_TRUE(is_full || state.committed - behind < kLimits.training_rows_min);
        }
    }
}

}  // namespace
}  // namespace sokkuri::collection
