#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace sokkuri {
namespace {

TEST(BoundedQueue, KeepsOrderAndRefusesBeyondCapacity) {
    BoundedQueue<int> queue(2);
    int item = 1;
    EXPECT_TRUE(queue.try_push(item));
    item = 2;
    EXPECT_TRUE(queue.try_push(item));
    item = 3;
    EXPECT_FALSE(queue.try_push(item));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), 2);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(BoundedQueue, DrainsAfterCloseThenEnds) {
    BoundedQueue<int> queue(4);
    EXPECT_TRUE(queue.push(7));
    queue.close();
    EXPECT_FALSE(queue.push(8));
    EXPECT_EQ(queue.pop(), 7);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, WaitsNoLongerThanTheDeadline) {
    using std::chrono::steady_clock;
    BoundedQueue<int> queue(4);
    EXPECT_EQ(queue.pop_until(steady_clock::now() + std::chrono::milliseconds(1)), std::nullopt);
    EXPECT_FALSE(queue.is_finished());
    EXPECT_TRUE(queue.push(7));
    EXPECT_EQ(queue.pop_until(steady_clock::now()), 7);
    queue.close();
    EXPECT_EQ(queue.pop_until(steady_clock::time_point::max()), std::nullopt);
    EXPECT_TRUE(queue.is_finished());
}

TEST(BoundedQueue, HandsEveryItemToExactlyOneConsumer) {
    constexpr int kProducers = 3;
    constexpr int kConsumers = 3;
    constexpr int kItems = 1000;
    BoundedQueue<int> queue(5);
    std::vector<std::vector<int>> taken(kConsumers);
    {
        std::vector<std::jthread> consumers;
        for (auto& own : taken) {
            consumers.emplace_back([&queue, &own] {
                while (auto item = queue.pop()) {
                    own.push_back(*item);
                }
            });
        }
        {
            std::vector<std::jthread> producers;
            for (int p = 0; p < kProducers; ++p) {
                producers.emplace_back([&queue, p] {
                    for (int i = 0; i < kItems; ++i) {
                        EXPECT_TRUE(queue.push(p * kItems + i));
                    }
                });
            }
        }
        queue.close();
    }
    std::vector<int> all;
    for (const auto& own : taken) {
        all.insert(all.end(), own.begin(), own.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<int> expected(kProducers * kItems);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace sokkuri
