// Goal: searches in any thread see whole states: every row that was there when they began and no
// row that had been removed by then, while one thread adds, removes and compacts.
#include "library/test_vectors.h"

#include <gtest/gtest.h>

#include <atomic>
#include <sokkuri/index.h>
#include <thread>

namespace sokkuri {
namespace {

using library::testing::clustered;
using library::testing::rows_of;
using library::testing::Vectors;

TEST(IndexConcurrency, SearchesSeeWhatWasThereWhenTheyBegan) {
    constexpr std::size_t kRows = 4'000;
    constexpr std::size_t kStart = 2'400;
    const Vectors vectors = clustered(kRows, 16, 1);
    auto index = Index::build(vectors.view(0, kStart), {.threads = 2});
    ASSERT_TRUE(index);
    std::atomic<Row> added{kStart};  // rows below are in
    std::atomic<Row> removing{0};    // rows below are out or on their way
    std::atomic<Row> removed{0};     // rows below are out
    std::atomic<bool> is_over{false};
    const auto search = [&](unsigned seed) {
        std::mt19937 random(seed);
        while (!is_over) {
            const Row out = removed, in = added;
            const Row wanted = out + static_cast<Row>(random() % (in - out));
            const Effort effort = random() % 2 == 0 ? Effort::exact() : Effort::ef(64);
            const auto answer = index->search(vectors[wanted], {.k = 3, .effort = effort});
            const std::vector<Row> rows = rows_of(*answer);
            // Others may have been removed since; the row itself is at distance 0.
            if (removing <= wanted && effort.kind == Effort::Kind::kExact) {
                EXPECT_TRUE(std::ranges::count(rows, wanted) == 1) << wanted;
            }
            for (const Row row : rows) {
                EXPECT_GE(row, out);
            }
        }
    };
    {
        std::vector<std::jthread> searchers;
        for (unsigned seed = 0; seed < 3; ++seed) {
            searchers.emplace_back(search, seed);
        }
        for (std::size_t first = kStart; first < kRows; first += 100) {
            EXPECT_TRUE(index->add(vectors.view(first, 100)));
            added = static_cast<Row>(first + 100);
            std::vector<Row> gone;
            for (Row row = removed; row < removed + 60; ++row) {
                gone.push_back(row);
            }
            removing = gone.back() + 1;
            EXPECT_TRUE(index->remove(gone));
            removed = gone.back() + 1;
            EXPECT_TRUE(first % 800 != 0 || index->compact());
        }
        is_over = true;
    }
    EXPECT_EQ(index->stats().rows, kRows);
}

}  // namespace
}  // namespace sokkuri
