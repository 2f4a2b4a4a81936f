// Search of segments against a float64 scan: what must hold exactly (counts, filters, order,
// distances) holds for every way of searching; recall is held against what was asked. Data: rows
// that few numbers describe, in clusters, as features of pictures are; 64 dimensions.
#include "index/segment_search.h"

#include "index/approximate_search.h"
#include "index/distance.h"
#include "index/multi_vector_search.h"
#include "index/segment_builder.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

namespace sokkuri::index {
namespace {

constexpr std::uint64_t kSeed = 20261121;
constexpr std::size_t kDimension = 64;
constexpr std::size_t kRows = 4000;
constexpr std::size_t kLatent = 12;
constexpr std::size_t kClusters = 20;

const simd::Kernels& kernels() {
    return **simd::chosen_kernels();
}

ThreadPool& pool() {
    static ThreadPool threads(2);
    return threads;
}

std::vector<float> clustered(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 fixed(kSeed);
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> directions(kLatent * kDimension);
    std::vector<float> centers(kClusters * kLatent);
    for (float& value : directions)
        value = normal(fixed);
    for (float& value : centers)
        value = 1.5F * normal(fixed);
    std::vector<float> rows(count * kDimension);
    for (std::size_t r = 0; r < count; ++r) {
        const std::size_t cluster = random() % kClusters;
        for (std::size_t l = 0; l < kLatent; ++l) {
            const float value = centers[cluster * kLatent + l] + normal(random);
            for (std::size_t c = 0; c < kDimension; ++c) {
                rows[r * kDimension + c] += value * directions[l * kDimension + c];
            }
        }
        for (std::size_t c = 0; c < kDimension; ++c) {
            rows[r * kDimension + c] += 0.5F * normal(random);
        }
    }
    return rows;
}

/// Rows, and a segment over some of them.
struct Corpus {
    Metric metric = Metric::kCosine;
    std::vector<float> values;
    std::vector<Slot> slots;
    RawRows rows;
    std::shared_ptr<const Segment> segment;

    std::span<const float> row(Slot slot) const { return rows.row(slot); }
};

std::unique_ptr<Corpus> make_corpus(Metric metric, std::vector<float> values,
                                    std::vector<Slot> slots = {}) {
    auto corpus = std::make_unique<Corpus>();
    corpus->metric = metric;
    corpus->values = std::move(values);
    corpus->rows = RawRows::of_matrix(corpus->values, kDimension);
    corpus->slots = std::move(slots);
    if (corpus->slots.empty()) {
        for (Slot i = 0; i < corpus->rows.count(); ++i)
            corpus->slots.push_back(i);
    }
    const BuildOptions options{
        .graph_nodes_min = 500, .calibration_queries = 300, .layout = HeadLayout{4, 1}};
    auto image = build_segment({.metric = metric,
                                .rows = corpus->rows,
                                .slots = corpus->slots,
                                .kernels = kernels(),
                                .threads = pool()},
                               options);
    EXPECT_TRUE(image) << image.error().message();
    corpus->segment = *image->open(kernels());
    return corpus;
}

const Corpus& corpus_of(Metric metric) {
    static std::map<Metric, std::unique_ptr<Corpus>> made;
    auto& corpus = made[metric];
    if (!corpus) corpus = make_corpus(metric, clustered(kRows, kSeed + 1));
    return *corpus;
}

const std::vector<float>& queries() {
    static const std::vector<float> made = clustered(100, kSeed + 2);
    return made;
}

std::span<const float> query(std::size_t i) {
    return std::span(queries()).subspan(i * kDimension, kDimension);
}

std::vector<Neighbor> oracle(const Corpus& corpus, const SegmentQuery& asked) {
    const Decider decider(corpus.metric, asked.vector, kernels());
    std::vector<Neighbor> all;
    for (const Slot slot : corpus.slots) {
        if (asked.filter.passes(slot)) all.push_back({slot, decider(corpus.rows[slot])});
    }
    keep_nearest(all, asked.k, asked.distance_max);
    return all;
}

double recall_of(const std::vector<Neighbor>& found, const std::vector<Neighbor>& truth,
                 std::size_t k) {
    const std::size_t wanted = std::min(k, truth.size());
    if (wanted == 0) return 1;
    std::size_t hits = 0;
    for (const Neighbor& neighbor : found) {
        hits += static_cast<std::size_t>(neighbor.distance <= truth[wanted - 1].distance);
    }
    return std::min(1.0, static_cast<double>(hits) / static_cast<double>(wanted));
}

/// What holds for every answer.
void expect_sound(const Corpus& corpus, const SegmentQuery& asked, const SegmentAnswer& answer) {
    const std::vector<Neighbor> truth = oracle(corpus, asked);
    ASSERT_GE(answer.neighbors.size(), std::min(asked.k, truth.size()));
    std::vector<Slot> seen;
    for (std::size_t i = 0; i < answer.neighbors.size(); ++i) {
        const Neighbor& neighbor = answer.neighbors[i];
        ASSERT_TRUE(std::ranges::binary_search(corpus.slots, neighbor.slot));
        ASSERT_TRUE(asked.filter.passes(neighbor.slot));
        ASSERT_EQ(neighbor.distance,
                  exact_distance(corpus.metric, asked.vector, corpus.row(neighbor.slot)));
        ASSERT_LE(answer.neighbors[i == 0 ? 0 : i - 1].distance, neighbor.distance);
        seen.push_back(neighbor.slot);
    }
    std::ranges::sort(seen);
    ASSERT_TRUE(std::ranges::adjacent_find(seen) == seen.end());
    if (answer.report.path == SearchReport::Path::kExactBounds ||
        answer.report.path == SearchReport::Path::kExactRows) {
        ASSERT_EQ(answer.neighbors, truth);
        ASSERT_EQ(answer.report.recall_expected, 1);
    }
}

Bitmap random_bitmap(std::size_t count, double share, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::bernoulli_distribution passes(share);
    Bitmap bitmap;
    for (Slot slot = 0; slot < count; ++slot) {
        if (passes(random)) bitmap.set(slot);
    }
    return bitmap;
}

TEST(SegmentSearch, EqualsAScanOnceItIsAsWideAsTheSegment) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        const Corpus& corpus = corpus_of(metric);
        for (const std::size_t ef : {kRows - 1, kRows, 10 * kRows}) {
            for (std::size_t i = 0; i < 3; ++i) {
                const SegmentQuery asked{.vector = query(i),
                                         .effort = {.kind = Effort::Kind::kEf, .ef = ef}};
                const SegmentAnswer answer =
                    search_segment(*corpus.segment, corpus.rows, asked, nullptr);
                EXPECT_EQ(answer.neighbors, oracle(corpus, asked));
            }
        }
    }
}

