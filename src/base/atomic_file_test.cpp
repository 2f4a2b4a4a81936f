// A file that is written in pieces is either there whole or not there at all.
#include "base/atomic_file.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sokkuri {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

TEST(AtomicFile, IsThereWholeAfterCommit) {
    const testing::TemporaryDirectory directory;
    FileSystem& files = posix_file_system();
    const std::string path = join_path(directory.path(), "out");
    auto file = AtomicFile::create(files, path);
    ASSERT_TRUE(file);
    const std::string piece(300'000, 'x');
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(file->append(bytes_of(piece)));
    ASSERT_TRUE(file->overwrite(1, bytes_of("head")));
    EXPECT_FALSE(files.status(path));
    ASSERT_TRUE(file->commit());
    const auto read = read_file(files, path, 10'000'000);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->size(), 1'500'000U);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(read->data()), 6), "xheadx");
    EXPECT_EQ(files.list(directory.path())->size(), 1U);
}

TEST(AtomicFile, CanBeSettledBeforeItAppears) {
    const testing::TemporaryDirectory directory;
    FileSystem& files = posix_file_system();
    const std::string path = join_path(directory.path(), "out");
    for (const bool commits : {false, true}) {
        auto file = AtomicFile::create(files, path);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->append(bytes_of("whole")));
        AtomicFile moved = std::move(*file);
        ASSERT_TRUE(moved.settle());
        ASSERT_TRUE(moved.settle()) << "again, for nothing";
        EXPECT_FALSE(files.status(path));
        ASSERT_TRUE(!commits || moved.commit());
    }
    EXPECT_EQ(files.list(directory.path())->size(), 1U) << "of the first nothing is left";
    EXPECT_EQ(files.status(path)->size_bytes, 5U);
}

TEST(AtomicFile, LeavesNothingWhenGivenUp) {
    const testing::TemporaryDirectory directory;
    FileSystem& files = posix_file_system();
    {
        auto file = AtomicFile::create(files, join_path(directory.path(), "out"));
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->append(bytes_of("half")));
        const AtomicFile moved = std::move(*file);
    }
    EXPECT_TRUE(files.list(directory.path())->empty());
}

}  // namespace
}  // namespace sokkuri
