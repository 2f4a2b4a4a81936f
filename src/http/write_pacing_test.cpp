#include "http/write_pacing.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

using std::chrono::milliseconds;

const WritePacing::Clock::time_point kStart{std::chrono::hours(1)};
constexpr auto kNone = WritePacing::Clock::duration::zero();

void ask(WritePacing& pacing, WritePacing::Clock::time_point now) {
    pacing.query_came();
    pacing.query_gone(now);
}

TEST(WritePacing, LetsWritesFollowEachOtherWhileNobodyAsks) {
    WritePacing pacing;
    EXPECT_EQ(pacing.rest(kStart), kNone);
    pacing.bulk_written(kStart, kStart + milliseconds(60));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(60)), kNone);
}

TEST(WritePacing, LeavesQueriesAsMuchTimeAsAWriteTook) {
    WritePacing pacing;
    ask(pacing, kStart + milliseconds(50));
    pacing.bulk_written(kStart, kStart + milliseconds(60));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(60)), milliseconds(60));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(100)), milliseconds(20));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(120)), kNone);
}

TEST(WritePacing, GoesOnAsSoonAsNobodyAsks) {
    WritePacing pacing;
    ask(pacing, kStart);
    pacing.bulk_written(kStart, kStart + milliseconds(90));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(99)), milliseconds(81));
    EXPECT_EQ(pacing.rest(kStart + WritePacing::kQuiet), kNone);
    ask(pacing, kStart + milliseconds(110));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(110)), milliseconds(70));
}

TEST(WritePacing, WaitsForAQueryThatTakesLong) {
    WritePacing pacing;
    pacing.query_came();
    pacing.bulk_written(kStart, kStart + milliseconds(400));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(600)), milliseconds(200));
    pacing.query_gone(kStart + milliseconds(650));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(700)), milliseconds(100));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(650) + WritePacing::kQuiet), kNone);
}

TEST(WritePacing, RestsForSlowWritesAreBounded) {
    WritePacing pacing;
    const auto end = kStart + std::chrono::seconds(20);
    ask(pacing, end);
    pacing.bulk_written(kStart, end);
    EXPECT_EQ(pacing.rest(end), WritePacing::kRestMax);
}

TEST(WritePacing, WritersBesideEachOtherKeepTheLongestRest) {
    WritePacing pacing;
    ask(pacing, kStart + milliseconds(80));
    pacing.bulk_written(kStart, kStart + milliseconds(80));
    pacing.bulk_written(kStart + milliseconds(85), kStart + milliseconds(90));
    EXPECT_EQ(pacing.rest(kStart + milliseconds(90)), milliseconds(70));
}

}  // namespace
}  // namespace sokkuri::http
