// Backups that are cut off or stopped anywhere, of what is damaged, and over what is: nothing that
// was whole goes, nothing is believed that is not there, and what can be mended is.
#include "base/testing/faulty_file_system.h"
#include "base/testing/forwarding_file_system.h"
#include "base/testing/memory_file_system.h"
#include "base/testing/temporary_directory.h"
#include "collection/backup.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"
#include "collection/workspace.h"
#include "store/catalog.h"

#include <gtest/gtest.h>

#include <cstdlib>

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

BackupReport backed_up(FileSystem& files) {
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    EXPECT_TRUE(report) << report.error().message();
    return report.value_or(BackupReport());
}

void put_one(FileSystem& files, std::size_t number) {
    const auto collection = open_small(files, kSource);
    const PutRecord record = small_record(number);
    ASSERT_TRUE(collection->put({&record, 1}));
}

constexpr const char* kVectors = "fields/0/vectors/0000";

/// Flips one bit of the vector in that slot; twice: it is whole again.
void damage(FileSystem& files, const char* directory, std::size_t slot) {
    const auto chunk = files.open(join_path(directory, kVectors), OpenMode::kReadWrite).value();
    const std::uint64_t at = 4'096 + slot * testing::kSmallDimension * sizeof(float);
    std::byte value{};
    ASSERT_EQ(chunk->read_at(at, {&value, 1}).value(), 1U);
    value ^= std::byte{1};
    ASSERT_TRUE(chunk->write_at(at, {&value, 1}));
}

/// As after an index of a folder: the state of its file follows a record's commit.
void index_one(FileSystem& files, std::size_t number) {
    put_one(files, number);
    const auto workspace = Workspace::open(files, kSource, WorkspaceAccess::kWrite).value();
    FileState state{.root = workspace->add_root(".").value(),
                    .path = fmt::format("{}.jpg", number),
                    .id = small_record(number).id};
    ASSERT_TRUE(workspace->record({&state, 1}, {}));
}

/// Who reads a folder anew believes the states of its files: none may speak of a record that is not
/// there.
bool is_believable(FileSystem& files, const char* directory) {
    const auto workspace = Workspace::open(files, directory, WorkspaceAccess::kRead);
    if (!workspace) return workspace.error().code() == ErrorCode::kNotFound;
    const auto collection = open_local_collection(files, directory, {.search_threads = 1}).value();
    const std::vector<Root> roots = (*workspace)->roots().value();
    for (const Root& root : roots) {
        const std::vector<FileState> states =
            (*workspace)->files_after(root.number, "", 100).value();
        for (const FileState& state : states) {
            if (!collection->get({&state.id, 1}).value().front()) return false;
        }
    }
    return true;
}

TEST(BackupDamage, ThatIsCutOffAnywhereLeavesTheOneBeforeOrTheNewOne) {
    const std::uint64_t step = std::getenv("SOKKURI_EVERY_BYTE") != nullptr ? 1 : 5;
    for (std::uint64_t at = 0;; at += step) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        make_small(memory, kSource);
        index_one(memory, 50);
        backed_up(memory);
        const std::string old = everything_in(memory, kTarget);
        index_one(memory, 60);
        const std::string current = everything_in(memory, kSource);
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        const bool is_done = report && !files.has_failed();
        if (at % 2 == 1) memory.crash(at);
        const std::string said = everything_in(memory, kTarget);
        ASSERT_TRUE(said == current || said == old);
        ASSERT_TRUE(is_believable(memory, kTarget));
        EXPECT_EQ(everything_in(memory, kSource), current) << "backups change nothing";
        backed_up(memory);
        ASSERT_EQ(everything_in(memory, kTarget), current);
        ASSERT_TRUE(is_whole(memory, kTarget));
        if (is_done) return;
    }
}

TEST(BackupDamage, ThatIsStoppedAnywhereLeavesStatesOfFilesWithTheirRecords) {
    for (std::size_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        MemoryFileSystem files;
        make_small(files, kSource);
        index_one(files, 50);
        backed_up(files);
        const std::string old = everything_in(files, kTarget);
        index_one(files, 60);
        std::stop_source stop;
        std::size_t begun = 0;
        BackupOptions options{.progress = [&](std::string_view) {
            if (begun++ == at) stop.request_stop();
        }};
        options.stop = stop.get_token();
        const auto report = back_up_local_collection(files, kSource, kTarget, options);
        ASSERT_TRUE(is_believable(files, kTarget));
        if (report) return;
        EXPECT_EQ(report.error().code(), ErrorCode::kCancelled);
        EXPECT_EQ(everything_in(files, kTarget), old);
    }
}

TEST(BackupDamage, OfDamageLeavesStatesOfFilesWithTheirRecords) {
    MemoryFileSystem files;
    make_small(files, kSource);
    index_one(files, 50);
    backed_up(files);
    index_one(files, 60);
    damage(files, kSource, 42);  // the vector of the newest record
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kCorruption);
    EXPECT_TRUE(is_believable(files, kTarget));
    // Nothing of it stays for good.
    damage(files, kSource, 42);
    backed_up(files);
    EXPECT_TRUE(is_believable(files, kTarget));
    EXPECT_EQ(files_below(files, kTarget), files_below(files, kSource));
}

TEST(BackupDamage, RefusesToCopyDamage) {
    MemoryFileSystem files;
    make_small(files, kSource);
    damage(files, kSource, 1);
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(report.error().message().find("0000"), std::string::npos);
}

