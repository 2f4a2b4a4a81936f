// Goal: a copy of a database in use is whole, page by page, however large it is and wherever its
// newest pages lie; a source that is damaged is told of as such.
#include "store/database_copy.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/database.h"
#include "store/database_check.h"

#include <gtest/gtest.h>

namespace sokkuri::store {
namespace {

using testing::FaultyFileSystem;
using testing::MemoryFileSystem;
using Access = DatabaseOptions::Access;

constexpr std::uint64_t kPageBytes = 4096;

DatabaseOptions sealed(Access access) {
    return {.access = access,
            .application_id = 7,
            .format_version = 1,
            .sealed_since = 1,
            .schema = "CREATE TABLE t (x INTEGER PRIMARY KEY, y BLOB)"};
}

/// More than SQLite keeps in its cache, so that pages are written before the first one.
void put_four_megabytes(Database& database) {
    ASSERT_TRUE(database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4096)"
        "INSERT INTO t SELECT i, randomblob(1000) FROM n"));
}

std::int64_t sum_of_lengths(Database& database) {
    Statement select = database.prepare("SELECT sum(length(y)) FROM t").value();
    Rows rows = select.query().value();
    EXPECT_TRUE(rows.next().value());
    return rows.integer(0);
}

class DatabaseCopyTest : public ::testing::Test {
 protected:
    std::unique_ptr<Database> open(const std::string& path, Access access) {
        auto database = Database::open(files_, path, sealed(access));
        EXPECT_TRUE(database) << database.error().message();
        return std::move(*database);
    }

    MemoryFileSystem files_;
};

TEST_F(DatabaseCopyTest, OfADatabaseInUseIsSealedPageByPage) {
    const auto writer = open("/a.db", Access::kCreate);
    put_four_megabytes(*writer);
    // Newer versions of some pages lie in the log.
    ASSERT_TRUE(writer->execute("UPDATE t SET y = zeroblob(900) WHERE x % 7 = 0"));
    const auto reader = open("/a.db", Access::kRead);
    {
        const Transaction view = reader->begin_read().value();
        ASSERT_TRUE(reader->copy_to("/b.db"));
    }
    EXPECT_EQ(damaged_pages(files_, "/b.db").value(), std::vector<std::string>());
    const auto copy = open("/b.db", Access::kRead);
    EXPECT_EQ(sum_of_lengths(*copy), sum_of_lengths(*writer));
    EXPECT_EQ(damaged_trees(*copy, "/b.db").value(), std::vector<std::string>());
}

TEST_F(DatabaseCopyTest, OfPagesWithoutChecksumsHasNone) {
    DatabaseOptions options = sealed(Access::kCreate);
    options.sealed_since = DatabaseOptions::kNeverSealed;
    const auto writer = Database::open(files_, "/a.db", options).value();
    put_four_megabytes(*writer);
    ASSERT_TRUE(writer->copy_to("/b.db"));
    options.access = Access::kRead;
    const auto copy = Database::open(files_, "/b.db", options).value();
    EXPECT_EQ(sum_of_lengths(*copy), sum_of_lengths(*writer));
}

TEST_F(DatabaseCopyTest, OfADamagedDatabaseNamesThePageThatIsDamaged) {
    {
        const auto writer = open("/a.db", Access::kCreate);
        put_four_megabytes(*writer);
    }
    {
        const auto file = files_.open("/a.db", OpenMode::kReadWrite).value();
        const std::byte other{0x5A};
        ASSERT_TRUE(file->write_at(99 * kPageBytes + 17, {&other, 1}));
    }
    const auto reader = open("/a.db", Access::kRead);
    const auto copied = reader->copy_to("/b.db");
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code(), ErrorCode::kCorruption) << copied.error().message();
    EXPECT_NE(copied.error().message().find("/a.db: page 100,"), std::string::npos)
        << copied.error().message();
}

TEST(DatabaseErrors, DoNotRepeatWhatFailedBefore) {
    // A checkpoint that fails after a commit is nobody's concern: the log has everything.
    constexpr const char* kMuch = "INSERT INTO t VALUES (1, randomblob(5000000))";
    const auto operations = [&] {
        MemoryFileSystem memory;
        FaultyFileSystem files(memory);
        const auto database = Database::open(files, "/a.db", sealed(Access::kCreate)).value();
        files.set_fault({});
        EXPECT_TRUE(database->execute(kMuch));
        return files.operations();
    }();
    for (std::uint64_t at = operations; at-- > 0;) {
        MemoryFileSystem memory;
        FaultyFileSystem files(memory);
        const auto database = Database::open(files, "/a.db", sealed(Access::kCreate)).value();
        files.set_fault({.at = at});
        const auto inserted = database->execute(kMuch);
        ASSERT_TRUE(inserted) << "no checkpoint has failed: " << inserted.error().message();
        if (!files.has_failed()) continue;
        const auto other = database->execute("INSERT INTO t VALUES (1, 2)");
        EXPECT_EQ(other.error().code(), ErrorCode::kAlreadyExists);
        EXPECT_EQ(other.error().message().find("fault"), std::string::npos)
            << other.error().message();
        return;
    }
}

}  // namespace
}  // namespace sokkuri::store
