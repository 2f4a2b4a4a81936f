// The policy, and what it comes to: over a long random life of puts and deaths segments stay few,
// never overlap, and rows are not built over and over.
#include "collection/seal_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sokkuri::collection {
namespace {

constexpr SealLimits kLimits;

SealedRun run(store::SegmentNumber number, store::Slot first, store::Slot end) {
    return {.number = number, .first = first, .end = end, .rows = end - first, .live = end - first};
}

TEST(SealPlan, AShortTailStaysATail) {
    EXPECT_FALSE(
        plan_seal({.committed = 1'999, .tail_live = 1'999}, kLimits, SealOccasion::kPaused));
    const auto plan =
        plan_seal({.committed = 2'500, .tail_live = 2'000}, kLimits, SealOccasion::kPaused);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first, 0U);
    EXPECT_EQ(plan->end, 2'500U);
    EXPECT_TRUE(plan->replaced.empty());
}

TEST(SealPlan, WhilePutsGoOnATailMayGrowLong) {
    SealState state{.segments = {run(1, 0, 800'000)}, .committed = 1'000'000, .tail_live = 200'000};
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPutting)) << "a quarter of the sealed";
    state.tail_live = 200'001;
    EXPECT_TRUE(plan_seal(state, kLimits, SealOccasion::kPutting));
    EXPECT_FALSE(
        plan_seal({.committed = 100'000, .tail_live = 100'000}, kLimits, SealOccasion::kPutting));
    EXPECT_TRUE(
        plan_seal({.committed = 100'001, .tail_live = 100'001}, kLimits, SealOccasion::kPutting));
}

TEST(SealPlan, ASealTakesSmallSegmentsAlongAndLeavesLargeOnes) {
    const SealState state{
        .segments = {run(1, 0, 100'000), run(2, 100'000, 110'000), run(3, 110'000, 114'000)},
        .committed = 117'000,
        .tail_live = 3'000};
    const auto plan = plan_seal(state, kLimits, SealOccasion::kPaused);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->replaced, (std::vector<store::SegmentNumber>{2, 3}));
    EXPECT_EQ(plan->first, 100'000U);
    EXPECT_EQ(plan->end, 117'000U);
    const auto alone = plan_tail(state, kLimits);
    ASSERT_TRUE(alone);
    EXPECT_EQ(alone->first, 114'000U);
    EXPECT_TRUE(alone->replaced.empty());
}

TEST(SealPlan, ASegmentWithLostRowsStaysAsItIs) {
    SealState state{
        .segments = {run(1, 0, 3'000), run(2, 3'000, 6'000)}, .committed = 9'000, .tail_live = 0};
    state.segments[1].has_lost_rows = true;
    state.segments[1].live = 1'000;
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPaused)) << "however worn";
    state.segments[1].is_usable = false;
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPaused)) << "and however damaged";
    state.tail_live = 3'000;
    const auto plan = plan_seal(state, kLimits, SealOccasion::kPaused);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->first, 6'000U);
    EXPECT_TRUE(plan->replaced.empty());
}

TEST(SealPlan, AWornSegmentIsBuiltAnewInAPause) {
    SealState state{.segments = {run(1, 0, 10'000), run(2, 10'000, 12'000)}, .committed = 12'000};
    state.segments[0].live = 7'000;
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPaused));
    state.segments[0].live = 6'999;
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPutting));
    const auto plan = plan_seal(state, kLimits, SealOccasion::kPaused);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->replaced, (std::vector<store::SegmentNumber>{1}));
    EXPECT_EQ(plan->end, 10'000U);
}

TEST(SealPlan, ASegmentThatHasLostRecallIsBuiltAnewInAPause) {
    SealState state{.segments = {run(1, 0, 10'000), run(2, 10'000, 12'000)}, .committed = 12'000};
    state.segments[1].has_lost_recall = true;
    EXPECT_FALSE(plan_seal(state, kLimits, SealOccasion::kPutting));
    const auto plan = plan_seal(state, kLimits, SealOccasion::kPaused);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->replaced, (std::vector<store::SegmentNumber>{2}));
}

TEST(SealPlan, AnUnusableSegmentIsBuiltAnewAtOnce) {
    SealState state{.segments = {run(1, 0, 10'000), run(2, 10'000, 12'000)}, .committed = 12'000};
    state.segments[1].is_usable = false;
    const auto plan = plan_seal(state, kLimits, SealOccasion::kPutting);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->replaced, (std::vector<store::SegmentNumber>{2}));
    EXPECT_EQ(plan->first, 10'000U);
}

void carry_out(SealState& state, const SealPlan& plan, store::SegmentNumber number,
               std::uint64_t live) {
    std::vector<SealedRun> segments;
    for (const SealedRun& run : state.segments) {
        if (run.end <= plan.first) segments.push_back(run);
    }
    segments.push_back(
        {.number = number, .first = plan.first, .end = plan.end, .rows = live, .live = live});
    for (const SealedRun& run : state.segments) {
        if (run.first >= plan.end) segments.push_back(run);
    }
    state.segments = std::move(segments);
}

TEST(SealPlan, SegmentsStayFewAndRowsAreSeldomBuiltAnew) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        SealState state;
        std::uint64_t built = 0;
        store::SegmentNumber number = 1;
        for (int step = 0; step < 2'000; ++step) {
            const std::uint64_t added = 1 + random() % 4'000;
            state.committed += added;
            state.tail_live += added;
            const bool deletes = random() % 4 == 0 && !state.segments.empty();
            if (deletes) {
                std::uint64_t& live = state.segments[random() % state.segments.size()].live;
                live -= std::min(live, added);
            }
            while (const auto plan = plan_seal(state, kLimits, SealOccasion::kPaused)) {
                std::uint64_t live = plan->end == state.committed ? state.tail_live : 0;
                if (plan->end == state.committed) state.tail_live = 0;
                for (const SealedRun& old : state.segments) {
                    if (old.first >= plan->first && old.end <= plan->end) live += old.live;
                }
                carry_out(state, *plan, number++, live);
                built += live;
                ASSERT_LE(number, 20'000U) << "a plan must come to an end";
            }
            EXPECT_LE(state.segments.size(), 14U);
            for (std::size_t i = 1; i < state.segments.size(); ++i) {
                ASSERT_EQ(state.segments[i].first, state.segments[i - 1].end);
            }
        }
        EXPECT_LT(built, 14 * state.committed) << "rows built, over rows put";
    }
}

}  // namespace
}  // namespace sokkuri::collection
