// A segment that grows against a float64 scan: after every step each view, the old ones too, finds
// exactly what a sort of all distances to its rows finds. Over rows that share components, rows
// that no code can stand for, and rows unlike those that came first.
#include "index/growing_segment.h"

#include "index/distance.h"
#include "index/segment_search.h"
#include "index/testing/grown_rows.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace sokkuri::index {
namespace {

constexpr std::size_t kRows = 1'500;
constexpr std::size_t kDimension = 40;
constexpr std::size_t kStep = 250;

const simd::Kernels& kernels() {
    return *simd::chosen_kernels().value();
}

/// Clusters; every fifth row is a copy of an earlier one, every ninth zero.
std::vector<float> some_rows() {
    std::vector<float> rows =
        testing::grow_rows({.count = kRows, .dimension = kDimension, .clusters = 12});
    std::mt19937 random(3);
    for (std::size_t row = 1; row < kRows; ++row) {
        float* const place = rows.data() + row * kDimension;
        const std::size_t earlier = random() % row;
        if (row % 5 == 0) std::copy_n(rows.data() + earlier * kDimension, kDimension, place);
        if (row % 9 == 0) std::fill_n(place, kDimension, 0.0F);
    }
    return rows;
}

std::vector<Slot> run_of(std::size_t first, std::size_t end) {
    std::vector<Slot> slots(end - first);
    std::iota(slots.begin(), slots.end(), static_cast<Slot>(first));
    return slots;
}

std::vector<Neighbor> scan(Metric metric, const RawRows& rows, const SegmentQuery& query,
                           std::size_t end) {
    const Decider decide(metric, query.vector, kernels());
    std::vector<Neighbor> all;
    for (Slot slot = 0; slot < end; ++slot) {
        if (query.filter.passes(slot)) all.push_back({slot, decide(rows[slot])});
    }
    keep_nearest(all, query.k, query.distance_max);
    return all;
}

struct View {
    std::shared_ptr<const Segment> segment;
    std::size_t rows = 0;
};

/// That of `like` where the rows go with it.
RunCoding coding_for(const SegmentBuild& build, const Segment* like) {
    if (like != nullptr) {
        const RunCoding known{like->parts().space, like->parts().model};
        if (goes_with(known, build, {})) return known;
    }
    return train_run_coding(build, {});
}

/// Grown in steps over all rows.
std::vector<View> grow(Metric metric, const RawRows& rows, const Segment* like,
                       ThreadPool& threads) {
    std::vector<View> views;
    std::unique_ptr<GrowingSegment> growing;
    for (std::size_t end = kStep; end <= rows.count(); end += kStep) {
        const std::vector<Slot> slots = run_of(end - kStep, end);
        const SegmentBuild build{.metric = metric,
                                 .rows = rows,
                                 .slots = slots,
                                 .kernels = kernels(),
                                 .threads = threads};
        if (growing == nullptr) {
            growing =
                std::move(GrowingSegment::create(coding_for(build, like), rows.count()).value());
        }
        EXPECT_TRUE(growing->add(build, {}));
        EXPECT_EQ(growing->room(), rows.count() - end);
        views.push_back({growing->view(kernels()).value(), end});
    }
    return views;
}

void expect_exact(Metric metric, const RawRows& rows, const std::vector<View>& views,
                  ThreadPool& threads) {
    std::mt19937 random(11);
    std::normal_distribution<float> noise(0, 0.2F);
    for (const View& view : views) {
        EXPECT_EQ(view.segment->rows(), view.rows);
        EXPECT_FALSE(view.segment->parts().has_graph());
        for (int i = 0; i < 12; ++i) {
            const float* const like = rows[random() % rows.count()];
            std::vector<float> vector(like, like + kDimension);
            for (float& value : vector)
                value += noise(random);
            Bitmap some;
            for (Slot slot = 0; slot < rows.count(); ++slot) {
                if (random() % 3 == 0) some.set(slot);
            }
            SegmentQuery query{.vector = vector, .k = 1 + random() % 20};
            if (i % 3 == 1) query.filter.left_out = &some;
            if (i % 3 == 2) query.filter = {.allowed = &some, .allowed_count = some.count()};
            const std::vector<Neighbor> truth = scan(metric, rows, query, view.rows);
            SegmentAnswer answer = search_segment(*view.segment, rows, query, &threads);
            EXPECT_EQ(answer.neighbors, truth);
            EXPECT_EQ(answer.report.recall_expected, 1.0);
            if (truth.empty()) continue;
            query.distance_max = truth[truth.size() / 2].distance;
            answer = search_segment(*view.segment, rows, query, &threads);
            EXPECT_EQ(answer.neighbors, scan(metric, rows, query, view.rows)) << "within a radius";
        }
    }
}

TEST(GrowingSegment, EveryViewFindsWhatAScanOfItsRowsFinds) {
    const std::vector<float> values = some_rows();
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    ThreadPool threads(2);
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        SCOPED_TRACE(name_of(metric));
        const std::vector<View> views = grow(metric, rows, nullptr, threads);
        expect_exact(metric, rows, views, threads);
        // Views keep what they need, whatever becomes of the one that made them.
        const std::vector<View> like_the_last =
            grow(metric, rows, views.back().segment.get(), threads);
        EXPECT_EQ(like_the_last.front().segment->parts().model.matrix,
                  views.back().segment->parts().model.matrix)
            << "the same rows go with the model that they were coded by";
        expect_exact(metric, rows, like_the_last, threads);
    }
}

