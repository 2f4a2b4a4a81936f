// Exact search by codes against the plain thing: a float64 distance to every row, sorted. Over data
// made to be hard for bounds: clustered, duplicated, constant, huge, tiny and mixed norms, zero
// rows; every small dimension and those of models; filters, seeds, radii, threads; single and
// batch.
#include "index/exact_search.h"

#include "index/exact_batch.h"
#include "index/segment_builder.h"
#include "index/testing/hand_made_segment.h"
#include "index/testing/plain_scan.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <random>
#include <string>

namespace sokkuri::index {
namespace {

using testing::plain_scan;

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kL2, Metric::kInnerProduct};

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
    const auto at = [&](auto r, auto c) { return base[r * dimension + c]; };
    std::vector<float> norms(count);
    for (float& norm : norms) {
        norm = std::pow(10.0F, 7 * normal(random));
        norm = std::clamp(norm, 1e-30F, 1e30F);
    }
    return {
        {"random", base},
        {"features", filled([&](auto r, auto c) {
             return std::max(0.0F, at(r, c) + at(r % 17, c) + 0.3F * at(r % 5, 0));
         })},
        {"clustered",
         filled([&](auto r, auto c) { return at(r % 3, c) + 1e-6F * normal(random); })},
        {"duplicated", filled([&](auto r, auto c) { return at(r % 40, c); })},
        {"constant", filled([&](auto, auto) { return 0.25F; })},
        {"huge", filled([&](auto r, auto c) { return 1e30F * at(r, c); })},
        {"tiny", filled([&](auto r, auto c) { return 1e-30F * at(r, c); })},
        {"mixed norms", filled([&](auto r, auto c) { return norms[r] * at(r, c); })},
        {"near mixed norms",
         filled([&](auto r, auto c) { return std::pow(norms[r], 0.15F) * at(r, c); })},
        {"zero rows", filled([&](auto r, auto c) { return r % 3 == 0 ? 0.0F : at(r, c); })},
        {"few values", filled([&](auto r, auto c) { return std::round(1.5F * at(r, c)); })},
    };
}

/// Everything that can be chosen for a search, drawn.
class Draw {
 public:
    Draw(const RawRows& rows, std::mt19937& random) : rows_(rows), random_(random) {
        another_vector();
    }

    std::span<const float> another_vector() {
        std::normal_distribution<float> normal;
        const std::size_t dimension = rows_.dimension();
        const std::size_t like = random_() % rows_.count();
        vector_.assign(rows_[like], rows_[like] + dimension);
        const float amount = std::array{0.0F, 1e-4F, 0.1F, 1.0F, 100.0F}[random_() % 5];
        for (float& value : vector_) {
            value *= 1 + amount * normal(random_);
        }
        if (random_() % 20 == 0) vector_.assign(dimension, 0.0F);
        if (random_() % 10 == 0) {
            for (float& value : vector_) {
                value = -value;
            }
        }
        return vector_;
    }

    SegmentQuery query() {
        SegmentQuery query{.vector = vector_};
        query.k = std::array<std::size_t, 6>{1, 2, 5, 10, 50, rows_.count() + 3}[random_() % 6];
        if (random_() % 4 == 0) query.filter.left_out = &random_slots(0.1);
        const double share = std::array{0.002, 0.05, 0.3, 0.9}[random_() % 4];
        switch (random_() % 4) {
            case 0:
                query.filter.allowed = &random_slots(share);
                break;
            case 1:
                query.filter.allowed = &far_slots(share);
                break;
            default:
                break;
        }
        if (query.filter.allowed != nullptr) {
            query.filter.allowed_count = query.filter.allowed->count();
        }
        return query;
    }

    /// Some, all or none of what the answer will be.
    std::vector<Neighbor> seed(std::span<const Neighbor> expected) {
        std::vector<Neighbor> seed(expected.begin(), expected.end());
        switch (random_() % 3) {
            case 0:
                seed.clear();
                break;
            case 1:
                std::shuffle(seed.begin(), seed.end(), random_);
                seed.resize(seed.size() / 2);
                break;
            default:
                break;
        }
        return seed;
    }

 private:
    const Bitmap& random_slots(double share) {
        Bitmap& bitmap = bitmaps_.emplace_back();
        std::bernoulli_distribution coin(share);
        for (Slot slot = 0; slot < rows_.count(); ++slot) {
            if (coin(random_)) bitmap.set(slot);
        }
        return bitmap;
    }

    /// The farthest from the query: a filter that works against it.
    const Bitmap& far_slots(double share) {
        std::vector<Neighbor> all =
            plain_scan(Metric::kL2, rows_, {.vector = vector_, .k = rows_.count()});
        Bitmap& bitmap = bitmaps_.emplace_back();
        const auto count = static_cast<std::size_t>(share * static_cast<double>(all.size()));
        for (std::size_t i = all.size() - count; i < all.size(); ++i) {
            bitmap.set(all[i].slot);
        }
        return bitmap;
    }

