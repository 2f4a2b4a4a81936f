#include "base/log.h"

#include <gtest/gtest.h>

namespace sokkuri {
namespace {

TEST(Log, WritesOneLineOfKeysAndValuesToStandardError) {
    set_log_level(LogLevel::kInfo);
    testing::internal::CaptureStderr();
    LOG(kInfo, "event=indexed folder={} added={}", "a\nb", 3);
    const std::string line = testing::internal::GetCapturedStderr();
    EXPECT_NE(line.find("level=info event=indexed folder=a\\nb added=3\n"), std::string::npos)
        << line;
    EXPECT_EQ(line.find("time="), 0U);
    set_log_level(LogLevel::kWarn);
}

TEST(Log, DoesNotBuildWhatItDrops) {
    set_log_level(LogLevel::kWarn);
    int built = 0;
    testing::internal::CaptureStderr();
    LOG(kDebug, "n={}", ++built);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(built, 0);
}

TEST(Log, KnowsItsLevelsByName) {
    EXPECT_EQ(parse_log_level("debug"), LogLevel::kDebug);
    EXPECT_FALSE(parse_log_level("loud"));
}

}  // namespace
}  // namespace sokkuri
