// Merging segments: exactly the rows that live, the graph of the largest kept where that pays,
// recall as that of a segment built afresh.
#include "index/calibration.h"
#include "index/exact_batch.h"
#include "index/segment_builder.h"
#include "index/segment_check.h"
#include "index/segment_search.h"
#include "index/testing/grown_rows.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace sokkuri::index {
namespace {

using testing::grow_rows;

constexpr std::size_t kDimension = 32;

const simd::Kernels& kernels() {
    return *simd::runnable_kernels().front();
}

std::vector<Slot> slots_between(Slot first, Slot end) {
    std::vector<Slot> slots;
    for (Slot slot = first; slot < end; ++slot) {
        slots.push_back(slot);
    }
    return slots;
}

/// A field under change: which slots are in which segment, which have died.
class MergeTest : public ::testing::Test {
 protected:
    MergeTest() : MergeTest(6'000) {}
    explicit MergeTest(std::size_t count)
        : values_(grow_rows({.count = count, .dimension = kDimension})),
          rows_(RawRows::of_matrix(values_, kDimension)) {}

    std::shared_ptr<const Segment> build(std::span<const Slot> slots) {
        return opened(build_segment(from(slots), options_));
    }
    Result<SegmentImage> merge(std::span<const Segment* const> segments,
                               std::span<const Slot> slots) {
        std::vector<MergeSource> sources;
        for (const Segment* segment : segments) {
            sources.push_back({segment, &dead_});
        }
        return merge_segments(sources, from(slots), options_);
    }
    std::shared_ptr<const Segment> opened(const Result<SegmentImage>& image) {
        EXPECT_TRUE(image) << image.error().message();
        const auto segment = image->open(kernels());
        EXPECT_TRUE(segment) << segment.error().message();
        const Result<void> sound = check_contents((*segment)->parts());
        EXPECT_TRUE(sound) << sound.error().message();
        return *segment;
    }
    /// Lets `count` of the slots below `end` die, at random.
    void kill(std::size_t count, Slot end) {
        std::mt19937 random(9);
        for (std::size_t killed = 0; killed < count;) {
            const Slot slot = static_cast<Slot>(random() % end);
            if (dead_.test(slot)) continue;
            dead_.set(slot);
            ++killed;
        }
    }
    std::vector<Slot> living(Slot end) const {
        std::vector<Slot> slots = slots_between(0, end);
        std::erase_if(slots, [&](Slot slot) { return dead_.test(slot); });
        return slots;
    }
    double recall_of(const Segment& segment, std::size_t ef) {
        const std::vector<float> queries =
            grow_rows({.count = 500, .dimension = kDimension, .seed = 77});
        const SegmentQuery query = {.k = 10, .effort = {.kind = Effort::Kind::kEf, .ef = ef}};
        const auto truth = exact_search_batch(segment, rows_, queries, query, {}, &threads_);
        const auto found = search_segment(segment, rows_, queries, query, &threads_);
        std::size_t hits = 0;
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const double limit = truth[i].neighbors[9].distance;
            for (const Neighbor& neighbor : found[i].neighbors) {
                EXPECT_FALSE(dead_.test(neighbor.slot));
                hits += neighbor.distance <= limit ? 1 : 0;
            }
        }
        return static_cast<double>(hits) / static_cast<double>(truth.size() * 10);
    }
    static std::vector<Slot> slots_of(const Segment& segment) {
        const SegmentParts& parts = segment.parts();
        std::vector<Slot> slots(parts.postings.begin(), parts.postings.end());
        slots.insert(slots.end(), parts.loose.begin(), parts.loose.end());
        std::ranges::sort(slots);
        return slots;
    }
    static bool has_model_of(const Segment& merged, const Segment& source) {
        return merged.parts().model.matrix == source.parts().model.matrix;
    }
    SegmentBuild from(std::span<const Slot> slots) {
        return {.metric = Metric::kCosine,
                .rows = rows_,
                .slots = slots,
                .kernels = kernels(),
                .threads = threads_};
    }