enum class Loss { kFile, kHeader, kEnd, kBit };

void lose_vectors(FileSystem& files, Loss loss) {
    const std::string path = join_path(kTarget, kVectors);
    if (loss == Loss::kBit) damage(files, kTarget, 1);
    if (loss == Loss::kFile) static_cast<void>(files.remove_file(path));
    if (loss == Loss::kHeader || loss == Loss::kEnd) {
        const auto chunk = files.open(path, OpenMode::kReadWrite).value();
        ASSERT_TRUE(chunk->truncate(loss == Loss::kHeader ? 100 : 4'200));
    }
}

TEST(BackupDamage, MendsTheVectorsOfTheOneBefore) {
    for (const Loss loss : {Loss::kFile, Loss::kHeader, Loss::kEnd, Loss::kBit}) {
        for (const bool has_new_rows : {false, true}) {
            SCOPED_TRACE(
                fmt::format("loss {}, new rows: {}", static_cast<int>(loss), has_new_rows));
            MemoryFileSystem files;
            make_small(files, kSource);
            backed_up(files);
            lose_vectors(files, loss);
            if (has_new_rows) put_one(files, 60);
            const BackupReport report = backed_up(files);
            EXPECT_EQ(report.files_copied, has_new_rows ? 3U : 2U) << "vectors and the catalog";
            EXPECT_TRUE(is_whole(files, kTarget));
            EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
        }
    }
}

TEST(BackupDamage, MendsWithoutEverBeingWorse) {
    const std::uint64_t step = std::getenv("SOKKURI_EVERY_BYTE") != nullptr ? 1 : 5;
    for (std::uint64_t at = 0;; at += step) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        make_small(memory, kSource);
        backed_up(memory);
        const std::string said = everything_in(memory, kTarget);
        damage(memory, kTarget, 1);
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        const bool is_done = report && !files.has_failed();
        if (at % 2 == 1) memory.crash(at);
        // As it was, or mended: no row that was whole has gone. There may be leftovers to note.
        const auto has_damage = [&] {
            return !verify_local_collection(memory, kTarget, {}).value().is_whole();
        };
        if (has_damage()) damage(memory, kTarget, 1);
        ASSERT_FALSE(has_damage());
        ASSERT_EQ(everything_in(memory, kTarget), said);
        if (is_done) return;
    }
}

TEST(BackupDamage, OfWhatBothHaveLostIsRefused) {
    MemoryFileSystem files;
    make_small(files, kSource);
    backed_up(files);
    damage(files, kSource, 1);
    backed_up(files);
    EXPECT_TRUE(is_whole(files, kTarget)) << "what it has is better";
    damage(files, kTarget, 2);
    const auto report = back_up_local_collection(files, kSource, kTarget, {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(report.error().message().find(join_path(kSource, kVectors)), std::string::npos)
        << report.error().message();
}

TEST(BackupDamage, LeavesOutSegmentsThatAreDamaged) {
    for (const bool is_missing : {false, true}) {
        MemoryFileSystem files;
        make_small(files, kSource);
        for (const std::string& file : files_below(files, kSource)) {
            if (!file.ends_with(".seg")) continue;
            const std::string path = join_path(kSource, file);
            if (is_missing) {
                ASSERT_TRUE(files.remove_file(path));
                continue;
            }
            const std::byte byte{77};
            const auto segment = files.open(path, OpenMode::kReadWrite).value();
            ASSERT_TRUE(segment->write_at(4'096 + 5, {&byte, 1}));
        }
        const BackupReport report = backed_up(files);
        EXPECT_EQ(report.segments_left_out, 1U);
        EXPECT_EQ(everything_in(files, kTarget), everything_in(files, kSource));
    }
}

TEST(BackupDamage, OfAKilledWriterOnADiskThatCanOnlyBeRead) {
    const sokkuri::testing::TemporaryDirectory folder;
    FileSystem& files = posix_file_system();
    const std::string alive = folder.path() + "/alive/.sokkuri";
    const std::string killed = folder.path() + "/killed/.sokkuri";
    const std::string target = folder.path() + "/backup/.sokkuri";
    make_small(files, alive);
    std::string said;
    {
        const auto writer = open_small(files, alive);
        const PutRecord record = small_record(60);
        ASSERT_TRUE(writer->put({&record, 1}));
        std::vector<std::string> names = files_below(files, alive);
        names.emplace_back("catalog.db-wal");
        for (const std::string& name : names) {
            const std::string path = join_path(killed, name);
            ASSERT_TRUE(create_directories(files, path.substr(0, path.rfind('/'))));
            const auto bytes = read_file(files, join_path(alive, name), 1U << 30);
            ASSERT_TRUE(bytes) << bytes.error().message();
            ASSERT_TRUE(replace_file(files, path, *bytes));
        }
        said = everything_in(files, alive);
    }
    sokkuri::testing::ForwardingFileSystem read_only(files);
    read_only.on_write([&](const std::string& path) -> Result<void> {
        if (!path.starts_with(killed)) return {};
        return fail(ErrorCode::kIo, "{}: can only be read", path);
    });
    ASSERT_FALSE(store::Catalog::open(read_only, join_path(killed, "catalog.db"),
                                      store::CatalogAccess::kRead))
        << "it cannot be read where it lies";
    const auto report = back_up_local_collection(read_only, killed, target, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(everything_in(files, target), said);
    EXPECT_TRUE(is_whole(files, target));
}

}  // namespace
}  // namespace sokkuri::collection
