// Training must be the same for any number of threads, sound on data without enough of anything,
// and choose heads that suit the data.
#include "index/head_trainer.h"

#include "index/codes.h"
#include "index/dense_matrix.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

namespace sokkuri::index {
namespace {

struct Data {
    std::size_t dimension = 0;
    std::vector<float> values;

    RawRows rows() const { return RawRows::of_matrix(values, dimension); }
    std::vector<Slot> slots() const {
        std::vector<Slot> all(values.size() / dimension);
        std::iota(all.begin(), all.end(), Slot{0});
        return all;
    }
};

/// Normal components, the i-th of spread 1 / (1 + decay · i), mixed with their neighbors; in
/// `clusters` groups.
Data decaying_rows(std::size_t count, std::size_t dimension, float decay,
                   std::size_t clusters = 50) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    std::vector<float> centers(clusters * dimension);
    for (float& value : centers) {
        value = normal(random);
    }
    Data data{dimension, std::vector<float>(count * dimension)};
    for (std::size_t r = 0; r < count; ++r) {
        float* row = data.values.data() + r * dimension;
        const float* center = centers.data() + r % clusters * dimension;
        for (std::size_t c = 0; c < dimension; ++c) {
            row[c] = (center[c] + normal(random)) / (1 + decay * static_cast<float>(c));
        }
        for (std::size_t c = 1; c < dimension; ++c) {
            row[c] += 0.5F * row[c - 1];
        }
    }
    return data;
}

HeadModel train(const Data& data, std::optional<HeadLayout> layout = {}, std::size_t threads = 2,
                Metric metric = Metric::kL2) {
    const RawRows rows = data.rows();
    const std::vector<Slot> slots = data.slots();
    const L2Space space = L2Space::fit(metric, rows, slots);
    ThreadPool pool(threads);
    return train_head({.rows = rows,
                       .slots = slots,
                       .space = space,
                       .kernels = **simd::chosen_kernels(),
                       .threads = pool,
                       .layout = layout});
}

double orthogonality(const HeadModel& model) {
    double squared = 0;
    for (std::size_t a = 0; a < model.components; ++a) {
        for (std::size_t b = 0; b < model.components; ++b) {
            double dot = a == b ? -1 : 0;
            for (std::size_t i = 0; i < model.dimension; ++i) {
                dot += double{model.matrix[i * model.columns() + a]} *
                       double{model.matrix[i * model.columns() + b]};
            }
            squared += dot * dot;
        }
    }
    return std::sqrt(squared);
}

bool is_same(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(HeadTrainer, GivesTheSameBytesForAnyNumberOfThreads) {
    const Data data = decaying_rows(1'500, 300, 0.05F);
    const HeadModel one = train(data, {}, 1);
    for (const std::size_t threads : {2U, 3U}) {
        const HeadModel other = train(data, {}, threads);
        EXPECT_EQ(one.layout, other.layout);
        EXPECT_EQ(one.step, other.step);
        EXPECT_EQ(one.kappa, other.kappa);
        EXPECT_EQ(one.tail_slack, other.tail_slack);
        EXPECT_EQ(one.mean_error, other.mean_error);
        EXPECT_TRUE(is_same(one.mean, other.mean));
        EXPECT_TRUE(is_same(one.matrix, other.matrix));
        EXPECT_TRUE(is_same(one.offset, other.offset));
    }
}

TEST(HeadTrainer, IsSoundOnDataWithoutEnoughOfAnything) {
    const auto constant = [](std::size_t count, std::size_t dimension, float value) {
        return Data{dimension, std::vector<float>(count * dimension, value)};
    };
    const Data cases[] = {
        constant(1, 1, 1),          constant(1, 500, 0.5F),   constant(300, 40, 0),
        constant(300, 200, 3e-39F), decaying_rows(5, 700, 0), decaying_rows(80, 2'100, 0.01F),
        decaying_rows(400, 1, 0),   decaying_rows(400, 2, 0), decaying_rows(300, 130, 50, 3)};
    for (const Data& data : cases) {
        for (const std::optional<HeadLayout> layout :
             {std::optional<HeadLayout>(), std::optional(HeadLayout{4, 2}),
              std::optional(HeadLayout{8, 1})}) {
            SCOPED_TRACE(testing::Message() << data.slots().size() << " × " << data.dimension);
            const HeadModel model = train(data, layout);
            EXPECT_EQ(model.layout, layout.value_or(model.layout));
            EXPECT_EQ(model.components, std::min(model.layout.capacity(), data.dimension));
            EXPECT_GT(model.step, 0);
            EXPECT_TRUE(std::isfinite(model.step));
            EXPECT_LE(orthogonality(model), model.orthogonality + 1e-12);
            EXPECT_LT(model.orthogonality, 1e-4);
            EXPECT_GE(model.tail_slack, 0);
            EXPECT_LT(model.tail_slack, 0.1);
        }
    }
}

TEST(HeadTrainer, KeepsTheLeadingComponents) {
    // 20 directions carry nearly everything, in a random place.
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    const std::size_t dimension = 600;
    std::vector<float> directions(20 * dimension);
    for (float& value : directions) {
        value = normal(random);
    }
    Data data{dimension, std::vector<float>(2'000 * dimension)};
    for (std::size_t r = 0; r < 2'000; ++r) {
        float* row = data.values.data() + r * dimension;
        for (std::size_t n = 0; n < 20; ++n) {
            const float weight = normal(random);
            for (std::size_t c = 0; c < dimension; ++c) {
                row[c] += weight * directions[n * dimension + c];
            }
        }
        for (std::size_t c = 0; c < dimension; ++c) {
            row[c] += 0.01F * normal(random);
        }
    }
    const HeadModel model = train(data, HeadLayout{8, 1});
    EXPECT_LT(model.mean_tail, 1e-4);
    EXPECT_LT(model.mean_error, 1e-3);
}

TEST(HeadTrainer, ChoosesNarrowHeadsWhereTheyDo) {
    EXPECT_EQ(train(decaying_rows(2'000, 8, 0)).layout, (HeadLayout{8, 1}));
    EXPECT_EQ(train(decaying_rows(1'000, 300, 0.5F)).layout.lines, 1U);
    EXPECT_GE(train(decaying_rows(1'000, 300, 0, 1)).layout.row_bytes(), 128U);
}

TEST(HeadTrainer, NoticesDrift) {
    const Data data = decaying_rows(2'000, 200, 0.1F);
    const RawRows rows = data.rows();
    const L2Space space = L2Space::fit(Metric::kCosine, rows, data.slots());
    const HeadModel model = train(data, HeadLayout{4, 1}, 2, Metric::kCosine);
    const auto is_drift = [&](const Data& other) {
        RowEncoder encoder(space, model, **simd::chosen_kernels());
        std::vector<std::uint8_t> head(model.layout.row_bytes());
        HeadBounds bounds{};
        for (const Slot slot : other.slots()) {
            const float* raw[] = {other.rows()[slot]};
            const RowEncoder::Target target[] = {{head.data(), &bounds, nullptr}};
            encoder.encode(raw, target);
        }
        return has_drifted(model, encoder.mean_error(), encoder.mean_tail());
    };
    EXPECT_FALSE(is_drift(data));
    EXPECT_TRUE(is_drift(decaying_rows(500, 200, 0)));
}

TEST(DenseMatrix, RowsBecomeOrthonormalWhateverTheyWere) {
    ThreadPool pool(2);
    const MatrixTools tools{**simd::chosen_kernels(), pool};
    for (const std::size_t size : {1U, 3U, 50U}) {
        for (const std::size_t columns : {size, size + 1, std::size_t{70}}) {
            DenseMatrix zeros(size, columns);
            DenseMatrix equal = random_matrix(1, columns, 3);
            equal.rows = size;
            equal.values.resize(size * equal.stride);
            for (std::size_t r = 1; r < size; ++r) {
                std::copy_n(equal.row(0), columns, equal.row(r));
            }
            for (DenseMatrix basis : {zeros, equal, random_matrix(size, columns, 4)}) {
                orthonormalize(basis, 3, 1, tools);
                EXPECT_LT(orthogonality_of(basis, tools), 1e-5) << size << " × " << columns;
            }
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
