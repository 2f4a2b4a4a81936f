// A collection with segments against an oracle in memory: through random puts, updates, removals,
// seals, merges and reopenings exact search says what a sort of float64 distances says, and a
// search by recall finds nearly that, never a removed record and never too few.
#include "collection/testing/segment_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace sokkuri::collection {
namespace {

using testing::hits_of;
using testing::kDimension;
using testing::Oracle;
using testing::put_some;
using testing::Recall;
using testing::remove_some;
using testing::SegmentFolder;
using testing::small_keeper;
using testing::Vectors;
using testing::wrong_answer;

using Kind = index::Effort::Kind;

/// So many that a graph is the cheapest way, and calibrated.
constexpr std::size_t kManyRecords = 8'000;

void put_many(Collection& collection, Vectors& vectors) {
    std::vector<PutRecord> records(kManyRecords);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i] = {.id = std::to_string(i), .vectors = {{"picture", vectors.next()}}};
    }
    ASSERT_TRUE(collection.put(records));
}

TEST(Segments, SayWhatAnOracleSaysThroughChangesSealsMergesAndReopening) {
    for (const index::Metric metric :
         {index::Metric::kCosine, index::Metric::kL2, index::Metric::kInnerProduct}) {
        SCOPED_TRACE(index::name_of(metric));
        Vectors vectors(1 + static_cast<std::uint64_t>(metric));
        const SegmentFolder folder;
        Oracle oracle(metric);
        auto collection = folder.open(metric, small_keeper());
        Recall recall;
        std::size_t segments_max = 0;
        for (int step = 0; step < 30; ++step) {
            SCOPED_TRACE(step);
            put_some(*collection, oracle, vectors, 20 + vectors.number(150));
            remove_some(*collection, oracle, vectors, vectors.number(60));
            if (step % 3 == 1) {
                const auto optimized = collection->optimize({});
                ASSERT_TRUE(optimized) << optimized.error().message();
            }
            if (step % 8 == 7) {
                collection.reset();
                collection = folder.open(metric, small_keeper());
            }
            for (int query = 0; query < 5; ++query) {
                EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
            }
            const CollectionStats stats = collection->stats().value();
            segments_max = std::max(segments_max, stats.fields[0].index.segments.size());
        }
        EXPECT_GE(segments_max, 1U);
        EXPECT_GE(recall.share(), 0.95);
        const auto reader = folder.open_for_reading();
        EXPECT_EQ(wrong_answer(*reader, oracle, vectors, recall), "");
    }
}

TEST(Segments, ManyQueriesInOneCallAreAnsweredAsOneByOne) {
    const SegmentFolder folder;
    Vectors vectors(7);
    Oracle oracle(index::Metric::kCosine);
    const auto collection = folder.open(index::Metric::kCosine, small_keeper());
    put_some(*collection, oracle, vectors, 700);
    ASSERT_TRUE(collection->optimize({}));
    put_some(*collection, oracle, vectors, 50);
    remove_some(*collection, oracle, vectors, 300);
    for (const Kind kind : {Kind::kExact, Kind::kRecall}) {
        SearchRequest request{.k = 7, .excluded_ids = {"id1", "id2"}, .effort = {.kind = kind}};
        std::vector<std::vector<float>> queries;
        for (int i = 0; i < 20; ++i) {
            queries.push_back(vectors.next());
        }
        const auto answers = collection->search_many(request, queries);
        ASSERT_TRUE(answers) << answers.error().message();
        ASSERT_EQ(answers->size(), queries.size());
        for (std::size_t i = 0; i < queries.size(); ++i) {
            request.query = queries[i];
            EXPECT_EQ(hits_of((*answers)[i]), hits_of(*collection->search(request)));
        }
    }
    EXPECT_TRUE(collection->search_many({}, {})->empty());
    const std::vector<std::vector<float>> wrong = {vectors.next(), {1, 2}};
    EXPECT_EQ(collection->search_many({}, wrong).error().code(), ErrorCode::kInvalidArgument);
}

TEST(Segments, AnAnswerSaysHowItWasFound) {
    const SegmentFolder folder;
    Vectors vectors(3);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_many(*collection, vectors);
    ASSERT_TRUE(collection->optimize({}));
    SearchRequest request{.query = vectors.next()};
    const SearchMethod by_recall = collection->search(request)->method;
    EXPECT_EQ(by_recall.recall_asked, 0.99);
    ASSERT_TRUE(by_recall.recall_expected);
    EXPECT_GE(*by_recall.recall_expected, 0.99);
    request.effort = {.kind = Kind::kEf, .ef = 40};
    const SearchMethod by_ef = collection->search(request)->method;
    EXPECT_FALSE(by_ef.recall_asked);
    EXPECT_EQ(by_ef.path, SearchMethod::Path::kGraph);
    EXPECT_EQ(by_ef.ef, 40U);
    request.effort = {.kind = Kind::kExact};
    const SearchMethod exact = collection->search(request)->method;
    EXPECT_EQ(exact.recall_asked, 1.0);
    EXPECT_EQ(exact.recall_expected, 1.0);
    EXPECT_EQ(exact.path, SearchMethod::Path::kExact);
    for (const index::Effort wrong : {index::Effort{.recall = 0}, index::Effort{.recall = 1.5},
                                      index::Effort{.kind = Kind::kEf, .ef = 0}}) {
        request.effort = wrong;
        EXPECT_EQ(collection->search(request).error().code(), ErrorCode::kInvalidArgument);
    }
}