    const RawRows& rows_;
    std::mt19937& random_;
    std::vector<float> vector_;
    std::deque<Bitmap> bitmaps_;
};

HeadLayout some_layout(std::mt19937& random) {
    return {.bits = random() % 2 == 0 ? 4U : 8U,
            .lines = 1 + static_cast<std::uint32_t>(random() % 3)};
}

void expect_exact(const Data& data, std::size_t dimension, Metric metric, std::mt19937& random) {
    static ThreadPool threads(2);
    const RawRows rows = RawRows::of_matrix(data.rows, dimension);
    const auto tables = simd::runnable_kernels();
    const simd::Kernels& kernels = *tables[random() % tables.size()];
    const auto segment = testing::hand_made_segment(rows,
                                                    {.metric = metric,
                                                     .layout = some_layout(random),
                                                     .seed = static_cast<std::uint32_t>(random()),
                                                     .is_in_order = random() % 2 == 0},
                                                    kernels);
    ASSERT_NE(segment, nullptr);
    for (int round = 0; round < 5; ++round) {
        Draw draw(rows, random);
        SegmentQuery query = draw.query();
        std::vector<Neighbor> expected = plain_scan(metric, rows, query);
        if (random() % 4 == 0 && !expected.empty()) {
            query.distance_max = expected[random() % expected.size()].distance;
            expected = plain_scan(metric, rows, query);
        }
        ThreadPool* pool = random() % 2 == 0 ? &threads : nullptr;
        const SegmentAnswer answer = exact_search(*segment, rows, query, draw.seed(expected), pool);
        EXPECT_EQ(answer.neighbors, expected)
            << data.name << ", " << name_of(metric) << ", dimension " << dimension << ", "
            << kernels.name << ", k " << query.k << ", round " << round;
    }
}

TEST(ExactSearch, IsAFloat64ScanAtEverySmallDimension) {
    std::mt19937 random(30);
    for (std::size_t dimension = 1; dimension <= 130; ++dimension) {
        for (const Data& data : hard_data(200 + random() % 100, dimension, random)) {
            expect_exact(data, dimension, kMetrics[random() % 3], random);
        }
    }
}

TEST(ExactSearch, IsAFloat64ScanAtTheDimensionsOfModels) {
    std::mt19937 random(31);
    for (const std::size_t dimension : {512U, 768U, 1280U, 2048U, 4096U}) {
        for (const Data& data : hard_data(80, dimension, random)) {
            expect_exact(data, dimension, kMetrics[random() % 3], random);
        }
    }
}

