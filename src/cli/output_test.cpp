#include "cli/output.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace sokkuri::cli {
namespace {

TEST(Output, SaysThatTheDiskIsFull) {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) GTEST_SKIP() << "no /dev/full here";
    Output out(full);
    out.write("something");
    const auto finished = out.finish();
    ASSERT_FALSE(finished);
    EXPECT_NE(finished.error().message().find("No space left"), std::string::npos);
    EXPECT_FALSE(out.is_open());
    close(full);
}

TEST(Output, EndsQuietlyWhenTheReaderHasGone) {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    close(ends[0]);
    Output out(ends[1]);
    out.write(std::string(1U << 20, 'x'));
    EXPECT_FALSE(out.is_open());
    EXPECT_TRUE(out.finish());
    close(ends[1]);
}

TEST(Output, WritesAllOfIt) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    Output out(ends[1]);
    out.print("{}-{}", 1, 2);
    EXPECT_TRUE(out.finish());
    std::array<char, 8> buffer{};
    EXPECT_EQ(read(ends[0], buffer.data(), buffer.size()), 3);
    EXPECT_STREQ(buffer.data(), "1-2");
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace sokkuri::cli
