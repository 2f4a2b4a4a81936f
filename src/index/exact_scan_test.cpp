// Exact search against the plain thing: a float64 distance to every row, sorted. Over data made to
// be hard for a float32 pass: clustered, duplicated, constant, huge and tiny norms, zero rows,
// every small dimension, all metrics and kernels.
#include "index/exact_scan.h"

#include "index/distance.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace sokkuri::index {
namespace {

struct Data {
    std::string name;
    std::vector<float> rows;
};

std::vector<Data> hard_data(std::size_t count, std::size_t dimension, std::mt19937& random) {
    std::normal_distribution<float> normal;
    const auto filled = [&](auto value_of) {
        std::vector<float> rows(count * dimension);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i] = value_of(i / dimension, i % dimension);
        }
        return rows;
    };
    const std::vector<float> base = filled([&](auto, auto) { return normal(random); });
    return {
        {"random", base},
        {"clustered", filled([&](auto r, auto c) {
             return base[(r % 3) * dimension + c] + 1e-6F * normal(random);
         })},
        {"duplicated", filled([&](auto r, auto c) { return base[(r % 5) * dimension + c]; })},
        {"constant", filled([&](auto, auto) { return 0.25F; })},
        {"huge", filled([&](auto r, auto c) { return 1e30F * base[r * dimension + c]; })},
        {"tiny", filled([&](auto r, auto c) { return 1e-41F * base[r * dimension + c]; })},
        {"zero rows",
         filled([&](auto r, auto c) { return r % 2 == 0 ? 0.0F : base[r * dimension + c]; })},
    };
}

/// What the answer must be: a float64 distance to every row that passes, sorted.
std::vector<Neighbor> plain_scan(const ExactScan& scan, std::span<const float> rows) {
    const std::size_t dimension = scan.query.size();
    const SlotFilter filter{.left_out = scan.left_out, .allowed = scan.allowed};
    const Decider decide(scan.metric, scan.query, *simd::runnable_kernels().front());
    std::vector<Neighbor> all;
    for (Slot i = 0; i < rows.size() / dimension; ++i) {
        if (!filter.passes(i)) continue;
        const double distance = decide(rows.data() + i * dimension);
        if (distance <= scan.distance_max) all.push_back({i, distance});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Neighbor& a, const Neighbor& b) { return a.distance < b.distance; });
    std::size_t kept = std::min(scan.k, all.size());
    while (kept > 0 && kept < all.size() && all[kept].distance == all[kept - 1].distance) {
        ++kept;
    }
    all.resize(kept);
    return all;
}

/// The rows as they come from chunk files: cut at odd places.
std::vector<RowsView> in_pieces(std::span<const float> rows, std::size_t dimension) {
    const std::size_t count = rows.size() / dimension;
    const std::size_t first = count / 3;
    return {{rows.subspan(0, first * dimension), 0},
            {rows.subspan(first * dimension), static_cast<Slot>(first)}};
}

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kL2,   Metric::kInnerProduct,
                               Metric::kL1,     Metric::kLinf, Metric::kHamming};

void expect_exact(std::size_t count, std::size_t dimension, std::mt19937& random) {
    ThreadPool threads(2);
    Bitmap left_out;
    Bitmap allowed;
    std::vector<Slot> listed;
    for (Slot i = 0; i < count; ++i) {
        if (i % 7 == 0) left_out.set(i);
        if (i % 200 < 90) allowed.set(i);
        listed.push_back(i);
    }
    for (const Data& data : hard_data(count, dimension, random)) {
        const std::span<const float> rows(data.rows);
        const auto pieces = in_pieces(rows, dimension);
        const RawRows raw = RawRows::of_matrix(rows, dimension);
        for (const Metric metric : kMetrics) {
            for (const simd::Kernels* kernels : simd::runnable_kernels()) {
                ExactScan scan{.metric = metric,
                               .query = rows.subspan((count / 2) * dimension, dimension),
                               .k = 1 + random() % 12,
                               .left_out = random() % 2 == 0 ? nullptr : &left_out,
                               .allowed = random() % 2 == 0 ? nullptr : &allowed,
                               .kernels = kernels,
                               .threads = &threads};
                const std::vector<Neighbor> expected = plain_scan(scan, rows);
                const std::string about =
                    data.name + ", " + std::string(name_of(metric)) + ", " + kernels->name +
                    ", dimension " + std::to_string(dimension) + ", k " + std::to_string(scan.k);
                EXPECT_EQ(nearest_rows(scan, pieces), expected) << about;
                EXPECT_EQ(nearest_rows(scan, raw, listed), expected) << about;
                scan.distance_max = expected[expected.size() / 2].distance;
                EXPECT_EQ(nearest_rows(scan, pieces), plain_scan(scan, rows)) << about;
            }
        }
    }
}