TEST(Segments, StatsSayWhatIsIndexedAndHowWell) {
    const SegmentFolder folder;
    Vectors vectors(3);
    Oracle oracle(index::Metric::kCosine);
    const auto collection = folder.open(index::Metric::kCosine, small_keeper());
    put_many(*collection, vectors);
    ASSERT_TRUE(collection->optimize({}));
    const std::string id = "0";
    ASSERT_TRUE(collection->remove({&id, 1}));
    put_some(*collection, oracle, vectors, 30);
    const CollectionStats stats = collection->stats().value();
    const IndexStats& index = stats.fields.at(0).index;
    ASSERT_EQ(index.segments.size(), 1U);
    EXPECT_EQ(index.segments[0].rows, kManyRecords - 1);
    EXPECT_EQ(index.segments[0].dead, 1U);
    EXPECT_EQ(index.tail_rows, oracle.size());
    EXPECT_FALSE(index.segments[0].calibration.empty());
    EXPECT_GT(index.resident_bytes, 0U);
    EXPECT_FALSE(index.plan.empty());
    EXPECT_TRUE(index.state.empty()) << index.state;
}

TEST(Segments, AMetricThatOnlyScansIsNeverIndexed) {
    Vectors vectors(11);
    for (const index::Metric metric : {index::Metric::kL1, index::Metric::kLinf}) {
        const SegmentFolder folder;
        Oracle oracle(metric);
        auto collection = folder.open(metric, small_keeper());
        put_some(*collection, oracle, vectors, 300);
        ASSERT_TRUE(collection->optimize({}));
        EXPECT_TRUE(folder.segment_files().empty());
        Recall recall;
        EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
        EXPECT_EQ(recall.share(), 1);
    }
}

TEST(Segments, WhoAsksForThemAndStopsWaitsForNoneThatIsBeingBuilt) {
    const SegmentFolder folder;
    Vectors vectors(13);
    Oracle oracle(index::Metric::kL2);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    std::promise<void> has_begun;
    std::promise<void> gate;
    std::once_flag once;
    const auto hold = [&](double, std::string_view) {
        std::call_once(once, [&] {
            has_begun.set_value();
            gate.get_future().wait();
        });
    };
    std::jthread building([&] { EXPECT_TRUE(collection->optimize({.progress = hold})); });
    has_begun.get_future().wait();
    std::stop_source stop;
    std::jthread stopping([&] { stop.request_stop(); });
    const auto asked = collection->optimize({.stop = stop.get_token()});
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code(), ErrorCode::kCancelled);
    gate.set_value();
}

TEST(Segments, MemoryThatRunsOutWhileTheyAreBuiltEndsNothingElse) {
    const SegmentFolder folder;
    Vectors vectors(14);
    Oracle oracle(index::Metric::kL2);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    const auto exhausted = collection->optimize(
        {.progress = [](double, std::string_view) { throw std::bad_alloc(); }});
    ASSERT_FALSE(exhausted);
    EXPECT_EQ(exhausted.error().code(), ErrorCode::kExhausted);
    EXPECT_TRUE(collection->optimize({}));
    EXPECT_EQ(folder.segment_files().size(), 1U);
}

/// Records that nobody touches are found by everybody all the time, whatever is sealed, merged and
/// copied under the searches; afterwards all is as the oracle has it.
TEST(Segments, SearchesGoOnWhileSegmentsAreSealedAndMerged) {
    const SegmentFolder folder;
    KeeperOptions keeper = small_keeper();
    keeper.sealing = KeeperOptions::Sealing::kInBackground;
    keeper.segments = KeeperOptions::Segments::kInMemory;
    const auto collection = folder.open(index::Metric::kL2, keeper);
    Vectors vectors(12);
    Oracle oracle(index::Metric::kL2);
    const std::vector<float> place(kDimension, 50);
    std::vector<PutRecord> lasting;
    for (int i = 0; i < 10; ++i) {
        lasting.push_back({.id = "lasting" + std::to_string(i), .vectors = {{"picture", place}}});
        oracle.put(lasting.back().id, place);
    }
    ASSERT_TRUE(collection->put(lasting));
    std::atomic<bool> is_done{false};
    {
        std::vector<std::jthread> readers;
        for (int r = 0; r < 2; ++r) {
            readers.emplace_back([&, r] {
                const auto other = folder.open_for_reading();
                const Collection& asked = r == 0 ? *collection : *other;
                while (!is_done) {
                    const auto answer = asked.search({.query = place, .effort = {Kind::kExact}});
                    ASSERT_TRUE(answer) << answer.error().message();
                    ASSERT_EQ(answer->hits.size(), 10U);
                    for (const Hit& hit : answer->hits) {
                        EXPECT_EQ(hit.distance, 0);
                    }
                    ASSERT_EQ(asked.search({.query = place})->hits.size(), 10U);
                }
            });
        }
        for (int step = 0; step < 40; ++step) {
            put_some(*collection, oracle, vectors, 60);
            remove_some(*collection, oracle, vectors, 20);
        }
        ASSERT_TRUE(collection->optimize({}));
        is_done = true;
    }
    const CollectionStats stats = collection->stats().value();
    EXPECT_GE(stats.fields[0].index.segments.size(), 1U);
    Recall recall;
    for (int query = 0; query < 20; ++query) {
        EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    }
    EXPECT_GE(recall.share(), 0.95);
}

}  // namespace
}  // namespace sokkuri::collection
