#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <new>
#include <thread>
#include <vector>

namespace sokkuri {
namespace {

TEST(ThreadPool, DoesEveryIndexExactlyOnce) {
    ThreadPool pool(3);
    for (const std::size_t count : {0U, 1U, 2U, 3U, 100U, 1000U}) {
        std::vector<std::atomic<int>> done(count);
        pool.for_each(count, [&](std::size_t i) { ++done[i]; });
        for (const auto& times : done) {
            EXPECT_EQ(times, 1);
        }
    }
}

TEST(ThreadPool, ManyCallersDoNotDisturbEachOther) {
    ThreadPool pool(2);
    std::atomic<std::size_t> sum{0};
    {
        std::vector<std::jthread> callers;
        for (int c = 0; c < 4; ++c) {
            callers.emplace_back([&] {
                for (int loop = 0; loop < 100; ++loop) {
                    pool.for_each(10, [&](std::size_t i) { sum += i; });
                }
            });
        }
    }
    EXPECT_EQ(sum, 4U * 100U * 45U);
}

TEST(ThreadPool, ACallerThatFindsItBusyGoesOnAlone) {
    ThreadPool pool(2);
    std::atomic<std::size_t> inner{0};
    // While a loop holds the pool's threads, another one ends: it did not wait for them.
    pool.for_each(2, [&](std::size_t) {
        std::jthread([&] { pool.for_each(10, [&](std::size_t) { ++inner; }); }).join();
    });
    EXPECT_EQ(inner, 20U);
}

TEST(ThreadPool, MemoryThatRunsOutInAThreadComesToTheCaller) {
    ThreadPool pool(2);
    for (std::size_t at = 0; at < 100; ++at) {
        std::atomic<int> inside{0};
        const auto work = [&](std::size_t i) {
            ++inside;
            if (i == at) {
                --inside;
                throw std::bad_alloc();
            }
            std::this_thread::yield();
            --inside;
        };
        EXPECT_THROW(pool.for_each(100, work), std::bad_alloc);
        EXPECT_EQ(inside, 0) << "nobody is at work any more";
    }
    std::latch both(2);
    pool.for_each(2, [&](std::size_t) { both.arrive_and_wait(); });  // still by two threads
}

TEST(ThreadPool, ZeroMeansAllCores) {
    EXPECT_GE(ThreadPool(0).threads(), 1U);
}

}  // namespace
}  // namespace sokkuri