    std::vector<float> values_;
    RawRows rows_;
    Bitmap dead_;
    ThreadPool threads_{2};
    BuildOptions options_ = {.graph_nodes_min = 500, .calibration_queries = 300};
};

TEST_F(MergeTest, KeepsTheLargestGraphAndFindsAsMuchAsAFreshOne) {
    const auto large = build(slots_between(0, 4'500));
    const auto small = build(slots_between(4'500, 4'900));
    kill(1'000, 4'900);
    const auto merged =
        opened(merge(std::array{small.get(), large.get()}, slots_between(4'900, 5'500)));
    EXPECT_EQ(slots_of(*merged), living(5'500));
    EXPECT_TRUE(has_model_of(*merged, *large));
    EXPECT_FALSE(merged->parts().calibration.empty());
    const auto fresh = build(living(5'500));
    for (const std::size_t ef : {16, 32, 64}) {
        EXPECT_NEAR(recall_of(*merged, ef), recall_of(*fresh, ef), 0.005) << ef;
    }
}

TEST_F(MergeTest, FindsAsMuchAsAFreshOneAfterHalfIsDeletedAndMuchIsUpdated) {
    const auto before = build(slots_between(0, 4'500));
    kill(2'250 + 675, 4'500);  // half deleted, three in ten of the rest updated: new slots
    const auto merged = opened(merge(std::array{before.get()}, slots_between(4'500, 5'175)));
    EXPECT_EQ(slots_of(*merged), living(5'175));
    const auto fresh = build(living(5'175));
    for (const std::size_t ef : {16, 32, 64}) {
        EXPECT_NEAR(recall_of(*merged, ef), recall_of(*fresh, ef), 0.005) << ef;
    }
}

TEST_F(MergeTest, StaysGoodOverManyMerges) {
    auto merged = build(slots_between(0, 3'000));
    const auto first = merged;
    for (Slot end = 3'000; end < 6'000; end += 600) {
        kill(450, end);
        merged = opened(merge(std::array{merged.get()}, slots_between(end, end + 600)));
    }
    EXPECT_EQ(slots_of(*merged), living(6'000));
    EXPECT_TRUE(has_model_of(*merged, *first));
    const auto fresh = build(living(6'000));
    for (const std::size_t ef : {16, 32, 64}) {
        EXPECT_NEAR(recall_of(*merged, ef), recall_of(*fresh, ef), 0.005) << ef;
    }
}

TEST_F(MergeTest, GivesTheSameBytesForAnyNumberOfThreads) {
    const auto large = build(slots_between(0, 3'000));
    kill(500, 3'000);
    const std::vector<Slot> added = slots_between(3'000, 3'600);
    const std::vector<MergeSource> sources = {{large.get(), &dead_}};
    std::vector<SegmentImage> images;
    for (const std::size_t count : {1, 2, 3}) {
        ThreadPool threads(count);
        Result<SegmentImage> image = merge_segments(sources,
                                                    {.metric = Metric::kCosine,
                                                     .rows = rows_,
                                                     .slots = added,
                                                     .kernels = kernels(),
                                                     .threads = threads},
                                                    options_);
        ASSERT_TRUE(image);
        images.push_back(std::move(*image));
        for (std::size_t i = 0; i < images[0].sections.size(); ++i) {
            EXPECT_TRUE(std::ranges::equal(images[0].sections[i].memory->bytes(),
                                           images.back().sections[i].memory->bytes()))
                << images[0].sections[i].name << ", " << count << " threads";
        }
    }
}

TEST_F(MergeTest, LetsEqualRowsOfSeveralSegmentsShareANode) {
    for (std::size_t i = 0; i < 300; ++i) {  // slots 2500 … 2799 again as 10 … 309
        std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>((10 + i) * kDimension),
                    kDimension,
                    values_.begin() + static_cast<std::ptrdiff_t>((2'500 + i) * kDimension));
    }
    const auto large = build(slots_between(0, 2'500));
    kill(200, 2'500);
    const auto merged = opened(merge(std::array{large.get()}, slots_between(2'500, 3'000)));
    EXPECT_TRUE(has_model_of(*merged, *large));
    EXPECT_EQ(slots_of(*merged), living(3'000));
    std::set<Slot> together;
    for (Ordinal node = 0; node < merged->parts().nodes; ++node) {
        const std::span<const Slot> slots = merged->parts().slots_of(node);
        if (slots.size() < 2) continue;
        EXPECT_EQ(slots.size(), 2);
        EXPECT_EQ(slots[1], slots[0] + 2'490);
        together.insert(slots[0]);
    }
    for (Slot slot = 10; slot < 310; ++slot) {
        EXPECT_EQ(together.contains(slot), !dead_.test(slot)) << slot;
    }
}

/// The first rows lie in few dimensions, which a head holds; those that come in do not.
TEST_F(MergeTest, TrainsAnewWhenRowsHaveChangedTheirNature) {
    constexpr std::size_t kWide = 256;
    values_ = grow_rows({.count = 1'000, .dimension = kWide, .clusters = 8});
    const std::vector<float> other =
        grow_rows({.count = 400, .dimension = kWide, .clusters = 200, .world_seed = 5});
    values_.insert(values_.end(), other.begin(), other.end());
    rows_ = RawRows::of_matrix(values_, kWide);
    options_.layout = HeadLayout{.bits = 4, .lines = 1};
    const auto large = build(slots_between(0, 900));
    const auto same = opened(merge(std::array{large.get()}, slots_between(900, 1'000)));
    EXPECT_TRUE(has_model_of(*same, *large));
    const auto changed = opened(merge(std::array{large.get()}, slots_between(1'000, 1'400)));
    EXPECT_FALSE(has_model_of(*changed, *large));
    EXPECT_EQ(changed->rows(), 1'300);
}

TEST_F(MergeTest, JoinsSegmentsWithoutGraphsAndForgetsTheDead) {
    const auto one = build(slots_between(0, 300));
    const auto two = build(slots_between(300, 450));
    kill(100, 450);
    const auto few = opened(merge(std::array{one.get(), two.get()}, {}));
    EXPECT_FALSE(few->parts().has_graph());
    EXPECT_EQ(slots_of(*few), living(450));
    const auto many = opened(merge(std::array{one.get(), two.get()}, slots_between(450, 1'500)));
    EXPECT_TRUE(many->parts().has_graph());
    EXPECT_EQ(slots_of(*many), living(1'500));
    for (Slot slot = 0; slot < 450; ++slot) {
        dead_.set(slot);
    }
    EXPECT_EQ(opened(merge(std::array{one.get(), two.get()}, {}))->rows(), 0);
}

TEST_F(MergeTest, RefusesSegmentsThatDoNotBelong) {
    const auto segment = build(slots_between(0, 600));
    const std::vector<MergeSource> sources = {{segment.get(), nullptr}};
    SegmentBuild other = from({});
    other.metric = Metric::kL2;
    EXPECT_EQ(merge_segments(sources, other, options_).error().code(), ErrorCode::kInvalidArgument);
    const RawRows few = RawRows::of_matrix(std::span(values_).first(500 * kDimension), kDimension);
    const SegmentBuild cut_off = {.metric = Metric::kCosine,
                                  .rows = few,
                                  .slots = {},
                                  .kernels = kernels(),
                                  .threads = threads_};
    EXPECT_EQ(merge_segments(sources, cut_off, options_).error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace sokkuri::index
