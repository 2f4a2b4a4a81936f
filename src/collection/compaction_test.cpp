// Goal: a compaction gives room back and changes no answer, or leaves everything as it was.
#include "collection/compaction.h"

#include "base/testing/memory_file_system.h"
#include "collection/old_files.h"
#include "collection/testing/small_collection.h"
#include "simd/dispatch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::files_below;
using testing::is_whole;
using testing::make_small;
using testing::open_small;
using testing::small_record;

constexpr const char* kSource = "/pictures/.sokkuri";

TEST(Compaction, GivesRoomBackAndChangesNoAnswer) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const std::string before = everything_in(files, kSource);
    {
        const auto collection = open_small(files, kSource);
        const auto report = collection->compact({});
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_EQ(report->rows_dropped, 3U);
        EXPECT_EQ(report->rows_moved, 38U);
        EXPECT_EQ(collection->stats()->fields[0].tombstones, 0U);
        EXPECT_EQ(collection->stats()->fields[0].index.tail_rows, 0U) << "sealed again";
        const PutRecord record = small_record(70);
        EXPECT_TRUE(collection->put({&record, 1}));
        const std::string gone = "record-70";
        EXPECT_TRUE(collection->remove({&gone, 1}));
    }
    EXPECT_EQ(everything_in(files, kSource), before);
    EXPECT_TRUE(is_whole(files, kSource));
    for (const std::string& file : files_below(files, kSource)) {
        EXPECT_FALSE(file.starts_with("fields/0/")) << file;
    }
}

bool has_old_field(const FileSystem& files) {
    return files.status(join_path(kSource, "fields/0")).has_value();
}

TEST(Compaction, LetsOldFilesGoAtOnceWhereNobodyReadsThem) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto collection = open_small(files, kSource);
    const auto report = collection->compact({});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->later_error, "");
    EXPECT_FALSE(has_old_field(files));
    ASSERT_TRUE(collection->add_field({.name = "other", .dimension = 2}));
    ASSERT_TRUE(files.status(join_path(kSource, "fields/1")));
    ASSERT_TRUE(collection->drop_field("picture"));
    EXPECT_FALSE(files.status(join_path(kSource, "fields/1")));
}

TEST(Compaction, LetsOldFilesGoWithTheirLastReaderWithoutAWrite) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto collection = open_small(files, kSource);
    // As another process would: with connections of its own.
    const auto elsewhere = open_local_collection(files, kSource, {.search_threads = 1}).value();
    for (const Collection* reader : {collection.get(), elsewhere.get()}) {
        const PutRecord record = small_record(3, reader == collection.get() ? 5 : 6);
        ASSERT_TRUE(collection->put({&record, 1}));
        const std::uint64_t number = reader == collection.get() ? 0 : 1;
        const std::string old = join_path(kSource, fmt::format("fields/{}", number));
        auto scan = reader->begin_scan({.field = "picture"}).value();
        const std::uint64_t generation = scan->generation();
        ASSERT_TRUE(collection->compact({}));
        EXPECT_TRUE(files.status(old)) << "somebody reads it";
        std::size_t rows = 0;
        while (const ScannedRecord* row = scan->next().value()) {
            rows += row->vector.size() == testing::kSmallDimension ? 1 : 0;
        }
        EXPECT_EQ(rows, 38U) << "of generation " << generation;
        EXPECT_EQ(scan->generation(), generation);
        scan.reset();
        while (files.status(old))
            std::this_thread::yield();
    }
}

