// Goal: the public class answers like a float64 scan of the live rows, whatever was added, removed
// and compacted before, and refuses what cannot work with a reason.
#include "library/test_vectors.h"

#include <gtest/gtest.h>

#include <set>
#include <sokkuri/index.h>

namespace sokkuri {
namespace {

using library::testing::as_bytes;
using library::testing::clustered;
using library::testing::hamming_distance;
using library::testing::nearest_by_scan;
using library::testing::rows_of;
using library::testing::Vectors;

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kL2, Metric::kInnerProduct, Metric::kL1,
                               Metric::kLinf};

Index built(const RowsView& rows, const IndexOptions& options = {}) {
    auto index = Index::build(rows, options);
    EXPECT_TRUE(index) << index.failure().message;
    return std::move(*index);
}

TEST(Index, AnswersLikeAScanThroughAddsRemovesAndCompactions) {
    const Vectors vectors = clustered(900, 24, 1);
    const Vectors queries = clustered(12, 24, 2);
    for (const Metric metric : kMetrics) {
        Index index = built(vectors.view(0, 500), {.metric = metric, .threads = 2});
        std::set<Row> removed;
        const auto check = [&](std::size_t count) {
            const auto lives = [&](Row row) { return row < count && !removed.contains(row); };
            for (std::size_t i = 0; i < queries.count(); ++i) {
                const auto answer = index.search(queries[i], {.k = 7, .effort = Effort::exact()});
                ASSERT_TRUE(answer);
                EXPECT_EQ(rows_of(*answer), nearest_by_scan(vectors, metric, queries[i], 7, lives));
                EXPECT_EQ(answer->recall_expected, 1.0);
            }
        };
        check(500);
        EXPECT_EQ(*index.add(vectors.view(500, 300)), 500U);
        check(800);
        std::vector<Row> gone;
        for (Row row = 3; row < 800; row += 3) {
            gone.push_back(row);
            removed.insert(row);
        }
        EXPECT_EQ(*index.remove(gone), gone.size());
        EXPECT_EQ(*index.remove(gone), 0U);
        check(800);
        ASSERT_TRUE(index.compact());
        check(800);
        EXPECT_EQ(*index.add(vectors.view(800, 100)), 800U);
        check(900);
        EXPECT_EQ(index.stats().removed, gone.size());
        EXPECT_EQ(index.stats().rows, 900U);
    }
}

TEST(Index, GivesAlmostAllOfTheNearestAtTheRecallThatWasAsked) {
    const Vectors vectors = clustered(4'200, 48, 3);
    const Index index = built(vectors.view(0, 4'000), {.threads = 2});
    ASSERT_FALSE(index.stats().calibration.empty());
    std::size_t right = 0;
    for (std::size_t i = 4'000; i < 4'200; ++i) {
        const auto query = vectors[i];
        const auto answer = index.search(query, {.k = 10, .effort = Effort::recall(0.99)});
        const auto wanted = nearest_by_scan(vectors, Metric::kCosine, query, 10,
                                            [](Row row) { return row < 4'000; });
        for (const Row row : rows_of(*answer)) {
            right += std::ranges::count(wanted, row);
        }
    }
    EXPECT_GE(right, 200 * 10 * 97 / 100);
}

TEST(Index, HammingCountsTheBitsOfBytesThatDiffer) {
    const Vectors vectors = as_bytes(clustered(700, 13, 31));
    const Vectors queries = as_bytes(clustered(9, 13, 32));
    Index index = built(vectors.view(0, 600), {.metric = Metric::kHamming, .threads = 2});
    ASSERT_TRUE(index.add(vectors.view(600, 100)));
    ASSERT_TRUE(index.compact());
    const auto lives = [](Row) { return true; };
    for (std::size_t i = 0; i < queries.count(); ++i) {
        const auto answer = index.search(queries[i], {.k = 12});
        ASSERT_TRUE(answer) << answer.failure().message;
        EXPECT_EQ(rows_of(*answer),
                  nearest_by_scan(vectors, Metric::kHamming, queries[i], 12, lives));
        EXPECT_EQ(answer->neighbors[0].distance,
                  hamming_distance(queries[i], vectors[answer->neighbors[0].row]));
    }
}

TEST(Index, HammingTakesBytesAlone) {
    const std::vector<float> values = {0, 255, 7, 8, 2.5F, 0};
    const RowsView rows{.values = values.data(), .count = 2, .dimension = 3};
    const auto refused = Index::build(rows, {.metric = Metric::kHamming});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().message,
              "row 1: component 1 is 2.5: components are bytes, whole numbers from 0 to 255");
}

TEST(Index, TheMeanUnderHammingIsWhatMostVectorsHave) {
    const std::vector<float> values = {0b1100, 0b1010, 0b1000, 0b0001};
    Index index =
        built({.values = values.data(), .count = 4, .dimension = 1}, {.metric = Metric::kHamming});
    const RowsView three{.values = values.data(), .count = 3, .dimension = 1};
    const auto mean = index.search_mean(three, {}, {.k = 1});
    ASSERT_TRUE(mean) << mean.failure().message;
    EXPECT_EQ(mean->neighbors[0].row, 2U);
    EXPECT_EQ(mean->neighbors[0].distance, 0);
    const std::vector<float> weights = {1, 1, 1, 4};
    const auto weighted =
        index.search_mean({.values = values.data(), .count = 4, .dimension = 1}, weights, {.k = 1});
    ASSERT_TRUE(weighted) << weighted.failure().message;
    EXPECT_EQ(weighted->neighbors[0].row, 3U);
    EXPECT_EQ(weighted->neighbors[0].distance, 0);
}

TEST(Index, BeginsEmptyAndFillsUp) {
    for (const Metric metric : kMetrics) {
        const Vectors vectors = clustered(5, 3, 5);
        Index index = built({.dimension = 3}, {.metric = metric});
        EXPECT_TRUE(index.search(vectors[0])->neighbors.empty());
        ASSERT_TRUE(index.compact());
        EXPECT_EQ(*index.add(vectors.view()), 0U);
        EXPECT_EQ(index.search(vectors[0], {.k = 9})->neighbors.size(), 5U);
        ASSERT_TRUE(index.compact());
        EXPECT_EQ(index.search(vectors[0], {.k = 9})->neighbors.size(), 5U);
        const std::vector<Row> all = {0, 1, 2, 3, 4};
        EXPECT_EQ(*index.remove(all), 5U);
        ASSERT_TRUE(index.compact());
        EXPECT_TRUE(index.search(vectors[0])->neighbors.empty());
        EXPECT_EQ(*index.add(vectors.view(0, 1)), 5U);
        EXPECT_EQ(rows_of(*index.search(vectors[0])), std::vector<Row>{5});
    }
}

TEST(Index, FindsOnlyWhatASetNamesAndAllOfIt) {
    const Vectors vectors = clustered(3'000, 16, 6);
    Index index = built(vectors.view(0, 2'900), {.threads = 2});
    ASSERT_TRUE(index.add(vectors.view(2'900, 100)));
    std::vector<Row> named;
    for (Row row = 0; row < 3'000; row += 271) {
        named.push_back(row);
    }
    const Row gone[] = {named[2]};
    ASSERT_TRUE(index.remove(gone));
    const RowSet set = *RowSet::of_rows(named);
    EXPECT_EQ(set.count(), named.size());
    std::vector<std::uint64_t> words(50);
    for (const Row row : named) {
        words[row / 64] |= std::uint64_t{1} << (row % 64);
    }
    const RowSet same = *RowSet::of_bits(words);
    const auto lives = [&](Row row) { return row % 271 == 0 && row != gone[0]; };
    const std::vector<Row> wanted =
        nearest_by_scan(vectors, Metric::kCosine, vectors[1], 100, lives);
    // More than once: what is kept of a set for the next search must not change answers.
    for (int round = 0; round < 3; ++round) {
        for (const RowSet& among : {set, same}) {
            EXPECT_EQ(rows_of(*index.search(vectors[1], {.k = 100, .among = among})), wanted);
        }
    }
    const Row more[] = {named[3]};
    ASSERT_TRUE(index.remove(more));
    EXPECT_EQ(index.search(vectors[1], {.k = 100, .among = set})->neighbors.size(),
              named.size() - 2);
}

TEST(Index, FindsNothingBeyondARadius) {
    const Vectors vectors = clustered(400, 16, 7);
    const Index index = built(vectors.view(), {.metric = Metric::kL2});
    const auto all = index.search(vectors[0], {.k = 400, .effort = Effort::exact()});
    const double radius = all->neighbors[30].distance;
    const auto near =
        index.search(vectors[0], {.k = 400, .effort = Effort::exact(), .distance_max = radius});
    EXPECT_EQ(near->neighbors.size(), 31U);
}

TEST(Index, AnswersManyAsOneByOne) {
    const Vectors vectors = clustered(700, 20, 8);
    const Vectors queries = clustered(33, 20, 9);
    for (const Metric metric : kMetrics) {
        Index index = built(vectors.view(0, 600), {.metric = metric, .threads = 2});
        ASSERT_TRUE(index.add(vectors.view(600, 100)));
        const auto many = index.search_many(queries.view(), {.effort = Effort::exact()});
        ASSERT_TRUE(many) << many.failure().message;
        ASSERT_EQ((*many).size(), queries.count());
        for (std::size_t i = 0; i < queries.count(); ++i) {
            const auto one = index.search(queries[i], {.effort = Effort::exact()});
            EXPECT_EQ(rows_of((*many)[i]), rows_of(*one));
        }
        EXPECT_TRUE((*index.search_many({.dimension = 20})).empty());
    }
}

TEST(Index, SearchesBySeveralVectors) {
    const Vectors vectors = clustered(500, 16, 10);
    const Index index = built(vectors.view(), {.metric = Metric::kL2});
    std::vector<float> middle(16);
    for (std::size_t i = 0; i < 16; ++i) {
        middle[i] = (vectors[0][i] + vectors[1][i]) / 2;
    }
    EXPECT_EQ(rows_of(*index.search_mean(vectors.view(0, 2))), rows_of(*index.search(middle)));
    const std::vector<float> first_only = {1, 0};
    EXPECT_EQ(rows_of(*index.search_mean(vectors.view(0, 2), first_only)),
              rows_of(*index.search(vectors[0])));
    const auto any = index.search_any(vectors.view(0, 3), {.k = 8, .effort = Effort::exact()});
    std::vector<std::pair<double, Row>> wanted;
    for (Row row = 0; row < 500; ++row) {
        double nearest = HUGE_VAL;
        for (const std::size_t i : {0U, 1U, 2U}) {
            nearest = std::min(
                nearest, library::testing::distance_between(Metric::kL2, vectors[i], vectors[row]));
        }
        wanted.emplace_back(nearest, row);
    }
    std::ranges::sort(wanted);
    ASSERT_EQ(any->neighbors.size(), 8U);
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(any->neighbors[i].row, wanted[i].second);
    }
}

TEST(Index, UsesBorrowedRowsWhereTheyLie) {
    Vectors vectors = clustered(300, 4'096, 11);
    const Index index = built(vectors.view(), {.metric = Metric::kL1, .rows = Keep::kBorrow});
    EXPECT_EQ(rows_of(*index.search(vectors[17], {.k = 1})), std::vector<Row>{17});
    // Reads what lies there now; a copy would still have the old number.
    vectors.values[17 * 4'096] = 99;
    EXPECT_EQ((*index.row(17))[0], 99);
}

TEST(Index, RefusesWhatCannotWorkNamingValueAndBound) {
    const Vectors vectors = clustered(50, 8, 12);
    Index index = built(vectors.view());
    const auto expect = [](const auto& outcome, Failure::Kind kind, const std::string& words) {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.failure().kind, kind);
        EXPECT_NE(outcome.failure().message.find(words), std::string::npos)
            << outcome.failure().message;
    };
    const auto invalid = Failure::Kind::kInvalid;
    expect(index.search(vectors[0], {.k = 0}), invalid, "k = 0");
    expect(index.search(vectors[0].first(7)), invalid, "dimension 7; the index has 8");
    expect(index.search(vectors[0], {.effort = Effort::recall(1.5)}), invalid, "recall 1.5");
    expect(index.search(vectors[0], {.effort = Effort::recall(NAN)}), invalid, "recall nan");
    expect(index.search(vectors[0], {.effort = Effort::ef(0)}), invalid, "ef 0");
    std::vector<float> odd(16, 1.0F);
    odd[9] = NAN;
    const RowsView odd_rows{.values = odd.data(), .count = 2, .dimension = 8};
    expect(index.add(odd_rows), invalid, "row 1: component 1 is nan");
    expect(Index::build(odd_rows), invalid, "row 1: component 1 is nan");
    expect(index.search_many(odd_rows), invalid, "query 1: component 1 is nan");
    expect(Index::build({}), invalid, "dimension 0");
    expect(Index::build({.dimension = 16'001}), invalid, "dimension 16001");
    expect(Index::build(vectors.view(), {.recall = 0}), invalid, "recall = 0");
    const Row beyond[] = {50};
    expect(index.remove(beyond), invalid, "row 50");
    expect(index.row(50), invalid, "row 50");
    expect(index.search_any({.dimension = 8}), invalid, "0 vectors");
    expect(index.search_mean({.dimension = 8}), invalid, "");
    const Row last[] = {0xFFFF'FFFF};
    expect(RowSet::of_rows(last), invalid, "row 4294967295");
    EXPECT_EQ(index.stats().rows, 50U);
}

TEST(Index, RefusesToTakeMoreMemoryThanItMayAndStopsWhenAsked) {
    const Vectors vectors = clustered(3'000, 16, 13);
    const auto poor = Index::build(vectors.view(), {.memory_max = 1'000});
    ASSERT_FALSE(poor);
    EXPECT_EQ(poor.failure().kind, Failure::Kind::kExhausted);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = Index::build(vectors.view(), {.stop = stop.get_token()});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.failure().kind, Failure::Kind::kCancelled);
    const MemoryPlan plan = Index::plan(10'000'000, 1'280);
    EXPECT_EQ(plan.row_bytes, 51'200'000'000U);
    EXPECT_LT(plan.resident_bytes, 19'000'000'000U);
    EXPECT_GE(plan.build_bytes, plan.resident_bytes);
}

}  // namespace
}  // namespace sokkuri
