// What the codes promise: every bound holds, in float64, for data made to break it; codes do not
// depend on neighbors in the block; scores steer. The model here has any orthonormal basis: bounds
// may not rest on good training.
#include "index/codes.h"

#include "index/code_bounds.h"
#include "index/distance.h"
#include "index/head_projection.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <string>

namespace sokkuri::index {
namespace {

const simd::Kernels& kernels() {
    return **simd::chosen_kernels();
}

struct Data {
    std::string name;
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

std::vector<Data> hard_data(std::size_t count, std::size_t dimension, std::mt19937& random) {
    std::normal_distribution<float> normal;
    const auto filled = [&](std::string name, auto value_of) {
        Data data{std::move(name), dimension, std::vector<float>(count * dimension)};
        for (std::size_t i = 0; i < data.values.size(); ++i) {
            data.values[i] = value_of(i / dimension, i % dimension);
        }
        return data;
    };
    const Data base = filled("random", [&](auto, auto) { return normal(random); });
    const auto at = [&](std::size_t r, std::size_t c) { return base.values[r * dimension + c]; };
    return {
        base,
        filled("clustered", [&](auto r, auto c) { return at(r % 3, c) + 1e-6F * normal(random); }),
        filled("duplicated", [&](auto r, auto c) { return at(r % 5, c); }),
        filled("constant", [&](auto, auto) { return 0.25F; }),
        filled("huge", [&](auto r, auto c) { return 1e30F * at(r, c); }),
        filled("tiny", [&](auto r, auto c) { return 1e-41F * at(r, c); }),
        filled("of many lengths",
               [&](auto r, auto c) {
                   return std::pow(10.0F, static_cast<float>(r % 9) - 6) * at(r, c);
               }),
        filled("far from the origin", [&](auto r, auto c) { return 100.0F + at(r, c); }),
        filled("flat", [&](auto r, auto c) { return c < 3 ? at(r, c) : 0.0F; }),
    };
}

/// Any orthonormal basis, by Gram-Schmidt in float64; the rest plain measurements on the rows.
HeadModel any_model(const Data& data, const L2Space& space, const HeadLayout& layout) {
    HeadModel model{.layout = layout, .dimension = space.dimension(), .step = 1, .kappa = 0.5F};
    model.components = std::min({layout.capacity(), model.dimension, std::size_t{130}});
    model.mean.assign(model.dimension, 0);
    std::vector<float> row(model.dimension);
    std::vector<double> mean(model.dimension);
    for (const Slot slot : data.slots()) {
        if (!space.map_row(data.rows()[slot], row.data())) continue;
        for (std::size_t i = 0; i < row.size(); ++i) {
            mean[i] += row[i] / static_cast<double>(data.count());
        }
    }
    std::copy(mean.begin(), mean.end(), model.mean.begin());
    std::mt19937 random(17);
    std::normal_distribution<double> normal;
    std::vector<std::vector<double>> basis;
    while (basis.size() < model.components) {
        std::vector<double> next(model.dimension);
        std::generate(next.begin(), next.end(), [&] { return normal(random); });
        for (int round = 0; round < 2; ++round) {
            for (const auto& other : basis) {
                const double dot = std::inner_product(next.begin(), next.end(), other.begin(), 0.0);
                for (std::size_t i = 0; i < next.size(); ++i) {
                    next[i] -= dot * other[i];
                }
            }
        }
        const double norm =
            std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
        for (double& value : next) {
            value /= norm;
        }
        basis.push_back(std::move(next));
    }
    model.orthogonality = 1e-6 * static_cast<double>(model.components);
    model.matrix.assign(model.dimension * model.columns(), 0);
    model.offset.assign(model.columns(), 0);
    for (std::size_t c = 0; c < model.components; ++c) {
        for (std::size_t i = 0; i < model.dimension; ++i) {
            const auto value = static_cast<float>(basis[c][i]);
            model.matrix[i * model.columns() + c] = value;
            model.offset[c] += value * model.mean[i];
        }
    }
    model.step =
        (layout.bits == 4 ? 0.335F : 0.03F) / std::sqrt(static_cast<float>(model.dimension));
    model.tail_slack = 1e-2F;
    return model;
}

struct Codes {
    std::vector<std::uint8_t> heads;
    std::vector<HeadBounds> bounds;
    std::vector<std::uint8_t> full;
    std::vector<Slot> slots;  // of the rows that the space accepted
};

Codes encode_all(const Data& data, const L2Space& space, const HeadModel& model,
                 std::size_t block_rows) {
    Codes codes;
    std::vector<float> ignored(space.dimension());
    for (const Slot slot : data.slots()) {
        if (space.map_row(data.rows()[slot], ignored.data())) codes.slots.push_back(slot);
    }
    const std::size_t stride = full_code_stride(space.dimension());
    codes.heads.resize(codes.slots.size() * model.layout.row_bytes());
    codes.bounds.resize(codes.slots.size());
    codes.full.resize(codes.slots.size() * stride);
    RowEncoder encoder(space, model, kernels());
    for (std::size_t first = 0; first < codes.slots.size(); first += block_rows) {
        std::vector<const float*> raw;
        std::vector<RowEncoder::Target> targets;
        for (std::size_t i = first; i < std::min(codes.slots.size(), first + block_rows); ++i) {
            raw.push_back(data.rows()[codes.slots[i]]);
            targets.push_back({codes.heads.data() + i * model.layout.row_bytes(), &codes.bounds[i],
                               codes.full.data() + i * stride});
        }
        encoder.encode(raw, targets);
    }
    return codes;
}

std::int32_t head_dot(const HeadModel& model, const std::uint8_t* head,
                      const std::vector<std::int8_t>& query) {
    const simd::CodeRows row{.rows = head,
                             .stride = model.layout.row_bytes(),
                             .size = model.layout.row_bytes(),
                             .count = 1};
    std::int32_t dot = 0;
    (model.layout.bits == 4 ? kernels().dot_nibbles : kernels().dot_bytes)(row, query.data(), &dot);
    return dot;
}

/// The lower bound² of codes.h, by both planes or the first alone.
double lower_squared(const HeadModel& model, const HeadQuery& query, const std::uint8_t* head,
                     const HeadBounds& bounds, bool is_coarse) {
    const double coarse = head_dot(model, head, query.codes);
    const double fine = head_dot(model, head, query.fine);
    const double shift = 2.0 * model.step * model.center();
    const double squared = is_coarse ? query.coarse_norm_squared + shift * query.coarse_codes_sum +
                                           bounds.norm_squared + query.multiplier * coarse
                                     : query.norm_squared + shift * query.codes_sum +
                                           bounds.norm_squared +
                                           query.multiplier / 128.0 * (128 * coarse + fine);
    const double rounding = 1e-6 * (query.norm_squared + bounds.norm_squared +
                                    shift * std::abs(query.codes_sum) + 1e-30);
    const double error = is_coarse ? query.coarse_error : query.error;
    const double head_part =
        std::max(0.0, std::sqrt(std::max(0.0, squared - rounding)) - error - bounds.error);
    const double tail_part = double{query.tail} - bounds.tail;
    return head_part * head_part + tail_part * tail_part;
}

void expect_bounds_hold(const Data& data, const L2Space& space, const HeadModel& model) {
    const std::size_t dimension = space.dimension();
    const Codes codes = encode_all(data, space, model, 256);
    const QueryEncoder encoder(space, model, kernels());
    HeadQuery head;
    FullQuery full;
    std::vector<float> query(dimension);
    std::vector<float> row(dimension);
    for (Slot q = 0; q < 6; ++q) {
        if (!space.map_query(data.rows().row(q), query.data())) continue;
        encoder.encode_full(query, full);
        encoder.encode_head(query, head);
        for (std::size_t i = 0; i < codes.slots.size(); ++i) {
            ASSERT_TRUE(space.map_row(data.rows()[codes.slots[i]], row.data()));
            const double distance = exact_distance(Metric::kL2, query, row);
            const std::uint8_t* code = codes.full.data() + i * full_code_stride(dimension);
            FullMeta meta;
            std::memcpy(&meta, code + full_meta_at(dimension), sizeof meta);
            double dot = 0;
            for (std::size_t c = 0; c < dimension; ++c) {
                dot += code[c] * (full.codes[c] + full.fine[c] / 128.0);
            }
            const double squared = full.norm_squared + meta.norm_squared -
                                   2 * (meta.low * full.sum + meta.scale * full.step * dot);
            const double rounding =
                1e-6 * (full.norm_squared + meta.norm_squared + std::abs(meta.low * full.sum));
            const double low =
                std::sqrt(std::max(0.0, squared - rounding)) - full.error - meta.error;
            const double high =
                std::sqrt(std::max(0.0, squared + rounding)) + full.error + meta.error;
            ASSERT_LE(low, distance) << "full code of row " << i;
            ASSERT_GE(high, distance) << "full code of row " << i;

            const double reach = distance + head.tail_slack;
            const std::uint8_t* bytes = codes.heads.data() + i * model.layout.row_bytes();
            const std::int32_t head_dots = head_dot(model, bytes, head.codes);
            ASSERT_LE(HeadBound(model, head).coarse_lower(codes.bounds[i], head_dots), distance)
                << "head of row " << i;
            for (const bool is_coarse : {false, true}) {
                const double lower = lower_squared(model, head, bytes, codes.bounds[i], is_coarse);
                ASSERT_FALSE(lower > reach * reach * (1 + 1e-12)) << "head of row " << i;
            }
        }
    }
}

TEST(Codes, BoundEveryDistance) {
    std::mt19937 random(11);
    std::vector<std::size_t> dimensions(130);
    std::iota(dimensions.begin(), dimensions.end(), std::size_t{1});
    dimensions.push_back(512);
    dimensions.push_back(1280);
    const HeadLayout layouts[] = {{4, 1}, {4, 2}, {8, 1}, {8, 2}};
    const Metric metrics[] = {Metric::kCosine, Metric::kL2, Metric::kInnerProduct};
    std::size_t turn = 0;
    for (const std::size_t dimension : dimensions) {
        for (const Data& data : hard_data(24, dimension, random)) {
            const Metric metric = metrics[turn++ % 3];
            const HeadLayout layout = layouts[dimension % 4];
            SCOPED_TRACE(testing::Message() << data.name << ", dimension " << dimension << ", "
                                            << name_of(metric) << ", bits " << layout.bits);
            const L2Space space = L2Space::fit(metric, data.rows(), data.slots());
            expect_bounds_hold(data, space, any_model(data, space, layout));
            if (HasFatalFailure()) return;
        }
        ++turn;  // 9 kinds of data: the next dimension meets each with another metric
    }
}

TEST(Codes, DoNotDependOnTheBlock) {
    std::mt19937 random(12);
    const Data data = hard_data(300, 200, random)[0];
    const L2Space space = L2Space::fit(Metric::kCosine, data.rows(), data.slots());
    const HeadModel model = any_model(data, space, {4, 1});
    const Codes together = encode_all(data, space, model, 256);
    const Codes apart = encode_all(data, space, model, 7);
    EXPECT_EQ(together.heads, apart.heads);
    EXPECT_EQ(together.full, apart.full);
    EXPECT_EQ(0, std::memcmp(together.bounds.data(), apart.bounds.data(),
                             together.bounds.size() * sizeof(HeadBounds)));
}

/// With all components kept there is no tail: the score is D² but for rounding of codes.
TEST(Codes, ScoreAboutTheSquaredDistance) {
    std::mt19937 random(13);
    const Data data = hard_data(200, 50, random)[0];
    for (const HeadLayout layout : {HeadLayout{8, 1}, HeadLayout{4, 1}}) {
        const L2Space space = L2Space::fit(Metric::kL2, data.rows(), data.slots());
        const HeadModel model = any_model(data, space, layout);
        ASSERT_EQ(model.components, 50U);
        const Codes codes = encode_all(data, space, model, 64);
        const QueryEncoder encoder(space, model, kernels());
        FullQuery full;
        HeadQuery exact;
        HeadQuery fast;
        std::vector<float> query(50);
        std::vector<float> row(50);
        ASSERT_TRUE(space.map_query(data.rows().row(0), query.data()));
        encoder.encode_full(query, full);
        encoder.encode_head(query, exact);
        encoder.encode_head_fast(full, fast);
        for (std::size_t i = 1; i < codes.slots.size(); ++i) {
            ASSERT_TRUE(space.map_row(data.rows()[i], row.data()));
            const double distance = exact_distance(Metric::kL2, query, row);
            const std::uint8_t* head = codes.heads.data() + i * model.layout.row_bytes();
            float bias = 0;
            std::memcpy(&bias, head + model.layout.row_bytes() - 4, 4);
            for (const HeadQuery* each : {&exact, &fast}) {
                const double score = each->constant + bias +
                                     double{each->multiplier} * head_dot(model, head, each->codes);
                EXPECT_NEAR(score, distance * distance, layout.bits == 8 ? 0.03 : 0.3);
            }
        }
    }
}

TEST(Codes, AreTheSameForRankingAlone) {
    std::mt19937 random(14);
    const Data data = hard_data(40, 77, random)[0];
    const L2Space space = L2Space::fit(Metric::kCosine, data.rows(), data.slots());
    const HeadModel model = any_model(data, space, {4, 1});
    const QueryEncoder encoder(space, model, kernels());
    std::vector<float> query(77);
    for (Slot q = 0; q < 40; ++q) {
        ASSERT_TRUE(space.map_query(data.rows().row(q), query.data()));
        FullQuery whole;
        FullQuery fast;
        encoder.encode_full(query, whole);
        encoder.encode_full_fast(query, fast);
        EXPECT_EQ(whole.codes, fast.codes);
        EXPECT_EQ(whole.step, fast.step);
        EXPECT_EQ(whole.codes_sum, fast.codes_sum);
        EXPECT_NEAR(whole.sum, fast.sum, 1e-3);
        EXPECT_NEAR(whole.norm_squared, fast.norm_squared, 1e-4);
        EXPECT_LT(whole.error, whole.coarse_error);
    }
}

TEST(HeadLayout, LeavesTheBiasAlone) {
    for (const std::uint32_t bits : {4U, 8U}) {
        for (std::uint32_t lines = 1; lines <= 8; ++lines) {
            const HeadLayout layout{bits, lines};
            std::vector<bool> is_taken(layout.places());
            for (std::size_t i = 0; i < layout.capacity(); ++i) {
                const std::size_t place = layout.place_of(i);
                ASSERT_LT(place, layout.places());
                EXPECT_FALSE(is_taken[place]);
                is_taken[place] = true;
                const std::size_t byte = bits == 8 ? place : place / 128 * 64 + place % 64;
                EXPECT_LT(byte, layout.row_bytes() - 4);
            }
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
