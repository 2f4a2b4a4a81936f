// Goal: a compaction gives room back and changes no answer, or leaves everything as it was.
#include "collection/compaction.h"

#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::files_below;
using testing::make_small;
using testing::open_small;
using testing::small_record;

constexpr const char* kSource = "/pictures/.sokkuri";

bool is_whole(FileSystem& files, const char* directory) {
    const auto report =
        verify_local_collection(files, directory, {.depth = VerifyOptions::Depth::kDeep});
    return report && report->is_whole() && report->findings.empty();
}

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

TEST(Compaction, ThatIsStoppedAfterItsCommitIsDone) {
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
        EXPECT_EQ(collection->stats()->fields[0].tombstones, 0U);
    }
    EXPECT_EQ(everything_in(files, kSource), before);
    for (const std::string& file : files_below(files, kSource)) {
        EXPECT_FALSE(file.starts_with("fields/0/")) << file;
    }
}

}  // namespace
}  // namespace sokkuri::collection