TEST(ExactScan, IsAFloat64ScanAtEverySmallDimension) {
    std::mt19937 random(20);
    for (std::size_t dimension = 1; dimension <= 130; ++dimension) {
        expect_exact(60, dimension, random);
    }
}

TEST(ExactScan, IsAFloat64ScanAtTheDimensionsOfModels) {
    std::mt19937 random(21);
    for (const std::size_t dimension : {512U, 768U, 1280U, 2048U, 4096U}) {
        expect_exact(300, dimension, random);
    }
}

TEST(ExactScan, ManyRowsAndThreads) {
    std::mt19937 random(22);
    expect_exact(12'000, 48, random);
}

TEST(ExactScan, FewerRowsThanKGivesThemAll) {
    const std::vector<float> rows{1, 0, 0, 1};
    const ExactScan scan{
        .query = std::span(rows).first(2), .k = 10, .kernels = &simd::kScalarKernels};
    const RowsView view{rows, 0};
    EXPECT_EQ(nearest_rows(scan, {&view, 1}), (std::vector<Neighbor>{{0, 0.0}, {1, 1.0}}));
    EXPECT_TRUE(nearest_rows(scan, {}).empty());
}

TEST(ExactScan, ManyQueriesAtOnceAnswerLikeEachAlone) {
    std::mt19937 random(24);
    ThreadPool threads(2);
    constexpr std::size_t kDimension = 48;
    for (const Data& data : hard_data(700, kDimension, random)) {
        const std::span<const float> rows(data.rows);
        const auto pieces = in_pieces(rows, kDimension);
        const auto queries = rows.first(300 * kDimension);
        for (const Metric metric : kMetrics) {
            ExactScan scan{.metric = metric,
                           .k = 5,
                           .kernels = simd::runnable_kernels().front(),
                           .threads = &threads};
            const auto answers = nearest_rows_of_each(scan, queries, kDimension, pieces);
            ASSERT_EQ(answers.size(), 300U);
            for (std::size_t q = 0; q < answers.size(); q += 13) {
                scan.query = queries.subspan(q * kDimension, kDimension);
                EXPECT_EQ(answers[q], plain_scan(scan, rows))
                    << data.name << ", " << name_of(metric) << ", query " << q;
            }
        }
    }
}

TEST(ExactScan, SlotsThatLieBeyondTheRowsArePassedOver) {
    const std::vector<float> rows{1, 0, 0, 1};
    const ExactScan scan{
        .query = std::span(rows).first(2), .k = 10, .kernels = &simd::kScalarKernels};
    const std::vector<Slot> slots{1, 2, 4'000'000'000};
    EXPECT_EQ(nearest_rows(scan, RawRows::of_matrix(rows, 2), slots),
              (std::vector<Neighbor>{{1, 1.0}}));
}

TEST(ExactDistance, IsTheSameWithEveryTable) {
    std::mt19937 random(25);
    for (const std::size_t dimension : {1U, 7U, 16U, 33U, 130U, 1280U}) {
        for (const Data& data : hard_data(20, dimension, random)) {
            const std::span<const float> rows(data.rows);
            const auto query = rows.first(dimension);
            for (const simd::Kernels* kernels : simd::runnable_kernels()) {
                for (const Metric metric : kMetrics) {
                    const Decider decide(metric, query, *kernels);
                    for (std::size_t i = 0; i < 20; ++i) {
                        const auto row = rows.subspan(i * dimension, dimension);
                        EXPECT_EQ(decide(row.data()), exact_distance(metric, query, row))
                            << kernels->name << ", " << data.name << ", " << name_of(metric);
                    }
                }
            }
        }
    }
}

TEST(ExactDistance, OfAVectorToItselfIsExactlyZero) {
    std::mt19937 random(23);
    std::normal_distribution<float> normal;
    for (int round = 0; round < 1000; ++round) {
        std::vector<float> row(1 + random() % 300);
        for (float& value : row) {
            value = normal(random);
        }
        EXPECT_EQ(exact_distance(Metric::kCosine, row, row), 0);
        EXPECT_EQ(exact_distance(Metric::kL2, row, row), 0);
    }
}

TEST(ExactDistance, AZeroVectorIsAtOneFromEverything) {
    const std::vector<float> zero{0, 0, 0};
    const std::vector<float> row{1, 2, 3};
    EXPECT_EQ(exact_distance(Metric::kCosine, zero, row), 1);
    EXPECT_EQ(exact_distance(Metric::kCosine, zero, zero), 1);
}

}  // namespace
}  // namespace sokkuri::index