TEST(SegmentSearch, FindsTheShareThatWasAskedFor) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        const Corpus& corpus = corpus_of(metric);
        for (const double recall : {0.9, 0.95, 0.99, 1.0}) {
            double sum = 0;
            for (std::size_t i = 0; i < 100; ++i) {
                const SegmentQuery asked{.vector = query(i), .effort = {.recall = recall}};
                const SegmentAnswer answer =
                    search_segment(*corpus.segment, corpus.rows, asked, nullptr);
                expect_sound(corpus, asked, answer);
                sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
            }
            EXPECT_GE(sum / 100, recall - 0.01) << name_of(metric);
        }
    }
}

TEST(SegmentSearch, ReportsHowAnAnswerCameAbout) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    SegmentQuery asked{.vector = query(0), .effort = {.kind = Effort::Kind::kEf, .ef = 40}};
    const SearchReport graph = search_segment(*corpus.segment, corpus.rows, asked, nullptr).report;
    EXPECT_EQ(graph.path, SearchReport::Path::kGraph);
    EXPECT_EQ(graph.ef, 40U);
    EXPECT_GT(graph.nodes_scored, 40U);
    EXPECT_LT(graph.nodes_scored, kRows);
    EXPECT_EQ(graph.rows_decided, 12U);
    ASSERT_TRUE(graph.recall_expected);
    EXPECT_GT(*graph.recall_expected, 0.5);
    asked.effort.kind = Effort::Kind::kExact;
    const SearchReport exact = search_segment(*corpus.segment, corpus.rows, asked, nullptr).report;
    EXPECT_EQ(exact.path, SearchReport::Path::kExactBounds);
    EXPECT_EQ(exact.recall_expected, 1);
    EXPECT_EQ(exact.ef, 0U);
}

TEST(SegmentSearch, GivesAllThatPassUpToKAtEverySelectivity) {
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
                    expect_sound(corpus, asked,
                                 search_segment(*corpus.segment, corpus.rows, asked, nullptr));
                }
            }
        }
    }
}

/// Every way is held to what was asked, whatever the cost model would choose.
TEST(SegmentSearch, KeepsItsRecallUnderFiltersInEveryWay) {
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
                expect_sound(corpus, asked, *answer);
                sum += recall_of(answer->neighbors, oracle(corpus, asked), 10);
            }
            EXPECT_LE(given_up, 20U) << share;
            EXPECT_GE(sum / static_cast<double>(100 - given_up), 0.94)
                << share << " way " << static_cast<int>(way);
        }
    }
}

