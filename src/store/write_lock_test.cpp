#include "store/write_lock.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::store {
namespace {

class WriteLockTest : public ::testing::Test {
 protected:
    void write_content(std::string_view content) {
        ASSERT_TRUE(replace_file(files_, path_, std::as_bytes(std::span(content))));
    }

    FileSystem& files_ = posix_file_system();
    testing::TemporaryDirectory folder_;
    std::string path_ = join_path(folder_.path(), "lock");
    LockHolder self_ = {.pid = 4711, .since_s = 1'800'000'000, .socket = "/run/a b\xff"};
};

TEST_F(WriteLockTest, TheSecondWriterIsToldWhoAndSinceWhen) {
    EXPECT_FALSE(WriteLock::holder(files_, path_).value());
    {
        const auto lock = WriteLock::acquire(files_, path_, self_).value();
        const auto second = WriteLock::acquire(files_, path_, {.pid = 1, .since_s = 2});
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
        EXPECT_NE(second.error().message().find("held by pid 4711 since 2027-01-15 08:00:00 UTC"),
                  std::string::npos)
            << second.error().message();
        const LockHolder holder = WriteLock::holder(files_, path_).value().value();
        EXPECT_EQ(holder.pid, self_.pid);
        EXPECT_EQ(holder.since_s, self_.since_s);
        EXPECT_EQ(holder.socket, self_.socket);
    }
    EXPECT_FALSE(WriteLock::holder(files_, path_).value());
    EXPECT_TRUE(WriteLock::acquire(files_, path_, self_));
}

TEST_F(WriteLockTest, KnowsWhetherItsFileStillLiesThere) {
    const auto lock = WriteLock::acquire(files_, path_, self_).value();
    EXPECT_TRUE(lock->check_place());
    ASSERT_TRUE(files_.rename(path_, path_ + "-elsewhere"));
    EXPECT_EQ(lock->check_place().error().code(), ErrorCode::kUnavailable);
    write_content("another one");
    EXPECT_EQ(lock->check_place().error().code(), ErrorCode::kUnavailable);
    ASSERT_TRUE(files_.rename(path_ + "-elsewhere", path_));
    EXPECT_TRUE(lock->check_place());
}

TEST_F(WriteLockTest, ContentWithoutALockMeansNothing) {
    write_content(
        "sokkuri lock 1\npid 1\nsince 1\nsocket /left/over/by/a/kill, longer than ours\n");
    EXPECT_FALSE(WriteLock::holder(files_, path_).value());
    const auto lock = WriteLock::acquire(files_, path_, {.pid = 7, .since_s = 1}).value();
    EXPECT_EQ(WriteLock::holder(files_, path_).value()->pid, 7);
    EXPECT_EQ(WriteLock::holder(files_, path_).value()->socket, "");
}

TEST_F(WriteLockTest, HostileContentIsAnUnknownHolder) {
    const std::string good = "sokkuri lock 1\npid 12\nsince 34\nsocket /s\n";
    std::vector<std::string> contents = {
        "",
        "\n\n\n\n",
        "sokkuri lock 2\npid 1\nsince 1\nsocket \n",
        "sokkuri lock 1\npid -1\nsince 1\nsocket \n",
        "sokkuri lock 1\npid 99999999999999999999\nsince 1\nsocket \n",
        "sokkuri lock 1\npid 1\nsince 1\nsocket a\nb\n",
        std::string(100'000, 'x')};
    for (std::size_t size = 0; size < good.size(); ++size) {
        contents.push_back(good.substr(0, size));
    }
    for (const std::string& content : contents) {
        write_content(content);
        const auto file = files_.open(path_, OpenMode::kReadWrite).value();
        ASSERT_TRUE(file->try_lock(0, 1, LockKind::kExclusive).value());
        EXPECT_EQ(WriteLock::holder(files_, path_).value()->pid, 0) << content;
        const auto refused = WriteLock::acquire(files_, path_, self_);
        EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
        EXPECT_NE(refused.error().message().find("another process"), std::string::npos);
    }
}

TEST_F(WriteLockTest, AnyMomentOfTimeCanBeShown) {
    for (const std::int64_t since : {INT64_MIN, std::int64_t{-1}, INT64_MAX}) {
        const auto lock = WriteLock::acquire(files_, path_, {.pid = 5, .since_s = since}).value();
        const auto refused = WriteLock::acquire(files_, path_, self_);
        EXPECT_NE(refused.error().message().find("held by pid 5"), std::string::npos);
    }
}

}  // namespace
}  // namespace sokkuri::store
