#include "base/thread_priority.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace sokkuri {
namespace {

int niceness() {
    return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
}

TEST(ThreadPriority, ConcernsTheThreadAndThoseItStartsAndNoOther) {
    const int before = niceness();
    int lowered = 0;
    int inherited = 0;
    std::jthread([&] {
        lower_thread_priority();
        lowered = niceness();
        std::jthread([&] { inherited = niceness(); }).join();
    }).join();
    EXPECT_EQ(niceness(), before);
    EXPECT_GE(lowered, before);
    EXPECT_GT(lowered, 0);
    EXPECT_EQ(inherited, lowered);
}

}  // namespace
}  // namespace sokkuri