TEST(ExactSearch, IsAFloat64ScanOverManyBlocksAndThreads) {
    std::mt19937 random(32);
    for (const Data& data : hard_data(34'000, 12, random)) {
        if (random() % 2 == 0) continue;
        expect_exact(data, 12, kMetrics[random() % 3], random);
    }
}

TEST(ExactSearch, IsAFloat64ScanWithATrainedHeadAndDropsNearlyAllByCodes) {
    // Rows that vary mostly along few directions, as features do.
    std::mt19937 random(34);
    std::normal_distribution<float> normal;
    constexpr std::size_t kDimension = 96;
    constexpr std::size_t kDirections = 20;
    constexpr std::size_t kCount = 6'000;
    std::vector<float> directions(kDirections * kDimension);
    for (float& value : directions) {
        value = normal(random);
    }
    std::vector<float> values(kCount * kDimension);
    std::vector<Slot> slots(kCount);
    for (std::size_t row = 0; row < kCount; ++row) {
        slots[row] = static_cast<Slot>(row);
        float* out = values.data() + row * kDimension;
        for (std::size_t d = 0; d < kDirections; ++d) {
            const float amount = normal(random) / (1 + static_cast<float>(d));
            for (std::size_t i = 0; i < kDimension; ++i) {
                out[i] += amount * directions[d * kDimension + i];
            }
        }
        for (std::size_t i = 0; i < kDimension; ++i) {
            out[i] += 0.05F * normal(random);
        }
    }
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    ThreadPool threads(2);
    for (const Metric metric : kMetrics) {
        const simd::Kernels& kernels = *simd::runnable_kernels().front();
        const auto image = build_segment(
            {.metric = metric,
             .rows = rows,
             .slots = slots,
             .kernels = kernels,
             .threads = threads},
            {.graph_nodes_min = kCount + 1, .layout = HeadLayout{.bits = 4, .lines = 1}});
        ASSERT_TRUE(image) << image.error().message();
        const auto segment = image->open(kernels);
        ASSERT_TRUE(segment) << segment.error().message();
        std::size_t after_heads = 0;
        std::size_t decided = 0;
        for (int round = 0; round < 20; ++round) {
            const SegmentQuery query{.vector = rows.row(random() % kCount)};
            const std::vector<Neighbor> expected = plain_scan(metric, rows, query);
            const SegmentAnswer answer = exact_search(**segment, rows, query, {}, &threads);
            EXPECT_EQ(answer.neighbors, expected) << name_of(metric);
            after_heads += answer.report.after_heads;
            decided += answer.report.rows_decided;
        }
        EXPECT_LT(after_heads, 20 * kCount / 5) << name_of(metric);
        EXPECT_LT(decided, 20 * kCount / 50) << name_of(metric);
    }
}

TEST(ExactSearch, ReturnsEveryRowThatIsExactlyAsFarAsTheKth) {
    // Mirror images of the query in single axes: all at one distance, in nodes of their own.
    constexpr std::size_t kDimension = 40;
    std::vector<float> values(3 * kDimension * kDimension);
    for (std::size_t row = 0; row < 3 * kDimension; ++row) {
        values[row * kDimension + row % kDimension] = row < 2 * kDimension ? 1.0F : -1.0F;
    }
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    const std::vector<float> query(kDimension, 0.5F);
    for (const Metric metric : kMetrics) {
        const auto segment =
            testing::hand_made_segment(rows, {.metric = metric}, *simd::runnable_kernels().front());
        for (const std::size_t k : {1U, 10U, 80U, 81U, 120U}) {
            const SegmentAnswer answer =
                exact_search(*segment, rows, {.vector = query, .k = k}, {}, nullptr);
            EXPECT_EQ(answer.neighbors.size(), k <= 80 ? 80U : 120U) << name_of(metric);
            EXPECT_EQ(answer.neighbors, plain_scan(metric, rows, {.vector = query, .k = k}));
        }
    }
}

TEST(ExactSearch, EveryTableGivesTheSameAnswers) {
    std::mt19937 random(35);
    for (const std::size_t dimension : {3U, 50U, 130U}) {
        for (const Data& data : hard_data(400, dimension, random)) {
            const RawRows rows = RawRows::of_matrix(data.rows, dimension);
            const testing::HandMade how{.metric = kMetrics[random() % 3],
                                        .layout = some_layout(random)};
            Draw draw(rows, random);
            const SegmentQuery query = draw.query();
            const std::vector<Neighbor> expected = plain_scan(how.metric, rows, query);
            for (const simd::Kernels* kernels : simd::runnable_kernels()) {
                const auto segment = testing::hand_made_segment(rows, how, *kernels);
                EXPECT_EQ(exact_search(*segment, rows, query, {}, nullptr).neighbors, expected)
                    << kernels->name << ", " << data.name << ", dimension " << dimension;
            }
        }
    }
}

TEST(ExactSearch, OfManyQueriesAnswersLikeEachAlone) {
    std::mt19937 random(33);
    ThreadPool threads(2);
    constexpr std::size_t kDimension = 12;
    // Few nodes: queries are shared out; many: nodes are.
    for (const std::size_t count : {500U, 34'000U}) {
        for (const Data& data : hard_data(count, kDimension, random)) {
            if (count > 500 && random() % 3 != 0) continue;
            const RawRows rows = RawRows::of_matrix(data.rows, kDimension);
            const Metric metric = kMetrics[random() % 3];
            const auto segment =
                testing::hand_made_segment(rows,
                                           {.metric = metric,
                                            .layout = some_layout(random),
                                            .seed = static_cast<std::uint32_t>(random()),
                                            .is_in_order = random() % 2 == 0},
                                           *simd::runnable_kernels().front());
            Draw draw(rows, random);
            const SegmentQuery shared = draw.query();
            std::vector<float> queries;
            std::vector<std::vector<Neighbor>> expected;
            std::vector<std::vector<Neighbor>> seeds;
            for (int q = 0; q < 20; ++q) {
                const auto vector = draw.another_vector();
                queries.insert(queries.end(), vector.begin(), vector.end());
                SegmentQuery query = shared;
                query.vector = vector;
                expected.push_back(plain_scan(metric, rows, query));
                seeds.push_back(draw.seed(expected.back()));
            }
            if (random() % 2 == 0) seeds.clear();
            const auto answers = exact_search_batch(*segment, rows, queries, shared, seeds,
                                                    random() % 2 == 0 ? &threads : nullptr);
            ASSERT_EQ(answers.size(), expected.size());
            for (std::size_t q = 0; q < answers.size(); ++q) {
                EXPECT_EQ(answers[q].neighbors, expected[q])
                    << data.name << ", " << name_of(metric) << ", query " << q << ", k "
                    << shared.k;
            }
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
