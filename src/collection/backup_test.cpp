// Backups: what comes back is what was there at one generation, made beside a writer, made again,
// and after a compaction.
#include "collection/backup.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/workspace.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::files_below;
using testing::is_whole;
using testing::make_small;
using testing::open_small;
using testing::small_record;

constexpr const char* kSource = "/pictures/.sokkuri";
constexpr const char* kTarget = "/backup/.sokkuri";

BackupReport backed_up(FileSystem& files, const char* from = kSource, const char* to = kTarget) {
    const auto report = back_up_local_collection(files, from, to, {});
    EXPECT_TRUE(report) << report.error().message();
    return report.value_or(BackupReport());
}

void put_one(FileSystem& files, std::size_t number) {
    const auto collection = open_small(files, kSource);
    const PutRecord record = small_record(number);
    ASSERT_TRUE(collection->put({&record, 1}));
}

TEST(Backup, IsACollectionThatSaysTheSame) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const BackupReport report = backed_up(files);
    EXPECT_EQ(report.records, 38U);
    EXPECT_TRUE(is_whole(files, kTarget));
    EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
    EXPECT_EQ(files_below(files, kTarget), files_below(files, kSource));
    // And it can be written to: restored, in other words.
    backed_up(files, kTarget, "/restored/.sokkuri");
    EXPECT_EQ(everything_in(files, "/restored/.sokkuri"), everything_in(files, kSource));
    const auto writer = open_small(files, "/restored/.sokkuri");
    const PutRecord record = small_record(50);
    EXPECT_TRUE(writer->put({&record, 1}));
}

TEST(Backup, CopiesOnlyWhatIsNew) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const BackupReport first = backed_up(files);
    put_one(files, 60);
    const BackupReport second = backed_up(files);
    EXPECT_EQ(second.records, first.records + 1);
    EXPECT_EQ(second.files_kept, 1U) << "the segment";
    EXPECT_EQ(second.files_copied, 2U) << "one vector, the catalog";
    EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
    EXPECT_TRUE(is_whole(files, kTarget));
}

TEST(Backup, IsOneGenerationOfACollectionThatIsWrittenTo) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto writer = open_small(files, kSource);
    std::string said;
    std::size_t next = 100;
    const auto report =
        back_up_local_collection(files, kSource, kTarget, {.progress = [&](std::string_view file) {
                                     // The generation is taken before the first vectors are copied.
                                     if (said.empty() && file.starts_with("fields/"))
                                         said = everything_in(files, kSource);
                                     const PutRecord record = small_record(next++);
                                     EXPECT_TRUE(writer->put({&record, 1}));
                                     const std::string gone = fmt::format("record-{}", next % 20);
                                     EXPECT_TRUE(writer->remove({&gone, 1}));
                                 }});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_GT(next, 102U);
    EXPECT_EQ(everything_in(files, kTarget), said);
    EXPECT_TRUE(is_whole(files, kTarget));
}

TEST(Backup, RefusesAFolderThatHoldsAnotherCollection) {
    MemoryFileSystem files;
    make_small(files, kSource);
    {
        const auto other = open_small(files, kTarget);
        const PutRecord record = small_record(99);
        ASSERT_TRUE(other->put({&record, 1}));
    }
    const std::string before = everything_in(files, kTarget);
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(everything_in(files, kTarget), before);
}

TEST(Backup, RefusesACollectionThatSharesNoFieldWithIt) {
    MemoryFileSystem files;
    make_small(files, kSource);
    {
        // From now on its field has another number than that of any young collection.
        const auto collection = open_small(files, kSource);
        ASSERT_TRUE(collection->compact({}));
    }
    const auto expect_refused = [&](const char* source) {
        const std::string before = everything_in(files, kTarget);
        const std::vector<std::string> files_before = files_below(files, kTarget);
        const auto report = back_up_local_collection(files, source, kTarget, {});
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code(), ErrorCode::kConflict);
        EXPECT_NE(report.error().message().find(kTarget), std::string::npos);
        EXPECT_EQ(everything_in(files, kTarget), before);
        EXPECT_EQ(files_below(files, kTarget), files_before);
    };
    make_small(files, kTarget);
    expect_refused(kSource);
    // Nor one of documents alone.
    constexpr const char* kDocuments = "/documents/.sokkuri";
    {
        const auto collection = open_small(files, kDocuments);
        const PutRecord record{.id = "a", .document = "{}"};
        ASSERT_TRUE(collection->put({&record, 1}));
    }
    expect_refused(kDocuments);
}

