// Building segments: every row is in exactly one place, the bytes do not depend on threads, recall
// is what the calibration says.
#include "index/segment_builder.h"

#include "index/build_stages.h"
#include "index/calibration.h"
#include "index/exact_batch.h"
#include "index/segment_check.h"
#include "index/segment_search.h"
#include "index/testing/grown_rows.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace sokkuri::index {
namespace {

using testing::grow_rows;

const simd::Kernels& kernels() {
    return *simd::runnable_kernels().front();
}

struct Field {
    std::vector<float> values;
    std::size_t dimension = 0;
    Metric metric = Metric::kCosine;

    RawRows rows() const { return RawRows::of_matrix(values, dimension); }
    std::vector<Slot> slots() const {
        std::vector<Slot> all(values.size() / dimension);
        std::iota(all.begin(), all.end(), 0);
        return all;
    }
};

Result<SegmentImage> build(const Field& field, const BuildOptions& options = {},
                           std::size_t thread_count = 2) {
    ThreadPool threads(thread_count);
    const RawRows rows = field.rows();
    const std::vector<Slot> slots = field.slots();
    return build_segment({.metric = field.metric,
                          .rows = rows,
                          .slots = slots,
                          .kernels = kernels(),
                          .threads = threads},
                         options);
}

std::shared_ptr<const Segment> opened(const Result<SegmentImage>& image) {
    EXPECT_TRUE(image) << image.error().message();
    const auto segment = image->open(kernels());
    EXPECT_TRUE(segment) << segment.error().message();
    const Result<void> sound = check_contents((*segment)->parts());
    EXPECT_TRUE(sound) << sound.error().message();
    return *segment;
}

std::vector<Slot> all_slots(const SegmentParts& parts) {
    std::vector<Slot> slots(parts.postings.begin(), parts.postings.end());
    slots.insert(slots.end(), parts.loose.begin(), parts.loose.end());
    std::ranges::sort(slots);
    return slots;
}

/// Small enough for a test, with graph and calibration.
const BuildOptions kSmall = {.graph_nodes_min = 500, .calibration_queries = 300};

TEST(SegmentBuilder, GivesTheSameBytesForAnyNumberOfThreads) {
    const Field field = {grow_rows({.count = 3'000, .dimension = 40}), 40};
    const Result<SegmentImage> one = build(field, kSmall, 1);
    ASSERT_TRUE(one);
    for (const std::size_t threads : {2, 3}) {
        const Result<SegmentImage> other = build(field, kSmall, threads);
        ASSERT_TRUE(other);
        for (std::size_t i = 0; i < one->sections.size(); ++i) {
            EXPECT_TRUE(std::ranges::equal(one->sections[i].memory->bytes(),
                                           other->sections[i].memory->bytes()))
                << one->sections[i].name << ", " << threads << " threads";
        }
    }
}

TEST(SegmentBuilder, HoldsEveryRowOnceUnderEveryMetric) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        for (const std::size_t dimension : {1, 2, 40}) {
            const Field field = {grow_rows({.count = 700, .dimension = dimension}), dimension,
                                 metric};
            const auto segment = opened(build(field, kSmall));
            EXPECT_EQ(all_slots(segment->parts()), field.slots());
            EXPECT_EQ(segment->parts().space.metric, metric);
        }
    }
}

TEST(SegmentBuilder, LetsEqualRowsShareANode) {
    Field field = {grow_rows({.count = 1'500, .dimension = 24}), 24};
    for (std::size_t copy = 0; copy < 3; ++copy) {
        for (std::size_t i = 0; i < 400 * 24; ++i) {
            field.values.push_back(field.values[i]);
        }
    }
    const auto segment = opened(build(field, kSmall));
    EXPECT_EQ(segment->parts().nodes, 1'500);
    EXPECT_EQ(segment->rows(), 2'700);
    for (Ordinal node = 0; node < segment->parts().nodes; ++node) {
        const std::span<const Slot> slots = segment->parts().slots_of(node);
        EXPECT_EQ(slots.size(), slots[0] < 400 ? 4 : 1);
        for (std::size_t i = 1; i < slots.size(); ++i) {
            EXPECT_EQ(slots[i], 1'500 + slots[0] + 400 * (i - 1));
        }
    }
}

TEST(SegmentBuilder, KeepsRowsWithoutADirectionLoose) {
    Field field = {grow_rows({.count = 600, .dimension = 8}), 8};
    for (const std::size_t row : {7, 99, 599}) {
        std::fill_n(field.values.begin() + static_cast<std::ptrdiff_t>(row * 8), 8, 0.0F);
    }
    const auto segment = opened(build(field, kSmall));
    EXPECT_TRUE(std::ranges::equal(segment->parts().loose, std::vector<Slot>{7, 99, 599}));
    EXPECT_EQ(all_slots(segment->parts()), field.slots());
}

TEST(SegmentBuilder, MakesSegmentsOfNoneOneAndOnlyLooseRows) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        const Field none = {{}, 5, metric};
        EXPECT_EQ(opened(build(none))->rows(), 0);
        const Field one = {{1, 2, 3, 4, 5}, 5, metric};
        EXPECT_EQ(opened(build(one))->rows(), 1);
        const Field same = {std::vector<float>(4'000, 2.5F), 5, metric};
        EXPECT_EQ(opened(build(same, kSmall))->parts().nodes, 1);
        const Field zero = {std::vector<float>(4'000, 0.0F), 5, metric};
        EXPECT_EQ(opened(build(zero, kSmall))->rows(), 800);
    }
}

TEST(SegmentBuilder, MakesNoGraphOfFewRows) {
    const Field field = {grow_rows({.count = 400, .dimension = 12}), 12};
    const auto segment = opened(build(field, kSmall));
    EXPECT_FALSE(segment->parts().has_graph());
    EXPECT_TRUE(segment->parts().calibration.empty());
}

TEST(SegmentBuilder, RefusesWhatDoesNotFitInMemoryWithTheNumbers) {
    const Field field = {grow_rows({.count = 1'000, .dimension = 12}), 12};
    BuildOptions options = kSmall;
    options.memory_max = 10'000;
    const Result<SegmentImage> image = build(field, options);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code(), ErrorCode::kExhausted);
    EXPECT_NE(image.error().message().find("1,000 rows"), std::string::npos)
        << image.error().message();
}

TEST(SegmentBuilder, StopsAtEveryStageWhenAsked) {
    const Field field = {grow_rows({.count = 1'500, .dimension = 12}), 12};
    std::vector<std::string> stages;
    BuildOptions options = kSmall;
    options.progress = [&](double share, const char* stage) {
        EXPECT_TRUE(share >= 0 && share <= 1);
        stages.emplace_back(stage);
    };
    ASSERT_TRUE(build(field, options));
    EXPECT_EQ(stages.front(), "looking at rows");
    EXPECT_EQ(stages.back(), "done");
    for (std::size_t at = 0; at < stages.size(); ++at) {
        std::stop_source stop;
        std::size_t seen = 0;
        options.stop = stop.get_token();
        options.progress = [&](double /*share*/, const char* /*stage*/) {
            if (seen++ == at) stop.request_stop();
        };
        const Result<SegmentImage> image = build(field, options);
        ASSERT_FALSE(image) << stages[at];
        EXPECT_EQ(image.error().code(), ErrorCode::kCancelled) << stages[at];
        EXPECT_EQ(seen, at + 1);
    }
}

/// Share of the true k nearest that are found.
double recall_of(const Segment& segment, const Field& field, std::span<const float> queries,
                 const SegmentQuery& query) {
    ThreadPool threads(2);
    const RawRows rows = field.rows();
    const auto truth = exact_search_batch(segment, rows, queries, query, {}, &threads);
    const auto found = search_segment(segment, rows, queries, query, &threads);
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double limit = truth[i].neighbors[query.k - 1].distance;
        sum += static_cast<double>(std::ranges::count_if(
            found[i].neighbors,
            [&](const Neighbor& neighbor) { return neighbor.distance <= limit; }));
    }
    return sum / static_cast<double>(truth.size() * query.k);
}

TEST(SegmentBuilder, CalibratesWhatOtherQueriesFind) {
    const Field field = {
        grow_rows({.count = 8'000, .dimension = 48, .clusters = 30, .intrinsic_dimension = 14}),
        48};
    const auto segment = opened(build(field, {.calibration_queries = 1'000}));
    ASSERT_FALSE(segment->parts().calibration.empty());
    const std::vector<float> queries = grow_rows(
        {.count = 1'000, .dimension = 48, .clusters = 30, .intrinsic_dimension = 14, .seed = 2});
    for (const std::size_t k : {1, 10, 50}) {
        for (const double asked : {0.9, 0.95, 0.99}) {
            const std::optional<std::size_t> ef = ef_for(segment->parts(), k, asked);
            ASSERT_TRUE(ef);
            const double recall =
                recall_of(*segment, field, queries,
                          {.k = k, .effort = {.kind = Effort::Kind::kEf, .ef = *ef}});
            // 1000 queries on each side: two standard errors of the difference at recall .9.
            EXPECT_NEAR(recall, expected_recall(segment->parts(), k, *ef).value(), 0.015)
                << "k " << k << ", asked " << asked << ", ef " << *ef;
            EXPECT_GE(recall, asked - 0.01) << "k " << k << ", ef " << *ef;
        }
    }
}

TEST(SegmentBuilder, TrainsOnNoQueryOfItsCalibration) {
    // A model suits the rows that it was trained on better than any others.
    constexpr std::size_t kRows = 2'000;
    const Field field = {grow_rows({.count = kRows, .dimension = 48}), 48};
    Field other = field;
    const std::vector<float> strange =
        grow_rows({.count = kRows, .dimension = 48, .world_seed = 2});
    const std::vector<bool> is_query = choose_some(kRows, kRows / 10, BuildOptions().seed);
    for (std::size_t row = 0; row < kRows; ++row) {
        if (is_query[row]) std::copy_n(&strange[row * 48], 48, &other.values[row * 48]);
    }
    const auto segment = opened(build(field, kSmall));
    const auto same = opened(build(other, kSmall));
    EXPECT_TRUE(std::ranges::equal(segment->parts().model.matrix, same->parts().model.matrix));
    EXPECT_TRUE(std::ranges::equal(segment->parts().model.mean, same->parts().model.mean));
}

}  // namespace
}  // namespace sokkuri::index
