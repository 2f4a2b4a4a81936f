// Goal: a copy that cannot be made says so beside the reason why one was needed, and is bounded.
#include "store/private_copy.h"

#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

#include <array>

namespace sokkuri::store {
namespace {

using testing::MemoryFileSystem;

const Error kReason(ErrorCode::kUnavailable, "/a.db: no room beside it");

TEST(PrivateCopy, IsOfTheDatabaseAndItsLog) {
    MemoryFileSystem files;
    const std::array<std::byte, 5> bytes{std::byte{1}};
    ASSERT_TRUE(replace_file(files, "/a.db", bytes));
    ASSERT_TRUE(replace_file(files, "/a.db-wal", std::span(bytes).first(3)));
    const auto copy = PrivateCopy::make(files, "/a.db", kReason);
    ASSERT_TRUE(copy) << copy.error().message();
    EXPECT_EQ(posix_file_system().status((*copy)->path())->size_bytes, 5U);
    EXPECT_EQ(posix_file_system().status((*copy)->path() + "-wal")->size_bytes, 3U);
}

TEST(PrivateCopy, ThatCannotBeMadeNamesBothReasons) {
    MemoryFileSystem files;
    const std::array<std::byte, 5> bytes{std::byte{1}};
    ASSERT_TRUE(replace_file(files, "/a.db", bytes));
    ASSERT_TRUE(replace_file(files, "/a.db-wal", bytes));
    EXPECT_TRUE(PrivateCopy::make(files, "/a.db", kReason, 10));
    const auto copy = PrivateCopy::make(files, "/a.db", kReason, 9);
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().code(), kReason.code());
    EXPECT_NE(copy.error().message().find(kReason.message()), std::string::npos);
    EXPECT_NE(copy.error().message().find("10 bytes, at most 9"), std::string::npos)
        << copy.error().message();
}

}  // namespace
}  // namespace sokkuri::store
