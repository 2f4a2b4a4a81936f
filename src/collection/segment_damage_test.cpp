// What may go wrong with segments: damaged and missing files, too little memory, building broken
// off, kills. Nothing is lost, and search goes on exactly.
#include "collection/testing/segment_folder.h"
#include "collection/verify.h"
#include "store/catalog_schema.h"
#include "store/database.h"

#include <gtest/gtest.h>

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

TEST(SegmentDamage, ADamagedFileIsScannedThenBuiltAnew) {
    const SegmentFolder folder;
    Vectors vectors(5);
    Oracle oracle(index::Metric::kCosine);
    auto collection = folder.open(index::Metric::kCosine, small_keeper());
    put_some(*collection, oracle, vectors, 600);
    ASSERT_TRUE(collection->optimize({}));
    ASSERT_EQ(folder.segment_files().size(), 1U);
    const std::string path = join_path(folder.segments_folder(), folder.segment_files()[0]);
    const auto whole = read_file(posix_file_system(), path, 1U << 30).value();
    Recall recall;
    for (const bool is_missing : {false, true}) {
        collection.reset();
        if (is_missing) {
            ASSERT_TRUE(posix_file_system().remove_file(path));
        } else {
            ASSERT_TRUE(replace_file(posix_file_system(), path, std::span(whole).first(5'000)));
        }
        const auto reader = folder.open_for_reading();
        EXPECT_EQ(wrong_answer(*reader, oracle, vectors, recall), "");
        EXPECT_FALSE(reader->stats()->fields[0].index.segments.at(0).is_readable);
        EXPECT_EQ(reader->stats()->fields[0].index.tail_rows, oracle.size());
        if (is_missing) break;
        ASSERT_TRUE(replace_file(posix_file_system(), path, whole));
        collection = folder.open(index::Metric::kCosine, small_keeper());
    }
    collection = folder.open(index::Metric::kCosine, small_keeper());
    ASSERT_TRUE(collection->optimize({}));
    EXPECT_TRUE(collection->stats()->fields[0].index.segments.at(0).is_readable);
    EXPECT_EQ(collection->stats()->fields[0].index.tail_rows, 0U);
    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
}

TEST(SegmentDamage, ACopyInMemoryFindsDamageThatTheHeaderDoesNotShow) {
    const SegmentFolder folder;
    Vectors vectors(6);
    Oracle oracle(index::Metric::kCosine);
    KeeperOptions keeper = small_keeper();
    auto collection = folder.open(index::Metric::kCosine, keeper);
    put_some(*collection, oracle, vectors, 600);
    ASSERT_TRUE(collection->optimize({}));
    collection.reset();
    keeper.segments = KeeperOptions::Segments::kInMemory;
    collection = folder.open(index::Metric::kCosine, keeper);
    ASSERT_TRUE(collection->optimize({}));
    EXPECT_TRUE(collection->stats()->fields[0].index.segments.at(0).is_in_memory);
    Recall recall;
    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    collection.reset();

    const std::string path = join_path(folder.segments_folder(), folder.segment_files().at(0));
    auto bytes = read_file(posix_file_system(), path, 1U << 30).value();
    bytes[bytes.size() / 2] ^= std::byte{16};
    ASSERT_TRUE(replace_file(posix_file_system(), path, bytes));
    collection = folder.open(index::Metric::kCosine, keeper);
    ASSERT_TRUE(collection->optimize({}));
    EXPECT_NE(join_path(folder.segments_folder(), folder.segment_files().at(0)), path)
        << "built anew";
    EXPECT_TRUE(collection->stats()->fields[0].index.segments.at(0).is_readable);
    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
}

TEST(SegmentDamage, WhatIsSaidToBeDamagedIsBuiltAnewWhileSearchesGoOn) {
    const SegmentFolder folder;
    Vectors vectors(15);
    Oracle oracle(index::Metric::kCosine);
    for (const auto segments :
         {KeeperOptions::Segments::kMapped, KeeperOptions::Segments::kInMemory}) {
        KeeperOptions keeper = small_keeper();
        keeper.segments = segments;
        const auto collection = folder.open(index::Metric::kCosine, keeper);
        put_some(*collection, oracle, vectors, 600);
        ASSERT_TRUE(collection->optimize({}));
        const std::string file = folder.segment_files().at(0);
        Recall recall;
        EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
        const auto rebuilt = collection->optimize(
            {.progress =
                 [&](double, std::string_view) {
                     EXPECT_EQ(collection->stats()->fields[0].index.tail_rows, oracle.size());
                 },
             .damaged = {"fields/0/segments/" + file, "catalog.db"}});
        ASSERT_TRUE(rebuilt) << rebuilt.error().message();
        EXPECT_NE(folder.segment_files().at(0), file);
        EXPECT_EQ(collection->stats()->fields[0].index.tail_rows, 0U);
        EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    }
}

TEST(SegmentDamage, DamageIsNotMergedIntoANewSegment) {
    const SegmentFolder folder;
    Vectors vectors(14);
    Oracle oracle(index::Metric::kL2);
    auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    ASSERT_TRUE(collection->optimize({}));
    collection.reset();
    const std::string path = join_path(folder.segments_folder(), folder.segment_files().at(0));
    auto bytes = read_file(posix_file_system(), path, 1U << 30).value();
    bytes[bytes.size() - 3] ^= std::byte{1};
    bytes[bytes.size() / 3] ^= std::byte{1};
    ASSERT_TRUE(replace_file(posix_file_system(), path, bytes));
    collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    ASSERT_TRUE(collection->optimize({}));
    EXPECT_EQ(folder.segment_files().size(), 1U);
    Recall recall;
    for (int query = 0; query < 20; ++query) {
        EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    }
    EXPECT_GE(recall.share(), 0.95);
}

/// Its file is whole, but was made while rows could not be read.
TEST(SegmentDamage, ASegmentThatMissesLivingRowsIsNotUsedAndBuiltAnew) {
    const SegmentFolder folder;
    Vectors vectors(16);
    const std::vector<float> missed = vectors.next();
    {
        const auto collection = folder.open(index::Metric::kL2, small_keeper());
        Oracle oracle(index::Metric::kL2);
        const PutRecord first{.id = "missed", .vectors = {{"picture", missed}}};
        ASSERT_TRUE(collection->put({&first, 1}));
        put_some(*collection, oracle, vectors, 300);
        ASSERT_TRUE(collection->remove(std::vector<std::string>{"missed"}));
        const PutRecord again{.id = "missed"};
        ASSERT_TRUE(collection->put({&again, 1}));
        ASSERT_TRUE(collection->optimize({}));
    }
    {
        const auto catalog =
            store::Database::open(
                posix_file_system(), folder.directory() + "/catalog.db",
                store::catalog_database_options(store::DatabaseOptions::Access::kWrite))
                .value();
        const auto changed = catalog->execute(
            "DELETE FROM tombstones WHERE slot = 0;"
            "INSERT INTO vectors SELECT 0, 0, number, row_hash(0, 0, number) FROM records "
            "WHERE id = 'missed'");
        ASSERT_TRUE(changed) << changed.error().message();
    }
    SearchRequest request{.query = missed, .k = 1};
    request.effort = {.kind = index::Effort::Kind::kExact};
    {
        const auto reader = folder.open_for_reading();
        EXPECT_FALSE(reader->stats()->fields[0].index.segments.at(0).is_readable);
        EXPECT_EQ(reader->search(request)->hits.at(0).id, "missed");
    }
    const auto report = verify_local_collection(posix_file_system(), folder.directory(), {});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->findings.size(), 1U);
    EXPECT_EQ(report->findings[0].kind, Finding::Kind::kRebuilt);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    ASSERT_TRUE(repair_collection(*collection, *report, {}));
    EXPECT_TRUE(collection->stats()->fields[0].index.segments.at(0).is_readable);
    EXPECT_EQ(collection->stats()->fields[0].index.tail_rows, 0U);
    EXPECT_EQ(collection->search(request)->hits.at(0).id, "missed");
    EXPECT_TRUE(verify_local_collection(posix_file_system(), folder.directory(), {})->is_whole());
}

/// The catalog says nothing of its rows any more: they are not to lie there for ever.
TEST(SegmentDamage, OfAFieldThatIsDroppedMeanwhileNothingIsLeft) {
    const SegmentFolder folder;
    Vectors vectors(17);
    Oracle oracle(index::Metric::kL2);
    const auto collection = folder.open(index::Metric::kL2, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    const std::string fields = folder.directory() + "/fields";
    const auto is_there = [&] { return !posix_file_system().list(fields)->empty(); };
    bool is_dropped = false;
    const auto drop_once = [&](double, std::string_view) {
        if (is_dropped) return;
        is_dropped = true;
        EXPECT_TRUE(collection->drop_field("picture"));
        while (is_there())
            std::this_thread::yield();
    };
    EXPECT_EQ(collection->optimize({.progress = drop_once}).error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(is_dropped);
    EXPECT_FALSE(is_there());
}

TEST(SegmentDamage, WithoutTheMemoryForAnIndexSearchStaysExact) {
    const SegmentFolder folder;
    Vectors vectors(8);
    Oracle oracle(index::Metric::kCosine);
    KeeperOptions keeper = small_keeper();
    keeper.build.memory_max = 10'000;
    const auto collection = folder.open(index::Metric::kCosine, keeper);
    put_some(*collection, oracle, vectors, 500);
    const auto optimized = collection->optimize({});
    ASSERT_FALSE(optimized);
    EXPECT_EQ(optimized.error().code(), ErrorCode::kExhausted);
    const CollectionStats stats = collection->stats().value();
    EXPECT_NE(stats.fields[0].index.state.find(optimized.error().message()), std::string::npos);
    Recall recall;
    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    EXPECT_EQ(recall.share(), 1);
}

TEST(SegmentDamage, BuildingBrokenOffLosesNothing) {
    const SegmentFolder folder;
    Vectors vectors(9);
    Oracle oracle(index::Metric::kCosine);
    const auto collection = folder.open(index::Metric::kCosine, small_keeper());
    put_some(*collection, oracle, vectors, 900);
    std::stop_source stop;
    const auto optimized =
        collection->optimize({.progress = [&](double, std::string_view) { stop.request_stop(); },
                              .stop = stop.get_token()});
    ASSERT_FALSE(optimized);
    EXPECT_EQ(optimized.error().code(), ErrorCode::kCancelled);
    EXPECT_TRUE(folder.segment_files().empty());
    Recall recall;
    EXPECT_EQ(wrong_answer(*collection, oracle, vectors, recall), "");
    EXPECT_TRUE(collection->optimize({}));
    EXPECT_EQ(folder.segment_files().size(), 1U);
}

TEST(SegmentDamage, WhatAKillLeftBehindIsRemovedByTheNextWriter) {
    const SegmentFolder folder;
    Vectors vectors(10);
    Oracle oracle(index::Metric::kCosine);
    auto collection = folder.open(index::Metric::kCosine, small_keeper());
    put_some(*collection, oracle, vectors, 300);
    ASSERT_TRUE(collection->optimize({}));
    const std::vector<std::string> live = folder.segment_files();
    collection.reset();
    const std::vector<std::byte> bytes(100);
    for (const char* name : {"/0-9-9.seg", "/0-9-9.seg.4711-0.partial"}) {
        ASSERT_TRUE(replace_file(posix_file_system(), folder.segments_folder() + name, bytes));
    }
    folder.open_for_reading();
    EXPECT_EQ(folder.segment_files().size(), 3U) << "a reader removes nothing";
    collection = folder.open(index::Metric::kCosine, small_keeper());
    EXPECT_EQ(folder.segment_files(), live);
}

}  // namespace
}  // namespace sokkuri::collection
