// Centroids against sums in long double, added up row by row and in parts.
#include "index/centroid.h"

#include "index/multi_vector_search.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace sokkuri::index {
namespace {

std::vector<std::vector<float>> random_rows(std::size_t count, std::size_t dimension) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0.5F, 2.0F);
    std::vector<std::vector<float>> rows(count, std::vector<float>(dimension));
    for (std::vector<float>& row : rows) {
        for (float& value : row)
            value = normal(random);
    }
    return rows;
}

std::vector<long double> expected(Metric metric, const std::vector<std::vector<float>>& rows) {
    std::vector<long double> sum(rows.front().size());
    for (const std::vector<float>& row : rows) {
        long double length = 0;
        for (const float value : row)
            length += static_cast<long double>(value) * static_cast<long double>(value);
        length = std::sqrt(length);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto value = static_cast<long double>(row[i]);
            sum[i] += metric == Metric::kCosine ? (length > 0 ? value / length : 0) : value;
        }
    }
    long double divisor = static_cast<long double>(rows.size());
    if (metric == Metric::kCosine) {
        divisor = 0;
        for (const long double component : sum)
            divisor += component * component;
        divisor = std::sqrt(divisor);
    }
    for (long double& component : sum)
        component /= divisor;
    return sum;
}

class Centroids : public ::testing::TestWithParam<Metric> {
 protected:
    CentroidSum sum(std::size_t dimension) const {
        return {GetParam(), dimension, *simd::chosen_kernels().value()};
    }
};

TEST_P(Centroids, AreMeansInTheSenseOfTheMetric) {
    for (const std::size_t dimension : {1U, 7U, 64U, 130U}) {
        const auto rows = random_rows(300, dimension);
        CentroidSum whole = sum(dimension);
        CentroidSum parts = sum(dimension);
        CentroidSum part = sum(dimension);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            whole.add(rows[i].data());
            part.add(rows[i].data());
            if (i % 37 != 0 && i + 1 != rows.size()) continue;
            parts.add(part);
            part.clear();
        }
        EXPECT_EQ(parts.count(), rows.size());
        const auto centroid = whole.centroid();
        const auto of_parts = parts.centroid();
        const auto truth = expected(GetParam(), rows);
        for (std::size_t i = 0; i < dimension; ++i) {
            EXPECT_NEAR(centroid[i], static_cast<float>(truth[i]), 1e-5);
            EXPECT_NEAR(of_parts[i], static_cast<float>(truth[i]), 1e-5);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Metrics, Centroids,
                         ::testing::Values(Metric::kCosine, Metric::kL2, Metric::kInnerProduct,
                                           Metric::kL1, Metric::kLinf));

TEST(CentroidSum, OfBytesHasEachBitAsMostRowsHaveIt) {
    const auto& kernels = *simd::chosen_kernels().value();
    std::mt19937 random(3);
    std::vector<float> rows(25 * 6);
    for (float& byte : rows)
        byte = static_cast<float>(random() % 256);
    CentroidSum sum(Metric::kHamming, 6, kernels);
    for (std::size_t i = 0; i < rows.size(); i += 6)
        sum.add(rows.data() + i);
    EXPECT_EQ(sum.centroid(), compose_query(Metric::kHamming, rows, {}, 6).value());
    CentroidSum undecided(Metric::kHamming, 1, kernels);
    const float bytes[] = {0b1100, 0b1010};
    undecided.add(&bytes[0]);
    undecided.add(&bytes[1]);
    EXPECT_EQ(undecided.centroid(), std::vector<float>{0b1000});
}

TEST(CentroidSum, OfDamagedBytesIsOfTheNearestOnes) {
    const std::array<float, 5> damaged{std::numeric_limits<float>::quiet_NaN(), -7.0F, 1e9F,
                                       std::numeric_limits<float>::infinity(), 3.0F};
    CentroidSum sum(Metric::kHamming, damaged.size(), simd::kScalarKernels);
    sum.add(damaged.data());
    EXPECT_EQ(sum.centroid(), (std::vector<float>{0, 0, 255, 255, 3}));
}

TEST(CentroidSum, OfDirectionsThatCancelIsZeroAndNotNoise) {
    CentroidSum sum(Metric::kCosine, 3, *simd::chosen_kernels().value());
    EXPECT_EQ(sum.centroid(), std::vector<float>(3));
    const std::vector<float> one = {0.1F, 0.7F, -3};
    const std::vector<float> other = {-0.2F, -1.4F, 6};
    const std::vector<float> nothing(3);
    sum.add(one.data());
    sum.add(nothing.data());
    const std::vector<float> alone = sum.centroid();
    EXPECT_NEAR(std::hypot(alone[0], alone[1], alone[2]), 1, 1e-6);
    sum.add(other.data());
    EXPECT_EQ(sum.centroid(), std::vector<float>(3));
}

}  // namespace
}  // namespace sokkuri::index
