// Tails that are coded in the background against an oracle in memory: answers are exact at every
// moment, coded or not, whatever is put, updated, removed, filtered and sealed meanwhile; and a
// snapshot takes from a run what its own generation has, no more and no less.
#include "collection/tail_keeper.h"

#include "collection/field_search.h"
#include "collection/testing/segment_folder.h"
#include "index/run_coding.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <thread>

namespace sokkuri::collection {
namespace {

using testing::Hits;
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

/// Codes a few rows at a time in runs of a few steps; seals from `tail_rows` rows on.
KeeperOptions coding_keeper(std::uint64_t tail_rows) {
    KeeperOptions options = small_keeper();
    options.sealing = KeeperOptions::Sealing::kInBackground;
    options.segments = KeeperOptions::Segments::kInMemory;
    options.limits.tail_rows_min = tail_rows;
    options.limits.tail_rows_max = tail_rows;
    options.code_limits = {
        .rows_min = 20, .training_rows_min = 60, .step_rows_max = 32, .run_rows_max = 150};
    return options;
}

IndexStats index_of(const Collection& collection) {
    return collection.stats().value().fields.at(0).index;
}

/// Until fewer rows are scanned than get codes.
void wait_until_coded(const Collection& collection) {
    for (;;) {
        const IndexStats index = index_of(collection);
        if (index.coded_rows > 0 && index.tail_rows - index.coded_rows < 60) return;
        std::this_thread::yield();
    }
}

TEST(TailKeeper, WhatIsCodedIsSearchedAsExactlyAsWhatIsScanned) {
    for (const index::Metric metric :
         {index::Metric::kCosine, index::Metric::kL2, index::Metric::kInnerProduct}) {
        SCOPED_TRACE(index::name_of(metric));
        const SegmentFolder folder;
        Vectors vectors(21 + static_cast<std::uint64_t>(metric));
        Oracle oracle(metric);
        const auto collection = folder.open(metric, coding_keeper(1'000'000));
        Recall recall;
        for (int step = 0; step < 12; ++step) {
            SCOPED_TRACE(step);
            put_some(*collection, oracle, vectors, 20 + vectors.number(150));
            remove_some(*collection, oracle, vectors, vectors.number(40));
            EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "") << "while coding";
            if (step % 3 == 2) {
                wait_until_coded(*collection);
                for (int query = 0; query < 8; ++query) {
                    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
                }
            }
        }
        EXPECT_TRUE(folder.segment_files().empty()) << "codes are in memory alone";
        EXPECT_EQ(recall.share(), 1) << "what no segment holds is found, however little was asked";
        const IndexStats index = index_of(*collection);
        EXPECT_EQ(index.tail_rows, oracle.size());
        EXPECT_LE(index.coded_rows, index.tail_rows);
        EXPECT_GT(index.coded_bytes, 0U);
        SearchRequest request{.query = vectors.next(), .effort = {.recall = 0.5}};
        EXPECT_EQ(collection->search(request)->method.recall_expected, 1.0);
    }
}

TEST(TailKeeper, ManyQueriesInOneCallAreAnsweredAsOneByOne) {
    const SegmentFolder folder;
    Vectors vectors(5);
    Oracle oracle(index::Metric::kCosine);
    const auto collection = folder.open(index::Metric::kCosine, coding_keeper(1'000'000));
    put_some(*collection, oracle, vectors, 700);
    remove_some(*collection, oracle, vectors, 200);
    wait_until_coded(*collection);
    SearchRequest request{.k = 7, .excluded_ids = {"id1", "id2"}};
    std::vector<std::vector<float>> queries;
    for (int i = 0; i < 20; ++i) {
        queries.push_back(vectors.next());
    }
    const auto answers = collection->search_many(request, queries);
    ASSERT_TRUE(answers) << answers.error().message();
    for (std::size_t i = 0; i < queries.size(); ++i) {
        request.query = queries[i];
        EXPECT_EQ(hits_of((*answers)[i]), hits_of(*collection->search(request)));
        EXPECT_EQ(hits_of((*answers)[i]), oracle.nearest(request));
    }
}

TEST(TailKeeper, SegmentsThatOvertakeRunsLoseAndDoubleNothing) {
    const SegmentFolder folder;
    Vectors vectors(8);
    Oracle oracle(index::Metric::kL2);
    auto collection = folder.open(index::Metric::kL2, coding_keeper(300));
    Recall recall;
    for (int step = 0; step < 25; ++step) {
        SCOPED_TRACE(step);
        put_some(*collection, oracle, vectors, 20 + vectors.number(100));
        remove_some(*collection, oracle, vectors, vectors.number(30));
        if (step % 10 == 5) {
            ASSERT_TRUE(collection->optimize({}));
        }
        if (step % 10 == 8) {
            ASSERT_TRUE(collection->compact({}));
        }
        for (int query = 0; query < 4; ++query) {
            EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
        }
    }
    EXPECT_GE(recall.share(), 0.95);
    ASSERT_TRUE(collection->optimize({}));
    EXPECT_FALSE(collection->stats().value().fields[0].index.segments.empty());
}

/// Runs as a keeper would have made them, of all rows that `field` has from `first` on.
TailCodes::Run run_over(const FieldSnapshot& field, store::Slot first) {
    ThreadPool threads(1);
    std::vector<index::Slot> slots(field.committed - first);
    std::iota(slots.begin(), slots.end(), static_cast<index::Slot>(first));
    const index::SegmentBuild build{.metric = field.spec.metric,
                                    .rows = field.rows,
                                    .slots = slots,
                                    .kernels = *simd::chosen_kernels().value(),
                                    .threads = threads};
    const auto growing =
        index::GrowingSegment::create(index::train_run_coding(build, {}), slots.size()).value();
    CHECK(growing->add(build, {}));
    return {.first = first,
            .end = field.committed,
            .segment = growing->view(build.kernels).value(),
            .name = fmt::format("made from {}", first)};
}

Hits search(store::ReadTransaction& transaction, Snapshots& snapshots,
            const SearchRequest& request) {
    ThreadPool threads(2);
    const auto snapshot = snapshots.of(transaction).value();
    const FieldSearch search{transaction, snapshot->fields[0], *simd::chosen_kernels().value(),
                             threads};
    return hits_of(search_field(search, request).value());
}

TEST(TailKeeper, EachGenerationTakesFromARunWhatIsItsOwn) {
    const SegmentFolder folder;
    Vectors vectors(9);
    Oracle oracle(index::Metric::kL2);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 400);
    ASSERT_TRUE(collection->optimize({}));
    put_some(*collection, oracle, vectors, 300);
    const Oracle earlier = oracle;
    FileSystem& files = posix_file_system();
    const std::string directory = folder.directory();
    const auto catalog =
        store::Catalog::open(files, directory + "/catalog.db", store::CatalogAccess::kRead).value();
    const auto before = catalog->begin_read().value();
    put_some(*collection, oracle, vectors, 300);
    remove_some(*collection, oracle, vectors, 150);
    const auto after = catalog->begin_read().value();

