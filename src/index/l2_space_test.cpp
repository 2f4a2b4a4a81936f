// Every metric must become the Euclidean distance: measured distances against those between mapped
// vectors, over norms from the smallest float32 to the greatest.
#include "index/l2_space.h"

#include "index/distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace sokkuri::index {
namespace {

struct Matrix {
    std::size_t dimension = 0;
    std::vector<float> values;

    RawRows rows() const { return RawRows::of_matrix(values, dimension); }
    std::size_t count() const { return values.size() / dimension; }
    std::vector<Slot> slots() const {
        std::vector<Slot> all(count());
        std::iota(all.begin(), all.end(), Slot{0});
        return all;
    }
};

Matrix normal_rows(std::size_t count, std::size_t dimension, float scale, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Matrix matrix{dimension, std::vector<float>(count * dimension)};
    for (float& value : matrix.values) {
        value = scale * normal(random);
    }
    return matrix;
}

double distance_between(std::span<const float> a, std::span<const float> b) {
    return exact_distance(Metric::kL2, a, b);
}

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kL2, Metric::kInnerProduct};

TEST(L2Space, ReachesEveryRowThatIsAsNear) {
    for (const Metric metric : kMetrics) {
        for (const float scale : {1.0F, 1e-40F, 1e-6F, 1e30F}) {
            for (const std::size_t dimension : {1U, 3U, 64U, 1280U}) {
                SCOPED_TRACE(testing::Message()
                             << name_of(metric) << " " << scale << " " << dimension);
                const Matrix matrix = normal_rows(60, dimension, scale, 7);
                const RawRows rows = matrix.rows();
                const L2Space space = L2Space::fit(metric, rows, matrix.slots());
                std::vector<float> query(space.dimension());
                std::vector<float> row(space.dimension());
                for (Slot q = 0; q < 10; ++q) {
                    const auto norm = space.map_query(rows.row(q), query.data());
                    ASSERT_TRUE(norm.has_value());
                    for (Slot r = 0; r < rows.count(); ++r) {
                        ASSERT_TRUE(space.map_row(rows[r], row.data()));
                        const double distance = exact_distance(metric, rows.row(q), rows.row(r));
                        const double mapped = distance_between(query, row);
                        const double reach = space.reach_of(distance, *norm);
                        EXPECT_GE(reach, mapped);
                        EXPECT_LE(reach, mapped + 4 * kSpaceSlack * (mapped + 1) +
                                             (mapped < 0.01 ? 1e-5 / (mapped + 0.01) : 0.0));
                    }
                }
            }
        }
    }
}

TEST(L2Space, RefusesWhatFloat32CannotHold) {
    Matrix matrix = normal_rows(200, 8, 1, 3);
    for (std::size_t i = 0; i < 8; ++i) {
        matrix.values[i] = 0;
        matrix.values[8 + i] = 1e30F;
    }
    const RawRows rows = matrix.rows();
    std::vector<float> out(9, 42.0F);
    const L2Space cosine = L2Space::fit(Metric::kCosine, rows, matrix.slots());
    EXPECT_FALSE(cosine.map_row(rows[0], out.data()));
    EXPECT_EQ(out, std::vector<float>(9, 42.0F));
    EXPECT_TRUE(cosine.map_row(rows[1], out.data()));
    EXPECT_FALSE(cosine.map_query(rows.row(0), out.data()).has_value());
    for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
        const L2Space space = L2Space::fit(metric, rows, matrix.slots());
        EXPECT_TRUE(space.map_row(rows[0], out.data())) << name_of(metric);
        EXPECT_FALSE(space.map_row(rows[1], out.data())) << name_of(metric);
        EXPECT_EQ(space.map_query(rows.row(0), out.data()).has_value(), metric == Metric::kL2);
        EXPECT_EQ(space.map_query(rows.row(1), out.data()).has_value(), metric != Metric::kL2);
    }
}

TEST(L2Space, FitsRowsOfNoLengthAndNoRows) {
    const Matrix zeros{4, std::vector<float>(40, 0.0F)};
    std::vector<float> out(5, 42.0F);
    for (const Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
        const L2Space space = L2Space::fit(metric, zeros.rows(), zeros.slots());
        EXPECT_EQ(space.scale, 1);
        EXPECT_TRUE(space.map_row(zeros.values.data(), out.data()));
        EXPECT_EQ(out[0], 0);
    }
    for (const Metric metric : kMetrics) {
        EXPECT_EQ(L2Space::fit(metric, zeros.rows(), {}).scale, 1);
    }
}

TEST(L2Space, RanksInnerProductsByDistance) {
    const Matrix matrix = normal_rows(100, 16, 1, 5);
    const RawRows rows = matrix.rows();
    const L2Space space = L2Space::fit(Metric::kInnerProduct, rows, matrix.slots());
    std::vector<float> query(17);
    std::vector<float> row(17);
    ASSERT_TRUE(space.map_query(rows.row(3), query.data()));
    std::vector<std::pair<double, double>> pairs;
    for (Slot r = 0; r < rows.count(); ++r) {
        ASSERT_TRUE(space.map_row(rows[r], row.data()));
        pairs.emplace_back(exact_distance(Metric::kInnerProduct, rows.row(3), rows.row(r)),
                           distance_between(query, row));
    }
    std::sort(pairs.begin(), pairs.end());
    for (std::size_t i = 1; i < pairs.size(); ++i) {
        EXPECT_GE(pairs[i].second, pairs[i - 1].second - 1e-6);
    }
}

}  // namespace
}  // namespace sokkuri::index
