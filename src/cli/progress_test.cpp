#include "cli/progress.h"

#include "base/shown_text.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

constexpr service::IngestProgress kHalfway{.found = 2'000,
                                           .walk_is_done = true,
                                           .done = 1'000,
                                           .embedded = 900,
                                           .failed = 3,
                                           .seconds = 4};

TEST(ProgressLine, SaysRateTimeLeftAndFailures) {
    EXPECT_EQ(ProgressLine::plain(kHalfway), "1,000 of 2,000, 250/s, 0:04 left, 3 failed");
}

TEST(ProgressLine, FitsIntoAnyTerminal) {
    for (std::size_t columns = 1; columns <= 200; ++columns) {
        EXPECT_LE(display_width(ProgressLine::bar(kHalfway, columns)), columns);
    }
    EXPECT_NE(ProgressLine::bar(kHalfway, 100).find("50 %"), std::string::npos);
}

TEST(ProgressLine, DoesNotGuessTheEndWhileTheWalkGoesOn) {
    service::IngestProgress walking = kHalfway;
    walking.walk_is_done = false;
    EXPECT_EQ(ProgressLine::plain(walking).find("left"), std::string::npos);
    EXPECT_EQ(ProgressLine::bar(walking, 80).find('%'), std::string::npos);
}

TEST(ProgressLine, WritesNumbersAndTimesForPeople) {
    EXPECT_EQ(with_commas(0), "0");
    EXPECT_EQ(with_commas(999), "999");
    EXPECT_EQ(with_commas(1'234'567), "1,234,567");
    EXPECT_EQ(clock_text(0), "0:00");
    EXPECT_EQ(clock_text(64.2), "1:05");
    EXPECT_EQ(clock_text(3'725), "1:02:05");
}

}  // namespace
}  // namespace sokkuri::cli
