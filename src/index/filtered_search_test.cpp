// Filters against a float64 scan: never fewer than min(k, matches), never a row that does not pass,
// and the recall that was asked for, whatever the filter lets through and in every way of
// searching.
#include "index/filtered_search.h"

#include "index/approximate_search.h"
#include "index/testing/searched_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sokkuri::index {
namespace {

using namespace testing;

TEST(FilteredSearch, GivesAllThatPassUpToKAtEverySelectivity) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    Bitmap none;
    none.set(static_cast<Slot>(kRows + 100));  // no row of the segment
    Bitmap one;
    one.set(1234);
    std::vector<Bitmap> filters{none, one};
    for (const double share : {0.001, 0.01, 0.1, 0.5, 0.95}) {
        filters.push_back(random_bitmap(kRows, share, kSeed + 3));
    }
    for (const Bitmap& allowed : filters) {
        const SlotFilter filter{.allowed = &allowed, .allowed_count = allowed.count()};
        const PreparedFilter prepared(*corpus.segment, filter);
        for (const Effort effort : {Effort{}, Effort{.kind = Effort::Kind::kEf, .ef = 30},
                                    Effort{.kind = Effort::Kind::kExact}}) {
            for (const std::size_t k : {1UL, 10UL, 300UL, 2 * kRows}) {
                for (const PreparedFilter* known :
                     {static_cast<const PreparedFilter*>(nullptr), &prepared}) {
                    const SegmentQuery asked{.vector = query(k % 7),
                                             .k = k,
                                             .effort = effort,
                                             .filter = filter,
                                             .prepared = known};
                    EXPECT_EQ(flaw_of(corpus, asked, corpus.search(asked)), "");
                }
            }
        }
    }
}

/// Every way is held to what was asked, whatever the cost model would choose.
TEST(FilteredSearch, KeepsItsRecallUnderFiltersInEveryWay) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    for (const double share : {0.02, 0.1, 0.5}) {
        const Bitmap allowed = random_bitmap(kRows, share, kSeed + 4);
        const SlotFilter filter{.allowed = &allowed, .allowed_count = allowed.count()};
        for (const Way way : {Way::kGraph, Way::kPassingGraph, Way::kMatchingCodes}) {
            double sum = 0;
            std::size_t given_up = 0;
            for (std::size_t i = 0; i < 100; ++i) {
                const SegmentQuery asked{
                    .vector = query(i), .effort = {.recall = 0.95}, .filter = filter};
                SearchPlan plan = plan_search(*corpus.segment, corpus.rows, asked, 1);
                plan.way = way;
                plan.shape.ef = std::max<std::size_t>(plan.shape.ef, 20);
                const auto answer = search_approximately(*corpus.segment, corpus.rows, asked, plan);
                given_up += static_cast<std::size_t>(!answer);
                if (!answer) continue;
                EXPECT_EQ(flaw_of(corpus, asked, *answer), "");
                sum += recall_of(answer->neighbors, oracle(corpus, asked), 10);
            }
            EXPECT_LE(given_up, 20U) << share;
            EXPECT_GE(sum / static_cast<double>(100 - given_up), 0.94)
                << share << " way " << static_cast<int>(way);
        }
    }
}

/// What passes lies where the query is, away from it, somewhere else, or everywhere.
enum class Lies { kNear, kFar, kElsewhere, kAnywhere };

Bitmap lying(const Corpus& corpus, std::size_t i, Lies where, double share) {
    if (where == Lies::kAnywhere) return random_bitmap(kRows, share, kSeed + 20 + i);
    const auto center = where == Lies::kElsewhere
                            ? corpus.row(static_cast<Slot>((997 * i + 13) % kRows))
                            : query(i);
    const std::vector<Neighbor> all = oracle(corpus, {.vector = center, .k = kRows});
    const auto matches = static_cast<std::size_t>(share * static_cast<double>(kRows));
    const std::size_t first = where == Lies::kFar ? kRows - matches : 0;
    Bitmap bitmap;
    for (std::size_t r = first; r < first + matches; ++r)
        bitmap.set(all[r].slot);
    return bitmap;
}

