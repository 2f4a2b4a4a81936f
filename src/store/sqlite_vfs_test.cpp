// SQLite's own unix VFS beside ours on the same file, as when somebody opens a catalog in use with
// the sqlite3 tool. Its locks are the process's, and closing any descriptor of the file drops them:
// in each test it is closed first.
#include "store/sqlite_vfs.h"

#include "base/testing/temporary_directory.h"
#include "store/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

namespace sokkuri::store {
namespace {

constexpr DatabaseOptions kOptions = {.access = DatabaseOptions::Access::kCreate,
                                      .application_id = 1,
                                      .format_version = 1,
                                      .schema = "CREATE TABLE t (x INTEGER PRIMARY KEY)",
                                      .busy_timeout_ms = 20};

/// A connection through SQLite's default VFS.
class PlainConnection {
 public:
    explicit PlainConnection(const std::string& path) {
        EXPECT_EQ(sqlite3_open(path.c_str(), &connection_), SQLITE_OK);
    }
    PlainConnection(const PlainConnection&) = delete;
    PlainConnection& operator=(const PlainConnection&) = delete;
    ~PlainConnection() { EXPECT_EQ(sqlite3_close(connection_), SQLITE_OK); }

    int run(const char* sql) { return sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr); }
    std::string text(const char* sql) {
        std::string answer;
        const auto take = [](void* out, int, char** values, char**) {
            *static_cast<std::string*>(out) = values[0];
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(connection_, sql, take, &answer, nullptr), SQLITE_OK) << sql;
        return answer;
    }

 private:
    sqlite3* connection_ = nullptr;
};

class SqliteVfsTest : public ::testing::Test {
 protected:
    std::unique_ptr<Database> open() {
        return Database::open(posix_file_system(), path_, kOptions).value();
    }

    static std::int64_t count(Database& database) {
        Statement* statement = database.prepared("SELECT count(*) FROM t").value();
        Rows rows = statement->query().value();
        EXPECT_TRUE(rows.next().value());
        return rows.integer(0);
    }

    testing::TemporaryDirectory folder_;
    std::string path_ = join_path(folder_.path(), "catalog.db");
};

TEST_F(SqliteVfsTest, BothSeeWhatTheOtherWrote) {
    const auto ours = open();
    {
        PlainConnection theirs(path_);
        ASSERT_TRUE(ours->execute("INSERT INTO t VALUES (1)"));
        EXPECT_EQ(theirs.text("SELECT count(*) FROM t"), "1");
        EXPECT_EQ(theirs.run("INSERT INTO t VALUES (2)"), SQLITE_OK);
        EXPECT_EQ(count(*ours), 2);
        EXPECT_EQ(theirs.text("PRAGMA journal_mode"), "wal");
        EXPECT_EQ(theirs.text("PRAGMA integrity_check"), "ok");
    }
    // Their closing must not take the WAL from under us.
    ASSERT_TRUE(ours->execute("INSERT INTO t VALUES (3)"));
    EXPECT_EQ(count(*ours), 3);
}

TEST_F(SqliteVfsTest, ClosingLeavesTheLogOfWhatHasTakenItsPlace) {
    namespace fs = std::filesystem;
    auto ours = open();
    ASSERT_TRUE(ours->execute("INSERT INTO t VALUES (1)"));
    const std::string other = path_ + "-other";
    {
        const auto theirs = Database::open(posix_file_system(), other, kOptions).value();
        ASSERT_TRUE(theirs->execute("INSERT INTO t VALUES (1), (2)"));
        for (const char* ending : {"", "-wal", "-shm"})
            fs::remove(path_ + ending);
        for (const char* ending : {"", "-wal"})
            fs::copy_file(other + ending, path_ + ending);
    }
    ours.reset();
    ASSERT_TRUE(fs::exists(path_ + "-wal"));
    EXPECT_EQ(count(*open()), 2);
}

TEST_F(SqliteVfsTest, OneWriterAtATimeWhicheverItsVfs) {
    const auto ours = open();
    PlainConnection theirs(path_);
    {
        const Transaction transaction = ours->begin_write().value();
        EXPECT_EQ(theirs.run("BEGIN IMMEDIATE"), SQLITE_BUSY);
        EXPECT_EQ(theirs.text("SELECT count(*) FROM t"), "0") << "readers do not wait";
    }
    ASSERT_EQ(theirs.run("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)"), SQLITE_OK);
    EXPECT_EQ(ours->begin_write().error().code(), ErrorCode::kUnavailable);
    EXPECT_EQ(count(*ours), 0);
    EXPECT_EQ(theirs.run("COMMIT"), SQLITE_OK);
    EXPECT_EQ(count(*ours), 1);
}

TEST_F(SqliteVfsTest, AReaderHoldsBackTheOthersCheckpoint) {
    const auto ours = open();
    PlainConnection theirs(path_);
    ASSERT_TRUE(ours->execute("INSERT INTO t VALUES (1)"));
    {
        const Transaction view = ours->begin_read().value();
        ASSERT_EQ(theirs.run("INSERT INTO t VALUES (2)"), SQLITE_OK);
        EXPECT_EQ(theirs.text("PRAGMA wal_checkpoint(TRUNCATE)"), "1") << "1: busy";
        EXPECT_EQ(count(*ours), 1);
    }
    EXPECT_EQ(theirs.text("PRAGMA wal_checkpoint(TRUNCATE)"), "0");
    EXPECT_EQ(count(*ours), 2);
}

TEST_F(SqliteVfsTest, RollbackJournalsLockLikeTheUnixVfs) {
    {
        PlainConnection theirs(path_);
        ASSERT_EQ(theirs.run("PRAGMA journal_mode=DELETE; PRAGMA application_id=1;"
                             "PRAGMA user_version=1; CREATE TABLE t (x INTEGER PRIMARY KEY)"),
                  SQLITE_OK);
    }
    DatabaseOptions options = kOptions;
    options.access = DatabaseOptions::Access::kRead;
    const auto ours = Database::open(posix_file_system(), path_, options).value();
    PlainConnection theirs(path_);
    {
        const Transaction view = ours->begin_read().value();
        EXPECT_EQ(theirs.run("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)"), SQLITE_OK);
        EXPECT_EQ(theirs.run("COMMIT"), SQLITE_BUSY) << "it needs the file for itself";
    }
    EXPECT_EQ(theirs.run("COMMIT"), SQLITE_OK);
    EXPECT_EQ(theirs.run("BEGIN EXCLUSIVE"), SQLITE_OK);
    EXPECT_EQ(ours->begin_read().error().code(), ErrorCode::kUnavailable);
    EXPECT_EQ(theirs.run("COMMIT"), SQLITE_OK);
    EXPECT_EQ(count(*ours), 1);
}

}  // namespace
}  // namespace sokkuri::store