TEST(Backup, RefusesAFolderThatHasGoneOnWithoutIt) {
    MemoryFileSystem files;
    make_small(files, kSource);
    backed_up(files);
    {
        const auto copy = open_small(files, kTarget);
        const std::string gone = "record-1";
        ASSERT_TRUE(copy->remove({&gone, 1}));
    }
    const std::string before = everything_in(files, kTarget);
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(everything_in(files, kTarget), before);
}

TEST(Backup, RefusesAFolderWhoseDocumentsWereChangedWithoutIt) {
    MemoryFileSystem files;
    make_small(files, kSource);
    backed_up(files);
    {
        const auto restored = open_small(files, kTarget);
        const PutRecord edit{.id = "record-7", .document = R"({"edited":true})"};
        ASSERT_TRUE(restored->put_documents({&edit, 1}));
    }
    for (std::size_t number = 60; number < 64; ++number)
        put_one(files, number);
    const std::string before = everything_in(files, kTarget);
    const auto refused = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("\"record-7\""), std::string::npos);
    EXPECT_EQ(everything_in(files, kTarget), before);
}

TEST(Backup, RefusesAFolderThatSomebodyHasOpen) {
    MemoryFileSystem files;
    make_small(files, kSource);
    ASSERT_TRUE(Workspace::open(files, kSource, WorkspaceAccess::kWrite).value()->add_root("."));
    backed_up(files);
    const std::string before = everything_in(files, kTarget);
    put_one(files, 60);
    const auto refused = [&](const char* name) {
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        ASSERT_FALSE(report) << "the log of the old one lies beside the new one";
        EXPECT_EQ(report.error().code(), ErrorCode::kUnavailable);
        EXPECT_NE(report.error().message().find(name), std::string::npos);
        EXPECT_EQ(everything_in(files, kTarget), before);
    };
    {
        const auto reader = store::Catalog::open(files, join_path(kTarget, "catalog.db"),
                                                 store::CatalogAccess::kRead)
                                .value();
        refused("catalog.db");
    }
    {
        const auto workspace = Workspace::open(files, kTarget, WorkspaceAccess::kWrite).value();
        ASSERT_TRUE(workspace->add_root("further"));
        refused("workspace.db");
    }
    backed_up(files);
    EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
}

TEST(Backup, RefusesLogsThatWereLeftBehind) {
    for (const char* name :
         {"catalog.db-wal", "catalog.db-journal", "workspace.db-wal", "workspace.db-journal"}) {
        SCOPED_TRACE(name);
        MemoryFileSystem files;
        make_small(files, kSource);
        ASSERT_TRUE(
            Workspace::open(files, kSource, WorkspaceAccess::kWrite).value()->add_root("."));
        const std::string log = join_path(kTarget, name);
        ASSERT_TRUE(create_directories(files, kTarget));
        const std::byte byte{1};
        ASSERT_TRUE(replace_file(files, log, {&byte, 1}));
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code(), ErrorCode::kUnavailable);
        EXPECT_NE(report.error().message().find(log), std::string::npos);
        EXPECT_FALSE(files.status(join_path(kTarget, "catalog.db")));
        ASSERT_TRUE(files.remove_file(log));
        backed_up(files);
        EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
    }
}

TEST(Backup, LeavesNoWorkspaceOfAnotherTime) {
    MemoryFileSystem files;
    make_small(files, kSource);
    ASSERT_TRUE(Workspace::open(files, kTarget, WorkspaceAccess::kWrite).value()->add_root("."));
    backed_up(files);
    EXPECT_EQ(files_below(files, kTarget), files_below(files, kSource));
}

constexpr const char* kPicture = "pictures/ab/a picture";

void keep_picture(FileSystem& files) {
    const std::string path = join_path(kSource, kPicture);
    ASSERT_TRUE(create_directories(files, path.substr(0, path.rfind('/'))));
    const std::byte byte{1};
    ASSERT_TRUE(replace_file(files, path, {&byte, 1}));
}

bool has_picture(const FileSystem& files) {
    return files.status(join_path(kTarget, kPicture)).has_value();
}

