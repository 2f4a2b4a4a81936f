// Search of segments against a float64 scan: what must hold exactly (counts, order, distances)
// holds for every answer; recall is held against what was asked.
#include "index/segment_search.h"

#include "index/re_rank.h"
#include "index/testing/searched_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace sokkuri::index {
namespace {

using namespace testing;

TEST(SegmentSearch, EqualsAScanOnceItIsAsWideAsTheSegment) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct}) {
        const Corpus& corpus = corpus_of(metric);
        for (const std::size_t ef : {kRows - 1, kRows, 10 * kRows}) {
            for (std::size_t i = 0; i < 3; ++i) {
                const SegmentQuery asked{.vector = query(i),
                                         .effort = {.kind = Effort::Kind::kEf, .ef = ef}};
                const SegmentAnswer answer = corpus.search(asked);
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
                const SegmentAnswer answer = corpus.search(asked);
                EXPECT_EQ(flaw_of(corpus, asked, answer), "");
                sum += recall_of(answer.neighbors, oracle(corpus, asked), 10);
            }
            EXPECT_GE(sum / 100, recall - 0.01) << name_of(metric);
        }
    }
}

TEST(SegmentSearch, ReportsHowAnAnswerCameAbout) {
    const Corpus& corpus = corpus_of(Metric::kCosine);
    SegmentQuery asked{.vector = query(0), .effort = {.kind = Effort::Kind::kEf, .ef = 40}};
    const SearchReport graph = corpus.search(asked).report;
    EXPECT_EQ(graph.path, SearchReport::Path::kGraph);
    EXPECT_EQ(graph.ef, 40U);
    EXPECT_GT(graph.nodes_scored, 40U);
    EXPECT_LT(graph.nodes_scored, kRows);
    EXPECT_GE(graph.rows_decided, 10U);
    EXPECT_LE(graph.rows_decided, decided_max_for(10));
    ASSERT_TRUE(graph.recall_expected);
    EXPECT_GT(*graph.recall_expected, 0.5);
    asked.effort.kind = Effort::Kind::kExact;
    const SearchReport exact = corpus.search(asked).report;
    EXPECT_EQ(exact.path, SearchReport::Path::kExactBounds);
    EXPECT_EQ(exact.recall_expected, 1);
    EXPECT_EQ(exact.ef, 0U);
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
            const SegmentAnswer answer = corpus->search(asked);
            EXPECT_EQ(flaw_of(*corpus, asked, answer), "");
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
    EXPECT_EQ(flaw_of(*corpus, of_zero, corpus->search(of_zero)), "");
    Bitmap allowed;
    for (const Slot slot : {5U, 77U, 300U, 301U})
        allowed.set(slot);
    const SegmentQuery filtered{.vector = query(0),
                                .filter = {.allowed = &allowed, .allowed_count = 4}};
    EXPECT_EQ(flaw_of(*corpus, filtered, corpus->search(filtered)), "");
}

TEST(SegmentSearch, CertifiesARadius) {
    const Corpus& corpus = corpus_of(Metric::kL2);
    for (std::size_t i = 0; i < 20; ++i) {
        SegmentQuery asked{.vector = query(i), .k = kRows};
        const double radius = oracle(corpus, asked)[37].distance;
        asked.distance_max = radius;
        const SegmentAnswer answer = corpus.search(asked);
        EXPECT_EQ(answer.neighbors, oracle(corpus, asked));
        asked.k = 5;
        EXPECT_EQ(corpus.search(asked).neighbors, oracle(corpus, asked));
        asked.distance_max = 0;
        EXPECT_TRUE(corpus.search(asked).neighbors.empty());
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
                        answers.push_back(corpus.search(one));
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

TEST(SegmentSearch, SearchesSegmentsOfNoRowsAndFewRows) {
    for (const std::size_t count : {1UL, 3UL, 40UL}) {
        const auto corpus = make_corpus(Metric::kL2, clustered(count, kSeed + 12));
        for (const std::size_t k : {1UL, 10UL}) {
            const SegmentQuery asked{.vector = query(0), .k = k};
            EXPECT_EQ(flaw_of(*corpus, asked, corpus->search(asked)), "");
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
