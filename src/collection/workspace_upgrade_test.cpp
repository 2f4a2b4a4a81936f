// A workspace.db of format version 1 must open for ever: readers take it as it is, the next writer
// turns it into the current version, and a kill at any moment leaves one or the other.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/workspace.h"
#include "store/database.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;

/// As version 1 was released: what it says here must not follow later changes.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE roots (number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE files (
    root INTEGER NOT NULL REFERENCES roots (number), path BLOB NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, content BLOB NOT NULL,
    id TEXT NOT NULL, failure TEXT NOT NULL, PRIMARY KEY (root, path)) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content) WHERE failure = '';
CREATE INDEX files_by_id ON files (id) WHERE failure = '';
CREATE INDEX failures ON files (root, path) WHERE failure <> '';
INSERT INTO roots VALUES (0, x'2e');
INSERT INTO files VALUES (0, CAST('a.jpg' AS BLOB), 12, 34, zeroblob(16), 'id-a', '');
)sql";

void make_version_1(FileSystem& files) {
    ASSERT_TRUE(create_directories(files, "/.sokkuri"));
    const store::DatabaseOptions options{.access = store::DatabaseOptions::Access::kCreate,
                                         .application_id = 0x736B7773,
                                         .format_version = 1,
                                         .schema = kVersion1};
    const auto made = store::Database::open(files, "/.sokkuri/workspace.db", options);
    ASSERT_TRUE(made) << made.error().message();
}

void expect_file_a(const Workspace& workspace) {
    const auto file = workspace.file(0, "a.jpg").value();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->id, "id-a");
    EXPECT_EQ(file->size_bytes, 12U);
}

TEST(WorkspaceUpgrade, AReaderTakesAnOldOneAsItIs) {
    MemoryFileSystem files;
    make_version_1(files);
    const auto workspace = Workspace::open(files, "/.sokkuri", WorkspaceAccess::kRead).value();
    expect_file_a(*workspace);
    EXPECT_TRUE(workspace->excluded_after(0, "", 10).value().empty());
    EXPECT_EQ(workspace->are_excluded(0, std::vector<std::string>{"a.jpg"}).value(),
              std::vector<bool>{false});
    EXPECT_FALSE(workspace->queries().find("q", 0).value());
    EXPECT_FALSE(workspace->queries().preview("q", 0).value());
    EXPECT_TRUE(workspace->kept_pictures().in_doubt(10).value().empty());
    EXPECT_TRUE(workspace->kept_pictures().of_content({}, 10).value().empty());
    EXPECT_FALSE(workspace->settings().find("pictures").value());
}

TEST(WorkspaceUpgrade, AWriterBringsItUpToDate) {
    MemoryFileSystem files;
    make_version_1(files);
    for (int opening = 0; opening < 2; ++opening) {
        const auto workspace = Workspace::open(files, "/.sokkuri", WorkspaceAccess::kWrite).value();
        expect_file_a(*workspace);
        EXPECT_TRUE(workspace->exclude(0, "b.jpg"));
        EXPECT_TRUE(workspace->settings().set("pictures", "none"));
        EXPECT_EQ(workspace->settings().find("pictures").value(), "none");
        EXPECT_EQ(workspace->excluded_after(0, "", 10).value().size(), 1U);
    }
    const auto reader = Workspace::open(files, "/.sokkuri", WorkspaceAccess::kRead).value();
    EXPECT_EQ(reader->excluded_after(0, "", 10).value().size(), 1U);
}

TEST(WorkspaceUpgrade, CutOffAnywhereLeavesOneThatOpens) {
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        make_version_1(memory);
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const bool was_opened =
            Workspace::open(files, "/.sokkuri", WorkspaceAccess::kWrite).has_value();
        const bool was_cut_off = files.has_failed();
        const auto reader = Workspace::open(memory, "/.sokkuri", WorkspaceAccess::kRead);
        ASSERT_TRUE(reader) << reader.error().message();
        expect_file_a(**reader);
        const auto writer = Workspace::open(memory, "/.sokkuri", WorkspaceAccess::kWrite);
        ASSERT_TRUE(writer) << writer.error().message();
        expect_file_a(**writer);
        EXPECT_TRUE((*writer)->exclude(0, "a.jpg"));
        if (was_opened && !was_cut_off) return;
    }
}

}  // namespace
}  // namespace sokkuri::collection
