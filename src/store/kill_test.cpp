// A real process that is killed while it writes to the real file system: what it said was committed
// is there.
#include "base/testing/temporary_directory.h"
#include "store/testing/store_session.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace sokkuri::store {
namespace {

using testing::Change;
using testing::Model;
using testing::StoreSession;

constexpr int kKills = 6;

Change numbered_change(int number) {
    const auto value = static_cast<float>(number);
    Change change;
    change.puts[std::to_string(number)] = {.document = std::string(500, 'd'),
                                           .vector = {value, value + 1, value + 2}};
    return change;
}

/// The child's work: one record after the other, told through the pipe when committed. Never
/// returns.
[[noreturn]] void write_until_killed(const std::string& folder, int first, int acknowledged) {
    auto session = StoreSession::open(posix_file_system(), folder);
    for (int number = first; session; ++number) {
        if (!(*session)->apply(numbered_change(number))) break;
        if (write(acknowledged, &number, sizeof number) != sizeof number) break;
    }
    _exit(1);
}

/// Starts a writer, kills it in the middle of its work and returns the last number that it
/// acknowledged.
int run_and_kill(const std::string& folder, int first) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) write_until_killed(folder, first, ends[1]);
    close(ends[1]);
    int last = first - 1;
    int number = 0;
    while (last < first + 5 && read(ends[0], &number, sizeof number) == sizeof number) {
        last = number;
    }
    const auto second = StoreSession::open(posix_file_system(), folder);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict) << "one writer at a time";
    EXPECT_EQ(kill(child, SIGKILL), 0);
    while (read(ends[0], &number, sizeof number) == sizeof number) {
        last = number;
    }
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    return last;
}

TEST(StoreKill, EveryAcknowledgedRecordIsThere) {
    const sokkuri::testing::TemporaryDirectory folder;
    int next = 0;
    for (int round = 0; round < kKills; ++round) {
        const int last = run_and_kill(folder.path(), next);
        ASSERT_GE(last, next + 5);
        const auto session = StoreSession::open(posix_file_system(), folder.path());
        ASSERT_TRUE(session) << session.error().message();
        const auto seen = (*session)->read();
        ASSERT_TRUE(seen) << seen.error().message();
        for (int number = 0; number <= last; ++number) {
            const auto found = seen->find(std::to_string(number));
            ASSERT_NE(found, seen->end()) << number;
            EXPECT_EQ(found->second.vector.at(2), static_cast<float>(number) + 2);
        }
        // The one in flight may be there, too.
        ASSERT_LE(seen->size(), static_cast<std::size_t>(last) + 2);
        next = static_cast<int>(seen->size());
    }
}

}  // namespace
}  // namespace sokkuri::store