    SegmentShelf shelf(files, directory, *simd::chosen_kernels().value());
    TailCodes tails;
    Snapshots snapshots(files, directory, shelf, tails);
    const auto newest = snapshots.of(*after).value();
    const FieldSnapshot& field = newest->fields.at(0);
    ASSERT_FALSE(field.segments.empty());
    const store::Slot sealed_end = field.segments.back().row.end_slot();
    for (const store::Slot first : {sealed_end, sealed_end - 70, sealed_end + 50}) {
        SCOPED_TRACE(first);
        tails.set(field.number, {run_over(field, first)});
        snapshots.forget();
        for (int query = 0; query < 30; ++query) {
            SearchRequest request{.query = vectors.next(), .k = 1 + vectors.number(20)};
            request.effort = {.kind = index::Effort::Kind::kExact};
            EXPECT_EQ(search(*before, snapshots, request), earlier.nearest(request));
            EXPECT_EQ(search(*after, snapshots, request), oracle.nearest(request));
        }
        const auto snapshot = snapshots.of(*after).value();
        const FieldSnapshot& coded = snapshot->fields[0];
        EXPECT_EQ(coded.coded.size(), 1U);
        EXPECT_EQ(coded.tail_live, field.tail_live);
        EXPECT_LE(coded.coded_live, coded.tail_live);
        if (first <= sealed_end) {
            EXPECT_EQ(coded.coded_live, coded.tail_live);
        }
    }
}

/// Until all but fewer rows than get codes have them.
std::vector<TailCodes::Run> wait_for_runs(TailKeeper& keeper, const TailCodes& codes,
                                          store::FieldNumber field, store::Slot committed) {
    keeper.changed();
    for (;;) {
        std::vector<TailCodes::Run> runs = codes.beyond(field, 0);
        if (!runs.empty() && committed - runs.back().end < 20) return runs;
        std::this_thread::yield();
    }
}

/// Near eight directions.
std::vector<float> flat_rows(std::size_t count, std::size_t dimension) {
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    std::vector<float> directions(8 * dimension);
    std::ranges::generate(directions, [&] { return normal(random); });
    std::vector<float> rows(count * dimension);
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t d = 0; d < 8; ++d) {
            const float amount = normal(random);
            for (std::size_t c = 0; c < dimension; ++c) {
                rows[row * dimension + c] += amount * directions[d * dimension + c];
            }
        }
        for (std::size_t c = 0; c < dimension; ++c) {
            rows[row * dimension + c] += 0.2F * normal(random);
        }
    }
    return rows;
}

