#include "http/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace sokkuri::http {
namespace {

TEST(WorkPool, DoesAllThatItTook) {
    std::atomic<int> done = 0;
    {
        WorkPool pool({.threads = 3, .queue_max = 1'000});
        for (int i = 0; i < 500; ++i) {
            WorkPool::Job job = [&] { ++done; };
            ASSERT_TRUE(pool.try_begin(job));
            pool.go_on([&] { ++done; });
        }
    }
    EXPECT_EQ(done, 1'000);
}

TEST(WorkPool, RefusesNewWorkBeyondItsBoundAndPutsBegunWorkFirst) {
    std::promise<void> entered;
    std::promise<void> gate;
    std::string order;
    {
        WorkPool pool({.threads = 1, .queue_max = 2});
        WorkPool::Job blocker = [&] {
            entered.set_value();
            gate.get_future().wait();
        };
        ASSERT_TRUE(pool.try_begin(blocker));
        entered.get_future().wait();
        for (const char name : {'a', 'b'}) {
            EXPECT_FALSE(pool.is_full());
            WorkPool::Job job = [&order, name] { order += name; };
            ASSERT_TRUE(pool.try_begin(job));
        }
        EXPECT_TRUE(pool.is_full());
        WorkPool::Job refused = [&] { order += 'x'; };
        EXPECT_FALSE(pool.try_begin(refused));
        EXPECT_TRUE(refused != nullptr);
        pool.go_on([&] { order += 'c'; });
        EXPECT_EQ(pool.waiting(), 3U);
        gate.set_value();
    }
    EXPECT_EQ(order, "cab");
}

TEST(WorkPool, BeginsWorkBesideWhatAlwaysGoesOn) {
    constexpr int kPiecesMax = 100'000;
    std::atomic<bool> has_begun = false;
    std::atomic<int> pieces = 0;
    {
        WorkPool pool({.threads = 1, .queue_max = 2});
        std::function<void()> piece = [&] {
            if (pieces == 0) {
                WorkPool::Job beginning = [&] { has_begun = true; };
                EXPECT_TRUE(pool.try_begin(beginning));
            }
            if (++pieces < kPiecesMax && !has_begun) pool.go_on(piece);
        };
        pool.go_on(piece);
        while (!has_begun)
            std::this_thread::yield();
    }
    EXPECT_LT(pieces, kPiecesMax);
}

/// One owner's jobs wait for one another, as writes to a collection that is compacted do.
TEST(WorkPool, AnOwnerNeverHoldsAllThreads) {
    std::promise<void> gate;
    const std::shared_future<void> opened = gate.get_future().share();
    std::atomic<int> entered = 0;
    std::string order;
    std::promise<void> other_done;
    {
        WorkPool pool({.threads = 3, .queue_max = 10, .owner_threads_max = 2});
        for (int i = 0; i < 4; ++i) {
            WorkPool::Job stuck = [&] {
                ++entered;
                opened.wait();
            };
            ASSERT_TRUE(pool.try_begin(stuck, "stuck"));
        }
        for (const char name : {'a', 'b'}) {
            WorkPool::Job other = [&, name] {
                order += name;
                if (name == 'b') other_done.set_value();
            };
            ASSERT_TRUE(pool.try_begin(other, name == 'a' ? "other" : ""));
        }
        other_done.get_future().wait();
        while (entered < 2)
            std::this_thread::yield();
        EXPECT_EQ(entered, 2);
        EXPECT_EQ(pool.waiting(), 2U);
        gate.set_value();
    }
    EXPECT_EQ(entered, 4) << "what waits is done, also by a pool that ends";
    EXPECT_EQ(order, "ab");
}

}  // namespace
}  // namespace sokkuri::http
