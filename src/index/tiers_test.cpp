// Rows with a true value and a coarse one that is off by noise: are the k best among those that
// were measured, and were not all measured? Also where the smallest true values were taken away,
// so that the rows that look best are those with the largest noise.
#include "index/tiers.h"

#include "index/candidate_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace sokkuri::index {
namespace {

struct Measured {
    double recall = 0;
    double share = 0;  // of the rows that were measured
};

/// True values from 0 to 1 but for the first `cut` of them, `noise` in the coarse ones.
Measured measure(double cut, double noise, std::mt19937_64& random) {
    constexpr std::size_t kRows = 2'000;
    constexpr std::size_t kWanted = 10;
    std::uniform_real_distribution<float> value(static_cast<float>(cut), 1);
    std::normal_distribution<float> off(0.3F, static_cast<float>(noise));
    std::vector<float> fine(kRows);
    std::vector<std::uint64_t> keys;
    for (std::uint32_t row = 0; row < kRows; ++row) {
        fine[row] = value(random);
        keys.push_back(candidate_key(fine[row] - off(random), row));
    }
    const std::vector<float> measured =
        measure_enough({.keys = keys,
                        .sampled = 32,
                        .first = 40,
                        .k = kWanted,
                        .measure = [&](std::span<const std::uint64_t> some, std::span<float> out) {
                            std::ranges::transform(some, out.begin(), [&](std::uint64_t key) {
                                return fine[ordinal_of_key(key)];
                            });
                        }});
    for (std::size_t i = 0; i < measured.size(); ++i) {
        EXPECT_EQ(measured[i], fine[ordinal_of_key(keys[i])]);
    }
    std::ranges::sort(keys, {}, ordinal_of_key);
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
    EXPECT_EQ(keys.size(), kRows);
    std::ranges::sort(fine);
    const auto found =
        std::ranges::count_if(measured, [&](float one) { return one <= fine[kWanted - 1]; });
    return {static_cast<double>(found) / kWanted, static_cast<double>(measured.size()) / kRows};
}

Measured mean_of_many(double cut, double noise) {
    std::mt19937_64 random(20261122);
    Measured mean;
    constexpr int kTimes = 20;
    for (int time = 0; time < kTimes; ++time) {
        const Measured one = measure(cut, noise, random);
        mean.recall += one.recall / kTimes;
        mean.share += one.share / kTimes;
    }
    return mean;
}

TEST(Tiers, FindsTheBestBehindAnyNoise) {
    for (const double cut : {0.0, 0.5, 0.9, 0.99}) {
        for (const double noise : {0.0, 0.001, 0.02, 0.3}) {
            EXPECT_GE(mean_of_many(cut, noise).recall, 0.99) << cut << ", noise " << noise;
        }
    }
}

TEST(Tiers, MeasuresNoMoreThanTheNoiseAsksFor) {
    EXPECT_LE(mean_of_many(0, 0).share, 0.05);
    EXPECT_LE(mean_of_many(0, 0.02).share, 0.2);
    EXPECT_LE(mean_of_many(0.5, 0.01).share, 0.2);
}

TEST(Tiers, MeasuresAllWhereFewAreThere) {
    std::vector<std::uint64_t> keys{candidate_key(3, 0), candidate_key(1, 1), candidate_key(2, 2)};
    std::size_t calls = 0;
    const auto measured = measure_enough(
        {.keys = keys, .sampled = 8, .first = 1, .k = 10, .measure = [&](auto some, auto out) {
             calls += some.size();
             std::ranges::fill(out, 1.0F);
         }});
    EXPECT_EQ(measured.size(), 3U);
    EXPECT_EQ(calls, 3U);
    EXPECT_TRUE(measure_enough({.keys = {}, .measure = [](auto, auto) {}}).empty());
}

}  // namespace
}  // namespace sokkuri::index
