#include "http/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sokkuri::http {
namespace {

TEST(WorkPool, DoesAllThatItTook) {
    std::atomic<int> done = 0;
    {
        WorkPool pool(3, 1'000);
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
        WorkPool pool(1, 2);
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

}  // namespace
}  // namespace sokkuri::http