TEST(Backup, KeepsThePicturesOfItsGeneration) {
    MemoryFileSystem files;
    make_small(files, kSource);
    keep_picture(files);
    backed_up(files);
    EXPECT_TRUE(has_picture(files));
    put_one(files, 60);
    const auto report = back_up_local_collection(
        files, kSource, kTarget, {.progress = [&](std::string_view file) {
            // Its record goes after the generation was taken.
            if (!file.starts_with("fields/")) return;
            static_cast<void>(files.remove_file(join_path(kSource, kPicture)));
        }});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_FALSE(files.status(join_path(kSource, kPicture)));
    EXPECT_TRUE(has_picture(files));
    backed_up(files);
    EXPECT_FALSE(has_picture(files)) << "nor is it wanted any more";
}

TEST(Backup, LosesNoPictureByAnErrorAnywhere) {
    MemoryFileSystem memory;
    make_small(memory, kSource);
    keep_picture(memory);
    backed_up(memory);
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kFailOnce});
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        ASSERT_TRUE(has_picture(memory));
        if (files.has_failed()) continue;
        EXPECT_TRUE(report) << report.error().message();
        return;
    }
}

TEST(Backup, HasTheSegmentsOfItsGenerationThoughOthersReplaceThem) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto writer = open_small(files, kSource);
    const std::string said = everything_in(files, kSource);
    const auto segment_of = [&](const char* directory) {
        std::string found;
        for (const std::string& file : files_below(files, directory)) {
            if (file.ends_with(".seg")) found += file;
        }
        return found;
    };
    const std::string before = segment_of(kSource);
    const auto report = back_up_local_collection(
        files, kSource, kTarget, {.progress = [&](std::string_view file) {
            if (file != "fields/0/vectors" || segment_of(kSource) != before) return;
            std::vector<PutRecord> records;
            for (std::size_t number = 100; number < 160; ++number)
                records.push_back(small_record(number));
            EXPECT_TRUE(writer->put(records));
            EXPECT_TRUE(writer->optimize({}));
            EXPECT_NE(segment_of(kSource), before);
        }});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_NE(segment_of(kSource), before) << "a merge came between";
    EXPECT_EQ(report->segments_left_out, 0U);
    EXPECT_EQ(segment_of(kTarget), before);
    EXPECT_EQ(everything_in(files, kTarget), said);
    EXPECT_TRUE(is_whole(files, kTarget));
}

TEST(Backup, HasAPictureThatGoesWhileItBegins) {
    MemoryFileSystem files;
    make_small(files, kSource);
    const auto writer = open_small(files, kSource);
    // A record and its picture come after the pictures were copied first; both go when the
    // generation is taken and the pictures of it are copied.
    const std::string other = join_path(kSource, "pictures/aa/first");
    ASSERT_TRUE(create_directories(files, join_path(kSource, "pictures/aa")));
    const std::byte byte{1};
    ASSERT_TRUE(replace_file(files, other, {&byte, 1}));
    bool has_come = false;
    const PutRecord record = small_record(60);
    const auto report = back_up_local_collection(
        files, kSource, kTarget, {.progress = [&](std::string_view file) {
            if (file == "pictures/aa/first") {
                keep_picture(files);
                EXPECT_TRUE(writer->put({&record, 1}));
                has_come = true;
            }
            if (file == kPicture && has_come) {
                EXPECT_TRUE(writer->remove({&record.id, 1}));
                EXPECT_TRUE(files.remove_file(join_path(kSource, kPicture)));
                has_come = false;
            }
        }});
    ASSERT_TRUE(report) << report.error().message();
    const auto copy = open_local_collection(files, kTarget, {.search_threads = 1}).value();
    const bool has_record = copy->get({&record.id, 1}).value().front().has_value();
    EXPECT_EQ(has_record, has_picture(files)) << "a record without the picture that it names";
}

TEST(Backup, FollowsACompaction) {
    MemoryFileSystem files;
    make_small(files, kSource);
    backed_up(files);
    {
        const auto collection = open_small(files, kSource);
        ASSERT_TRUE(collection->compact({}));
    }
    backed_up(files);
    EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
    EXPECT_TRUE(is_whole(files, kTarget));
    EXPECT_EQ(files_below(files, kTarget), files_below(files, kSource));
}

}  // namespace
}  // namespace sokkuri::collection