TEST(SegmentSearch, FindsRowsThatPassFarFromTheQuery) {
    const Corpus& corpus = corpus_of(Metric::kL2);
    for (const std::size_t matches : {30UL, 400UL, 2000UL}) {
        double sum = 0;
        for (std::size_t i = 0; i < 20; ++i) {
            SegmentQuery asked{.vector = query(i), .k = kRows};
            const std::vector<Neighbor> all = oracle(corpus, asked);
            Bitmap farthest;
            for (std::size_t r = kRows - matches; r < kRows; ++r)
                farthest.set(all[r].slot);
            asked.k = 10;
            asked.filter = {.allowed = &farthest, .allowed_count = matches};
            const SegmentAnswer answer =
                search_segment(*corpus.segment, corpus.rows, asked, nullptr);
            expect_sound(corpus, asked, answer);
            sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
        }
        EXPECT_GE(sum / 20, 0.97) << matches;
    }
}

TEST(SegmentSearch, NeverReturnsRowsThatAreLeftOut) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    for (const double share : {0.01, 0.3, 0.9}) {
        const Bitmap dead = random_bitmap(kRows, share, kSeed + 5);
        double sum = 0;
        for (std::size_t i = 0; i < 50; ++i) {
            const SegmentQuery asked{.vector = query(i), .filter = {.left_out = &dead}};
            const SegmentAnswer answer =
                search_segment(*corpus.segment, corpus.rows, asked, nullptr);
            expect_sound(corpus, asked, answer);
            sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
        }
        EXPECT_GE(sum / 50, 0.98) << share;
    }
}

TEST(SegmentSearch, ReturnsKOfAThousandIdenticalRows) {
    std::vector<float> values = clustered(3000, kSeed + 6);
    for (std::size_t r = 1000; r < 2000; ++r) {
        std::copy_n(values.begin(), kDimension, values.begin() + r * kDimension);
    }
    const auto corpus = make_corpus(Metric::kCosine, values);
    const Bitmap dead = random_bitmap(3000, 0.5, kSeed + 7);
    for (const std::size_t k : {10UL, 200UL, 1500UL}) {
        for (const Bitmap* left_out : {static_cast<const Bitmap*>(nullptr), &dead}) {
            const SegmentQuery asked{
                .vector = corpus->row(1500), .k = k, .filter = {.left_out = left_out}};
            const SegmentAnswer answer =
                search_segment(*corpus->segment, corpus->rows, asked, nullptr);
            expect_sound(*corpus, asked, answer);
            EXPECT_EQ(answer.neighbors.front().distance, oracle(*corpus, asked).front().distance);
        }
    }
}

TEST(SegmentSearch, FindsRowsAndQueriesThatNoCodeStandsFor) {
    std::vector<float> values = clustered(2000, kSeed + 8);
    for (const std::size_t r : {5UL, 77UL, 1999UL}) {
        std::fill_n(values.begin() + r * kDimension, kDimension, 0.0F);
    }
    const auto corpus = make_corpus(Metric::kCosine, values);
    const std::vector<float> zero(kDimension);
    const SegmentQuery of_zero{.vector = zero};
    expect_sound(*corpus, of_zero,
                 search_segment(*corpus->segment, corpus->rows, of_zero, nullptr));
    Bitmap allowed;
    for (const Slot slot : {5U, 77U, 300U, 301U})
        allowed.set(slot);
    const SegmentQuery filtered{.vector = query(0),
                                .filter = {.allowed = &allowed, .allowed_count = 4}};
    expect_sound(*corpus, filtered,
                 search_segment(*corpus->segment, corpus->rows, filtered, nullptr));
}

TEST(SegmentSearch, CertifiesARadius) {
    const Corpus& corpus = corpus_of(Metric::kL2);
    for (std::size_t i = 0; i < 20; ++i) {
        SegmentQuery asked{.vector = query(i), .k = kRows};
        const double radius = oracle(corpus, asked)[37].distance;
        asked.distance_max = radius;
        const SegmentAnswer answer = search_segment(*corpus.segment, corpus.rows, asked, nullptr);
        EXPECT_EQ(answer.neighbors, oracle(corpus, asked));
        asked.k = 5;
        EXPECT_EQ(search_segment(*corpus.segment, corpus.rows, asked, nullptr).neighbors,
                  oracle(corpus, asked));
        asked.distance_max = 0;
        EXPECT_TRUE(search_segment(*corpus.segment, corpus.rows, asked, nullptr).neighbors.empty());
    }
}