/// 200 components of few dimensions: a graph is content with heads of one line, a scan is not.
TEST(TailKeeper, ManyRowsGetHeadsThatAreMadeForScans) {
    constexpr std::size_t kWide = 200;
    const SegmentFolder folder;
    const auto collection = folder.open(index::Metric::kCosine, small_keeper());
    ASSERT_TRUE(collection->add_field({.name = "wide", .dimension = kWide}));
    const std::vector<float> values = flat_rows(6'600, kWide);
    std::size_t put = 0;
    const auto put_rows = [&](std::size_t count) {
        std::vector<PutRecord> records(count);
        for (PutRecord& record : records) {
            const float* row = values.data() + put * kWide;
            record = {.id = std::to_string(put), .vectors = {{"wide", {row, row + kWide}}}};
            ++put;
        }
        ASSERT_TRUE(collection->put(records));
    };
    put_rows(500);
    ASSERT_TRUE(collection->optimize({}));

    FileSystem& files = posix_file_system();
    const std::string directory = folder.directory();
    const auto catalog =
        store::Catalog::open(files, directory + "/catalog.db", store::CatalogAccess::kRead).value();
    SegmentShelf shelf(files, directory, *simd::chosen_kernels().value());
    TailCodes codes;
    Snapshots snapshots(files, directory, shelf, codes);
    const auto now = snapshots.of(*catalog->begin_read().value()).value();
    const FieldSnapshot& field = **now->field("wide");
    const index::SegmentParts& sealed = field.segments.at(0).opened.segment->parts();
    ASSERT_FALSE(index::is_for_scans(sealed.model.layout, kWide));

    TailKeeper keeper({*simd::chosen_kernels().value(), *catalog, snapshots, codes},
                      {.limits = coding_keeper(1).code_limits, .memory_max = 1U << 30});
    put_rows(30);
    auto runs = wait_for_runs(keeper, codes, field.number, put);
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].segment->parts().model.matrix, sealed.model.matrix) << "few are not worth it";
    // What comes while it is learnt has codes, too.
    const auto learnt = [&] { return runs.back().segment->parts().model; };
    while (learnt().layout != index::scan_layout(kWide)) {
        ASSERT_LT(put, 6'000U);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));  // rows are for ten seconds
        put_rows(30);
        runs = wait_for_runs(keeper, codes, field.number, put);
        EXPECT_EQ(runs[0].segment->parts().model.matrix, sealed.model.matrix);
    }
    const index::HeadModel first = learnt();
    put_rows(300);
    runs = wait_for_runs(keeper, codes, field.number, put);
    EXPECT_EQ(learnt().matrix, first.matrix) << "once is enough";
    for (std::size_t i = 1; i < runs.size(); ++i) {
        EXPECT_EQ(runs[i].first, runs[i - 1].end);
    }
}

/// Fields are looked at in turn: when the second has codes, the first has been looked at.
TEST(TailKeeper, RowsThatAreLostForNowGetNoCodes) {
    const SegmentFolder folder;
    const auto coded_rows = [](const Collection& collection, std::size_t field) {
        return collection.stats().value().fields.at(field).index.coded_rows;
    };
    {
        const auto collection = folder.open(index::Metric::kL2, small_keeper());
        ASSERT_TRUE(collection->add_field(
            {.name = "other", .dimension = kDimension, .metric = index::Metric::kL2}));
        Vectors vectors(11);
        std::vector<PutRecord> records(300);
        for (std::size_t i = 0; i < records.size(); ++i) {
            records[i] = {.id = std::to_string(i),
                          .vectors = {{"picture", vectors.next()}, {"other", vectors.next()}}};
        }
        ASSERT_TRUE(collection->put(records));
    }
    const std::string chunk = folder.directory() + "/fields/0/vectors/0000";
    const auto whole = read_file(posix_file_system(), chunk, 1U << 30).value();
    ASSERT_TRUE(
        replace_file(posix_file_system(), chunk, std::span(whole).first(whole.size() - 100)));
    const auto collection = folder.open(index::Metric::kL2, coding_keeper(1'000'000));
    while (coded_rows(*collection, 1) == 0)
        std::this_thread::yield();
    EXPECT_EQ(coded_rows(*collection, 0), 0U);
}

/// What an older generation does not know is not cleared away by its queries.
TEST(TailKeeper, AnOlderGenerationLeavesTheShelfToTheNewest) {
    const SegmentFolder folder;
    Vectors vectors(10);
    Oracle oracle(index::Metric::kL2);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    FileSystem& files = posix_file_system();
    const std::string directory = folder.directory();
    const auto catalog =
        store::Catalog::open(files, directory + "/catalog.db", store::CatalogAccess::kRead).value();
    const auto before = catalog->begin_read().value();
    ASSERT_TRUE(collection->optimize({}));
    const auto after = catalog->begin_read().value();

    SegmentShelf shelf(files, directory, *simd::chosen_kernels().value());
    const TailCodes tails;
    Snapshots snapshots(files, directory, shelf, tails);
    const auto newest = snapshots.of(*after).value();
    const SegmentSnapshot& sealed = newest->fields.at(0).segments.at(0);
    shelf.put(sealed.row.file, sealed.opened.segment);
    snapshots.forget();
    EXPECT_TRUE(snapshots.of(*before)->get()->fields.at(0).segments.empty());
    EXPECT_TRUE(snapshots.of(*after)->get()->fields.at(0).segments.at(0).opened.is_in_memory);
}

}  // namespace
}  // namespace sokkuri::collection
