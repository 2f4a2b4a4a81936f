#include "base/file_system.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace sokkuri {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

class PosixFileSystemTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = join_path(testing::TempDir(), "sokkuri-files-XXXXXX");
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(std::string_view name) const { return join_path(folder_, name); }

    FileSystem& files_ = posix_file_system();
    std::string folder_;
};

TEST_F(PosixFileSystemTest, ReadsWhatWasWrittenAndStopsAtTheEnd) {
    const auto file = files_.open(path("a"), OpenMode::kCreateNew).value();
    ASSERT_TRUE(file->write_at(3, bytes_of("defg")));
    ASSERT_TRUE(file->sync());
    std::vector<std::byte> out(100);
    EXPECT_EQ(file->read_at(0, out).value(), 7U);
    EXPECT_EQ(text_of(std::span(out).first(7)), std::string("\0\0\0defg", 7));
    EXPECT_EQ(file->read_at(5, out).value(), 2U);
    EXPECT_EQ(file->read_at(50, out).value(), 0U);
    ASSERT_TRUE(file->truncate(4));
    EXPECT_EQ(file->size_bytes().value(), 4U);
}

TEST_F(PosixFileSystemTest, OpenModesSayWhatMustExist) {
    EXPECT_EQ(files_.open(path("a"), OpenMode::kRead).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(files_.open(path("a"), OpenMode::kReadWrite).error().code(), ErrorCode::kNotFound);
    EXPECT_TRUE(files_.open(path("a"), OpenMode::kCreate));
    EXPECT_EQ(files_.open(path("a"), OpenMode::kCreateNew).error().code(),
              ErrorCode::kAlreadyExists);
    EXPECT_EQ(files_.open(std::string_view("a\0b", 3), OpenMode::kRead).error().code(),
              ErrorCode::kInvalidArgument);
}

TEST_F(PosixFileSystemTest, LocksConflictBetweenFilesOfOneProcess) {
    const auto one = files_.open(path("a"), OpenMode::kCreate).value();
    const auto two = files_.open(path("a"), OpenMode::kCreate).value();
    EXPECT_TRUE(one->try_lock(10, 5, LockKind::kShared).value());
    EXPECT_TRUE(two->try_lock(12, 1, LockKind::kShared).value());
    EXPECT_FALSE(two->try_lock(14, 1, LockKind::kExclusive).value());
    EXPECT_TRUE(two->try_lock(15, 1, LockKind::kExclusive).value());
    EXPECT_TRUE(two->is_locked_elsewhere(10, 1).value());
    EXPECT_FALSE(two->is_locked_elsewhere(15, 1).value());
    // Another File of the same path closing must not take our lock away, as POSIX locks would.
    files_.open(path("a"), OpenMode::kRead).value().reset();
    EXPECT_FALSE(two->try_lock(14, 1, LockKind::kExclusive).value());
    ASSERT_TRUE(one->unlock(10, 5));
    EXPECT_TRUE(two->try_lock(14, 1, LockKind::kExclusive).value());
    EXPECT_FALSE(one->try_lock(14, 1, LockKind::kShared).value());
}

TEST_F(PosixFileSystemTest, MapsMayReachPastTheEndAndSeeLaterWrites) {
    const auto file = files_.open(path("a"), OpenMode::kCreate).value();
    ASSERT_TRUE(file->write_at(0, std::vector<std::byte>(5000, std::byte{1})));
    const auto map = file->map(100, 1 << 20, MapAccess::kReadWrite).value();
    EXPECT_EQ(map->bytes().size(), 1U << 20);
    EXPECT_EQ(map->bytes()[0], std::byte{1});
    ASSERT_TRUE(file->write_at(50000, bytes_of("x")));
    EXPECT_EQ(map->bytes()[50000 - 100], static_cast<std::byte>('x'));
    map->bytes()[0] = std::byte{9};
    std::array<std::byte, 1> out;
    ASSERT_TRUE(file->read_at(100, out));
    EXPECT_EQ(out[0], std::byte{9});
    EXPECT_EQ(file->map(0, 0, MapAccess::kRead).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(PosixFileSystemTest, ListsInByteOrderWithKindsAndAnyBytes) {
    const std::string odd = "\xff\n\"name";
    ASSERT_TRUE(files_.open(path(odd), OpenMode::kCreateNew));
    ASSERT_TRUE(files_.open(path("b"), OpenMode::kCreateNew));
    ASSERT_TRUE(files_.create_directory(path("a")));
    ASSERT_TRUE(files_.create_directory(path("a")));
    ASSERT_EQ(symlink("b", path("c").c_str()), 0);
    ASSERT_EQ(mkfifo(path("d").c_str(), 0600), 0);
    const auto entries = files_.list(folder_).value();
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(entries[0].name, "a");
    EXPECT_EQ(entries[0].kind, FileKind::kDirectory);
    EXPECT_EQ(entries[1].kind, FileKind::kRegular);
    EXPECT_EQ(entries[2].kind, FileKind::kSymlink);
    EXPECT_EQ(entries[3].kind, FileKind::kOther);
    EXPECT_EQ(entries[4].name, odd);
    EXPECT_TRUE(files_.open(path("d"), OpenMode::kRead)) << "a pipe must not block";
    EXPECT_EQ(files_.create_directory(path("b")).error().code(), ErrorCode::kAlreadyExists);
}

TEST_F(PosixFileSystemTest, StatusTellsLinksFromWhatTheyLeadTo) {
    ASSERT_TRUE(replace_file(files_, path("a"), bytes_of("12345")));
    ASSERT_EQ(symlink("a", path("link").c_str()), 0);
    EXPECT_EQ(files_.status(path("link"))->kind, FileKind::kSymlink);
    const FileStatus status = files_.status_following(path("link")).value();
    EXPECT_EQ(status.kind, FileKind::kRegular);
    EXPECT_EQ(status.size_bytes, 5U);
    EXPECT_GT(status.modified_ns, 1'500'000'000'000'000'000);
    EXPECT_EQ(status.inode, files_.status(path("a"))->inode);
    EXPECT_EQ(files_.canonical(path("./link")).value(), files_.canonical(folder_).value() + "/a");
    EXPECT_EQ(files_.canonical(path("none")).error().code(), ErrorCode::kNotFound);
}

TEST_F(PosixFileSystemTest, AnOpenFileSaysWhatItIsAndWhereItLies) {
    const std::string folder = std::filesystem::canonical(folder_).string();
    std::filesystem::create_directory(path("real"));
    ASSERT_TRUE(replace_file(files_, path("real/a"), bytes_of("abc")));
    std::filesystem::create_directory_symlink("real", path("link"));
    std::filesystem::create_symlink("a", path("real/b"));
    const auto file = files_.open(path("link/b"), OpenMode::kRead).value();
    EXPECT_EQ(file->location().value(), folder + "/real/a");
    EXPECT_EQ(file->status().value().inode, files_.status(path("real/a")).value().inode);
    EXPECT_EQ(file->status().value().size_bytes, 3U);
    ASSERT_TRUE(replace_file(files_, path("real/other"), bytes_of("wxyz")));
    std::filesystem::remove(path("real/b"));
    std::filesystem::create_symlink("other", path("real/b"));
    EXPECT_EQ(file->location().value(), folder + "/real/a") << "not where the name leads now";
    ASSERT_TRUE(files_.rename(path("real/a"), path("moved")));
    EXPECT_EQ(file->location().value(), folder + "/moved");
    EXPECT_EQ(files_.open(path("real"), OpenMode::kRead).value()->status().value().kind,
              FileKind::kDirectory);
}

TEST_F(PosixFileSystemTest, ReplacesFilesWholeAndLeavesNothingBeside) {
    ASSERT_TRUE(replace_file(files_, path("a"), bytes_of("one")));
    ASSERT_TRUE(replace_file(files_, path("a"), bytes_of("second")));
    EXPECT_EQ(text_of(read_file(files_, path("a"), 100).value()), "second");
    EXPECT_EQ(files_.list(folder_)->size(), 1U);
    ASSERT_TRUE(files_.create_directory(path("d")));
    EXPECT_FALSE(replace_file(files_, path("d"), bytes_of("x")));
    EXPECT_EQ(files_.list(folder_)->size(), 2U) << "the temporary file is gone";
}

TEST_F(PosixFileSystemTest, ReadFileRefusesMoreThanAllowed) {
    ASSERT_TRUE(replace_file(files_, path("a"), bytes_of("12345")));
    EXPECT_EQ(read_file(files_, path("a"), 5)->size(), 5U);
    EXPECT_EQ(read_file(files_, path("a"), 4).error().code(), ErrorCode::kExhausted);
    EXPECT_GT(read_file(files_, "/proc/self/status", 1 << 20)->size(), 0U) << "reports size 0";
}

TEST_F(PosixFileSystemTest, AFullDiskIsNoBoundOfOurs) {
    const auto full = files_.open("/dev/full", OpenMode::kReadWrite);
    ASSERT_TRUE(full) << full.error().message();
    EXPECT_EQ((*full)->write_at(0, bytes_of("x")).error().code(), ErrorCode::kNoSpace);
}

TEST_F(PosixFileSystemTest, CreatesEveryMissingDirectory) {
    ASSERT_TRUE(create_directories(files_, path("a/b//c/")));
    ASSERT_TRUE(create_directories(files_, path("a/b/c")));
    EXPECT_EQ(files_.status(path("a/b/c"))->kind, FileKind::kDirectory);
    ASSERT_TRUE(replace_file(files_, path("f"), bytes_of("")));
    EXPECT_FALSE(create_directories(files_, path("f/g")));
}

TEST_F(PosixFileSystemTest, RemovesFilesAndEmptyDirectoriesOnly) {
    ASSERT_TRUE(create_directories(files_, path("a")));
    ASSERT_TRUE(replace_file(files_, path("a/f"), bytes_of("")));
    EXPECT_FALSE(files_.remove_directory(path("a")));
    EXPECT_FALSE(files_.remove_file(path("a")));
    ASSERT_TRUE(files_.remove_file(path("a/f")));
    ASSERT_TRUE(files_.remove_directory(path("a")));
    EXPECT_EQ(files_.status(path("a")).error().code(), ErrorCode::kNotFound);
}

TEST(JoinPath, PutsOneSlashBetween) {
    EXPECT_EQ(join_path("a", "b"), "a/b");
    EXPECT_EQ(join_path("a/", "b"), "a/b");
    EXPECT_EQ(join_path("", "b"), "b");
    EXPECT_EQ(join_path("/", "b"), "/b");
}

}  // namespace
}  // namespace sokkuri