TEST(SegmentSearch, AnswersOneQueryAsItDoesManyAndInEveryThread) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    const Bitmap allowed = random_bitmap(kRows, 0.1, kSeed + 9);
    for (const bool is_filtered : {false, true}) {
        for (const Effort effort : {Effort{}, Effort{.kind = Effort::Kind::kExact}}) {
            SegmentQuery shared{.effort = effort};
            if (is_filtered)
                shared.filter = {.allowed = &allowed, .allowed_count = allowed.count()};
            const PreparedFilter prepared(*corpus.segment, shared.filter);
            if (is_filtered) shared.prepared = &prepared;
            const auto many =
                search_segment(*corpus.segment, corpus.rows, queries(), shared, &pool());
            ASSERT_EQ(many.size(), 100U);
            std::vector<std::vector<SegmentAnswer>> single(2);
            std::vector<std::thread> threads;
            for (auto& answers : single) {
                threads.emplace_back([&] {
                    for (std::size_t i = 0; i < 100; ++i) {
                        SegmentQuery one = shared;
                        one.vector = query(i);
                        answers.push_back(
                            search_segment(*corpus.segment, corpus.rows, one, nullptr));
                    }
                });
            }
            for (std::thread& thread : threads)
                thread.join();
            for (std::size_t i = 0; i < 100; ++i) {
                EXPECT_EQ(many[i].neighbors, single[0][i].neighbors);
                EXPECT_EQ(single[0][i].neighbors, single[1][i].neighbors);
            }
        }
    }
}

TEST(SegmentSearch, StaysWithinTheSlotsOfItsSegment) {
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
            expect_sound(*corpus, asked,
                         search_segment(*corpus->segment, corpus->rows, asked, nullptr));
        }
    }
}

TEST(SegmentSearch, SearchesSegmentsOfNoRowsAndFewRows) {
    for (const std::size_t count : {1UL, 3UL, 40UL}) {
        const auto corpus = make_corpus(Metric::kL2, clustered(count, kSeed + 12));
        for (const std::size_t k : {1UL, 10UL}) {
            const SegmentQuery asked{.vector = query(0), .k = k};
            expect_sound(*corpus, asked,
                         search_segment(*corpus->segment, corpus->rows, asked, nullptr));
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

TEST(MultiVectorSearch, FindsTheNearestToAnyVector) {
    const Corpus& corpus = corpus_of(Metric::kL2);
    const auto vectors = std::span(queries()).first(3 * kDimension);
    const MultiVectorQuery asked{.combine = MultiVectorQuery::Combine::kNearest,
                                 .vectors = vectors,
                                 .shared = {.effort = {.kind = Effort::Kind::kExact}}};
    std::vector<Neighbor> truth;
    for (const Slot slot : corpus.slots) {
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < 3; ++i) {
            nearest = std::min(nearest, exact_distance(corpus.metric, query(i), corpus.row(slot)));
        }
        truth.push_back({slot, nearest});
    }
    keep_nearest(truth, 10);
    const auto answer = search_segment(*corpus.segment, corpus.rows, asked, nullptr);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->neighbors, truth);
}

TEST(MultiVectorSearch, ComposesWeightedMeans) {
    const std::vector<float> two{3, 0, 0, 4};
    EXPECT_EQ(*compose_query(Metric::kCosine, two, {}, 2), (std::vector<float>{0.5F, 0.5F}));
    EXPECT_EQ(*compose_query(Metric::kL2, two, {}, 2), (std::vector<float>{1.5F, 2}));
    const std::vector<float> away{1, -0.5F};
    EXPECT_EQ(*compose_query(Metric::kL2, two, away, 2), (std::vector<float>{6, -4}));
    EXPECT_EQ(*compose_query(Metric::kInnerProduct, two, std::vector<float>{1, -1}, 2),
              (std::vector<float>{1.5F, -2}));
    const std::vector<float> none{1, -1};
    for (const auto& bad : {compose_query(Metric::kL2, two, none, 2),
                            compose_query(Metric::kCosine, two, std::vector<float>{0, 0}, 2),
                            compose_query(Metric::kCosine, two, std::vector<float>{1}, 2),
                            compose_query(Metric::kCosine, {}, {}, 2)}) {
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code(), ErrorCode::kInvalidArgument);
    }
}

TEST(SearchCost, ChoosesExactWaysForFewMatchesAndTheGraphForMany) {
    SearchShape shape{.nodes = 1'000'000, .dimension = 1280, .ef = 48};
    EXPECT_EQ(cheapest_way(shape), Way::kGraph);
    shape.filter_slots = 1'000'000;
    const auto with = [&](double matches) {
        shape.matches = matches;
        shape.pass_share = matches / 1e6;
        return cheapest_way(shape);
    };
    EXPECT_EQ(with(0), Way::kMatchingRows);
    EXPECT_EQ(with(20), Way::kMatchingRows);
    EXPECT_EQ(with(500'000), Way::kGraph);
    shape.is_prepared = true;
    EXPECT_EQ(with(5'000), Way::kMatchingCodes);
    EXPECT_EQ(with(100'000), Way::kPassingGraph);
    shape.ef = 0;
    EXPECT_EQ(with(10), Way::kMatchingRows);
    EXPECT_EQ(with(100'000), Way::kBounds);
}

}  // namespace
}  // namespace sokkuri::index