TEST(GrowingSegment, RowsUnlikeTheOthersGetAModelOfTheirOwn) {
    const std::vector<float> values = some_rows();
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    std::vector<float> strange = values;
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (float& value : strange)
        value = 1'000 + 30 * normal(random);
    const RawRows strange_rows = RawRows::of_matrix(strange, kDimension);
    ThreadPool threads(1);
    const std::vector<View> usual = grow(Metric::kInnerProduct, rows, nullptr, threads);
    const std::vector<View> views =
        grow(Metric::kInnerProduct, strange_rows, usual.back().segment.get(), threads);
    EXPECT_NE(views.front().segment->parts().model.matrix,
              usual.back().segment->parts().model.matrix);
    EXPECT_LT(views.front().segment->parts().loose.size(), kStep / 10);
    expect_exact(Metric::kInnerProduct, strange_rows, views, threads);
}

TEST(GrowingSegment, TheSameBytesForAnyNumberOfThreads) {
    const std::vector<float> values = some_rows();
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    ThreadPool one(1);
    ThreadPool three(3);
    const auto a = grow(Metric::kCosine, rows, nullptr, one).back().segment;
    const auto b = grow(Metric::kCosine, rows, nullptr, three).back().segment;
    const auto same = [](const auto& left, const auto& right) {
        return std::ranges::equal(left, right);
    };
    EXPECT_TRUE(same(a->parts().heads, b->parts().heads));
    EXPECT_TRUE(same(a->parts().full, b->parts().full));
    EXPECT_TRUE(same(a->parts().head_errors, b->parts().head_errors));
    EXPECT_TRUE(same(a->parts().postings, b->parts().postings));
    EXPECT_TRUE(same(a->parts().loose, b->parts().loose));
}

TEST(GrowingSegment, StopsWhenAsked) {
    const std::vector<float> values = some_rows();
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    const std::vector<Slot> slots = run_of(0, kStep);
    ThreadPool threads(1);
    const SegmentBuild build{.metric = Metric::kL2,
                             .rows = rows,
                             .slots = slots,
                             .kernels = kernels(),
                             .threads = threads};
    const auto growing =
        std::move(GrowingSegment::create(train_run_coding(build, {}), kStep).value());
    std::stop_source stop;
    stop.request_stop();
    const auto added = growing->add(build, {.stop = stop.get_token()});
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace sokkuri::index
