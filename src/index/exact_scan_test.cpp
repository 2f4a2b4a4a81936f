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

std::vector<Neighbor> plain_scan(const ExactScan& scan, std::span<const float> rows) {
    const std::size_t dimension = scan.query.size();
    std::vector<Neighbor> all;
    for (Slot i = 0; i < rows.size() / dimension; ++i) {
        if (scan.left_out != nullptr && scan.left_out->test(i)) continue;
        all.push_back(
            {i, exact_distance(scan.metric, scan.query, rows.subspan(i * dimension, dimension))});
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

void expect_exact(std::size_t count, std::size_t dimension, std::mt19937& random) {
    ThreadPool threads(2);
    Bitmap left_out;
    for (Slot i = 0; i < count; i += 7) {
        left_out.set(i);
    }
    for (const Data& data : hard_data(count, dimension, random)) {
        const std::span<const float> rows(data.rows);
        for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
            for (const simd::Kernels* kernels : simd::runnable_kernels()) {
                const ExactScan scan{.metric = metric,
                                     .query = rows.subspan((count / 2) * dimension, dimension),
                                     .k = 1 + random() % 12,
                                     .left_out = random() % 2 == 0 ? nullptr : &left_out,
                                     .kernels = kernels,
                                     .threads = &threads};
                EXPECT_EQ(nearest_rows(scan, in_pieces(rows, dimension)), plain_scan(scan, rows))
                    << data.name << ", " << name_of(metric) << ", " << kernels->name
                    << ", dimension " << dimension << ", k " << scan.k;
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
        expect_exact(600, dimension, random);
    }
}

TEST(ExactScan, ManyRowsAndThreads) {
    std::mt19937 random(22);
    expect_exact(300'000 / 8, 64, random);
}

TEST(ExactScan, FewerRowsThanKGivesThemAll) {
    const std::vector<float> rows{1, 0, 0, 1};
    const ExactScan scan{
        .query = std::span(rows).first(2), .k = 10, .kernels = &simd::kScalarKernels};
    const RowsView view{rows, 0};
    EXPECT_EQ(nearest_rows(scan, {&view, 1}), (std::vector<Neighbor>{{0, 0.0}, {1, 1.0}}));
    EXPECT_TRUE(nearest_rows(scan, {}).empty());
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
