// No ball that a search passes over holds a row that it should have found: against distances to
// every row.
#include "index/balls.h"

#include "index/ball_search.h"
#include "index/exact_batch.h"
#include "index/exact_query.h"
#include "index/exact_search.h"
#include "index/node_set.h"
#include "index/survivor_check.h"
#include "index/testing/hand_made_segment.h"
#include "index/testing/plain_scan.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace sokkuri::index {
namespace {

using testing::plain_scan;

/// Some clusters, some of them dense, one of a single point, and rows of very different norms.
std::vector<float> uneven_rows(std::size_t count, std::size_t dimension, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<float> rows(count * dimension);
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t cluster = row * 9 / count;
        const float spread = std::array{0.0F, 1e-6F, 0.01F, 0.1F, 0.3F}[cluster % 5];
        const float size = cluster == 8 ? std::exp(normal(random)) : 1.0F;
        for (std::size_t i = 0; i < dimension; ++i) {
            rows[row * dimension + i] =
                size *
                (std::sin(static_cast<float>((cluster + 2) * (i + 3))) + spread * normal(random));
        }
        rows[row * dimension] += 1e-5F * static_cast<float>(row);  // no two are the same
    }
    return rows;
}

/// The least distance of a row in each ball.
std::vector<double> least_distances(const Segment& segment, const ExactQuery& query) {
    std::vector<double> least(segment.parts().balls(), 1e300);
    for (Ordinal node = 0; node < segment.parts().nodes; ++node) {
        double& distance = least[node / kBallNodes];
        distance = std::min(distance, query.distance_of(segment.parts().slots_of(node).front()));
    }
    return least;
}

TEST(Balls, AreNeverPassedOverWhileTheyHoldARowInReach) {
    std::mt19937 random(41);
    std::normal_distribution<float> normal;
    std::size_t passed_over = 0;
    std::size_t balls = 0;
    for (const std::size_t dimension : {1U, 3U, 17U, 64U, 130U, 300U}) {
        for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
            const std::vector<float> values = uneven_rows(700, dimension, random);
            const RawRows rows = RawRows::of_matrix(values, dimension);
            const auto tables = simd::runnable_kernels();
            const auto segment = testing::hand_made_segment(
                rows,
                {.metric = metric,
                 .layout = {.bits = random() % 2 == 0 ? 4U : 8U,
                            .lines = 1 + static_cast<std::uint32_t>(random() % 3)},
                 .seed = static_cast<std::uint32_t>(random()),
                 .is_in_order = random() % 4 != 0},
                *tables[random() % tables.size()]);
            const NodeSet nodes(*segment, {});
            for (int round = 0; round < 20; ++round) {
                const std::span<const float> like = rows.row(random() % rows.count());
                std::vector<float> vector(like.begin(), like.end());
                for (float& value : vector) {
                    value += (round % 2 == 0 ? 0.0F : 0.05F) * normal(random);
                }
                ExactQuery query(*segment, rows, {.vector = vector});
                const std::vector<double> least = least_distances(*segment, query);
                // From far to near: a bound can only be tightened.
                std::vector<std::size_t> order(least.size());
                for (std::size_t ball = 0; ball < order.size(); ++ball) {
                    order[ball] = ball;
                }
                std::ranges::sort(order, std::greater<>(),
                                  [&](std::size_t ball) { return least[ball]; });
                for (const std::size_t ball : order) {
                    query.tighten(least[ball]);
                    std::vector<PositionRun> runs;
                    runs_in_reach(query, nodes, {0, nodes.count()}, runs);
                    std::size_t in_reach = 0;
                    bool is_there = false;
                    for (const PositionRun& run : runs) {
                        is_there |= run.first <= ball * kBallNodes &&
                                    ball * kBallNodes < run.first + run.count;
                        in_reach += (run.count + kBallNodes - 1) / kBallNodes;
                    }
                    EXPECT_TRUE(is_there) << name_of(metric) << ", dimension " << dimension
                                          << ", ball " << ball << " at " << least[ball];
                    passed_over += least.size() - in_reach;
                    balls += least.size();
                }
            }
        }
    }
    EXPECT_GT(passed_over, balls / 10);  // or nothing has been shown
}

TEST(Balls, AreMostlyPassedOverByExactSearchAmongClusters) {
    std::mt19937 random(37);
    ThreadPool threads(2);
    constexpr std::size_t kDimension = 24;
    constexpr std::size_t kClusters = 50;
    constexpr std::size_t kCount = 10'000;
    std::normal_distribution<float> normal;
    std::vector<float> values(kCount * kDimension);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t cluster = i / kDimension * kClusters / kCount;
        const std::size_t column = i % kDimension;
        // The first component tells the cluster: by what they hold, rows of one lie together.
        const float noise = column == 0 ? 0.0F : 0.3F * normal(random);
        values[i] = 3 * std::sin(static_cast<float>((cluster + 1) * (column + 7))) + noise;
    }
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        for (const std::uint32_t bits : {4U, 8U}) {
            const auto segment = testing::hand_made_segment(
                rows, {.metric = metric, .layout = {.bits = bits}, .is_in_order = true},
                *simd::runnable_kernels().front());
            std::vector<float> queries;
            std::size_t scored = 0;
            std::size_t scored_by_batch = 0;
            constexpr std::size_t kQueries = 40;
            for (std::size_t q = 0; q < kQueries; ++q) {
                const std::span<const float> row = rows.row(random() % kCount);
                queries.insert(queries.end(), row.begin(), row.end());
            }
            const auto batch = exact_search_batch(*segment, rows, queries, {}, {}, &threads);
            for (std::size_t q = 0; q < kQueries; ++q) {
                const SegmentQuery query{
                    .vector = std::span(queries).subspan(q * kDimension, kDimension)};
                const std::vector<Neighbor> expected = plain_scan(metric, rows, query);
                const SegmentAnswer alone = exact_search(*segment, rows, query, {}, &threads);
                EXPECT_EQ(alone.neighbors, expected) << name_of(metric);
                EXPECT_EQ(batch[q].neighbors, expected) << name_of(metric);
                scored += alone.report.nodes_scored;
                scored_by_batch += batch[q].report.nodes_scored;
            }
            EXPECT_LT(scored, kQueries * kCount / 3) << name_of(metric) << ", bits " << bits;
            EXPECT_LT(scored_by_batch, kQueries * kCount / 3) << name_of(metric);
        }
    }
}

TEST(Balls, AreTheSameHoweverOftenTheyWereExtendedAndForAnyNumberOfThreads) {
    std::mt19937 random(43);
    const std::vector<float> values = uneven_rows(1'000, 40, random);
    const RawRows rows = RawRows::of_matrix(values, 40);
    const simd::Kernels& kernels = *simd::runnable_kernels().front();
    const auto segment = testing::hand_made_segment(rows, {}, kernels);
    ThreadPool one(1);
    ThreadPool two(2);
    Balls at_once;
    extend_balls(segment->parts(), kernels, one, at_once);
    Balls grown;
    for (const std::uint32_t nodes : {1U, 64U, 65U, 700U, 1'000U}) {
        SegmentParts parts = segment->parts();
        parts.nodes = nodes;
        extend_balls(parts, kernels, two, grown);
        EXPECT_EQ(grown.count(), (nodes + kBallNodes - 1) / kBallNodes);
    }
    EXPECT_EQ(grown.heads, at_once.heads);
    EXPECT_EQ(grown.norms, at_once.norms);
    EXPECT_EQ(grown.tails, at_once.tails);
    EXPECT_EQ(grown.radii, at_once.radii);
}

}  // namespace
}  // namespace sokkuri::index