/// As another process has it: with connections of its own, and its files not yet opened.
TEST(OldFiles, OfSegmentsThatWereReplacedStayForWhoeverMayOpenThem) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto elsewhere =
        store::Catalog::open(files, join_path(kSource, "catalog.db"), store::CatalogAccess::kRead)
            .value();
    SegmentShelf shelf(files, kSource, **simd::chosen_kernels());
    TailCodes tails;
    Snapshots snapshots(files, kSource, shelf, tails);
    auto before = elsewhere->begin_read().value();
    const std::vector<store::SegmentRow> sealed = before->segments(0).value();
    ASSERT_EQ(sealed.size(), 1U);
    const std::string old = join_path(kSource, sealed[0].file);

    const auto collection = open_small(files, kSource);
    for (std::size_t number = 100; number < 200; ++number) {
        const PutRecord record = small_record(number);
        ASSERT_TRUE(collection->put({&record, 1}));
    }
    ASSERT_TRUE(collection->optimize({}));
    ASSERT_EQ(collection->stats()->fields[0].index.segments.size(), 1U) << "merged";
    const auto snapshot = snapshots.of(*before).value();
    EXPECT_TRUE(snapshot->fields.at(0).segments.at(0).is_usable());

    before.reset();
    while (files.status(old))
        std::this_thread::yield();
    EXPECT_TRUE(is_whole(files, kSource));
}

/// Neither whoever drops a field nor the thread that deletes files later is told otherwise than by
/// std::bad_alloc: whoever asks has got what he asked for, and above the thread is nobody.
TEST(OldFiles, GoLaterWhereMemoryRunsOut) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const std::string old = join_path(kSource, "fields/7");
    ASSERT_TRUE(create_directories(files, old));
    const simd::Kernels& kernels = **simd::chosen_kernels();
    const auto catalog =
        store::Catalog::open(files, join_path(kSource, "catalog.db"), store::CatalogAccess::kWrite)
            .value();
    SegmentShelf shelf(files, kSource, kernels);
    TailCodes tails;
    Snapshots snapshots(files, kSource, shelf, tails);
    std::atomic<int> attempts = 0;
    const auto in_turn = [&](const std::function<Result<bool>()>& attempt) {
        if (++attempts <= 3) throw std::bad_alloc();
        return attempt();
    };
    OldFiles old_files(files, kSource, *catalog, snapshots, in_turn);
    old_files.let_go();
    while (files.status(old))
        std::this_thread::yield();
    EXPECT_EQ(attempts, 4);
}

TEST(Compaction, OfWhatHasNoDeadRowsMovesNothing) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto collection = open_small(files, kSource);
    ASSERT_TRUE(collection->compact({}));
    const auto again = collection->compact({});
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->rows_moved, 0U);
}

TEST(Compaction, RefusesToMoveDamage) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const std::string chunk_path = join_path(kSource, "fields/0/vectors/0000");
    const auto flip = [&] {
        const auto chunk = files.open(chunk_path, OpenMode::kReadWrite).value();
        std::byte byte{};
        ASSERT_TRUE(chunk->read_at(4'100, {&byte, 1}));
        byte ^= std::byte{1};
        ASSERT_TRUE(chunk->write_at(4'100, {&byte, 1}));
    };
    const std::string before = everything_in(files, kSource);
    flip();
    {
        const auto collection = open_small(files, kSource);
        const auto report = collection->compact({});
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code(), ErrorCode::kCorruption);
    }
    flip();
    EXPECT_EQ(everything_in(files, kSource), before);
}

TEST(Compaction, ThatIsStoppedAfterItsCommitIsDoneAndSaysWhatIsNot) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const std::string before = everything_in(files, kSource);
    {
        const auto collection = open_small(files, kSource);
        std::stop_source stop;
        const auto report = collection->compact({.progress =
                                                     [&](double share, std::string_view) {
                                                         if (share >= 1) stop.request_stop();
                                                     },
                                                 .stop = stop.get_token()});
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_EQ(report->rows_dropped, 3U);
        EXPECT_NE(report->later_error.find("the index was not built"), std::string::npos)
            << report->later_error;
        EXPECT_EQ(collection->stats()->fields[0].tombstones, 0U);
    }
    EXPECT_EQ(everything_in(files, kSource), before);
    for (const std::string& file : files_below(files, kSource)) {
        EXPECT_FALSE(file.starts_with("fields/0/")) << file;
    }
}

}  // namespace
}  // namespace sokkuri::collection