TEST(FilteredSearch, KeepsItsRecallWhereverWhatPassesLies) {
    constexpr std::size_t kAsked = 25;
    for (const Metric metric : {Metric::kCosine, Metric::kL2}) {
        const Corpus& corpus = corpus_of(metric);
        for (const Lies where : {Lies::kNear, Lies::kFar, Lies::kElsewhere, Lies::kAnywhere}) {
            for (const double share : {0.01, 0.1, 0.3, 0.5}) {
                double sum = 0;
                for (std::size_t i = 0; i < kAsked; ++i) {
                    const Bitmap allowed = lying(corpus, i, where, share);
                    const SegmentQuery asked{
                        .vector = query(i),
                        .filter = {.allowed = &allowed, .allowed_count = allowed.count()}};
                    const SegmentAnswer answer = corpus.search(asked);
                    EXPECT_EQ(flaw_of(corpus, asked, answer), "");
                    sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
                }
                EXPECT_GE(sum / kAsked, 0.99)
                    << name_of(metric) << ", filter " << static_cast<int>(where) << ", " << share;
            }
        }
    }
}

TEST(FilteredSearch, NeverReturnsRowsThatAreLeftOut) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    for (const double share : {0.01, 0.3, 0.9}) {
        const Bitmap dead = random_bitmap(kRows, share, kSeed + 5);
        double sum = 0;
        for (std::size_t i = 0; i < 50; ++i) {
            const SegmentQuery asked{.vector = query(i), .filter = {.left_out = &dead}};
            const SegmentAnswer answer = corpus.search(asked);
            EXPECT_EQ(flaw_of(corpus, asked, answer), "");
            sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
        }
        EXPECT_GE(sum / 50, 0.98) << share;
    }
}

TEST(FilteredSearch, StaysWithinTheSlotsOfItsSegment) {
    std::vector<Slot> slots;
    for (Slot slot = 700; slot < 3000; slot += 2)
        slots.push_back(slot);
    const auto corpus = make_corpus(Metric::kCosine, clustered(4000, kSeed + 10), slots);
    for (const double share : {0.005, 0.2, 0.8}) {
        const Bitmap allowed = random_bitmap(4000, share, kSeed + 11);
        for (std::size_t i = 0; i < 10; ++i) {
            const SegmentQuery asked{
                .vector = query(i),
                .filter = {.allowed = &allowed, .allowed_count = allowed.count()}};
            EXPECT_EQ(flaw_of(*corpus, asked, corpus->search(asked)), "");
        }
    }
}

TEST(PreparedFilter, KnowsWhichNodesPass) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    const SegmentParts& parts = corpus.segment->parts();
    const Bitmap dead = random_bitmap(kRows, 0.2, kSeed + 13);
    for (const double share : {0.0, 0.01, 0.3, 1.0}) {
        const Bitmap allowed = random_bitmap(kRows, share, kSeed + 14);
        const SlotFilter filter{&dead, &allowed, allowed.count()};
        const PreparedFilter prepared(*corpus.segment, filter);
        std::vector<Ordinal> passing;
        std::size_t rows = 0;
        for (Ordinal ordinal = 0; ordinal < parts.nodes; ++ordinal) {
            const auto count = std::ranges::count_if(
                parts.slots_of(ordinal), [&](Slot slot) { return filter.passes(slot); });
            rows += static_cast<std::size_t>(count);
            if (count > 0) passing.push_back(ordinal);
            ASSERT_EQ(prepared.passes(ordinal), count > 0);
        }
        EXPECT_EQ(prepared.rows(), rows);
        EXPECT_TRUE(std::ranges::equal(prepared.ordinals(), passing));
    }
}

}  // namespace
}  // namespace sokkuri::index
