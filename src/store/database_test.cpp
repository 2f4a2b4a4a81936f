#include "store/database.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <new>

namespace sokkuri::store {
namespace {

using testing::FaultEffect;
using testing::FaultyFileSystem;
using testing::MemoryFileSystem;
using Access = DatabaseOptions::Access;

DatabaseOptions options_of(Access access) {
    return {.access = access,
            .application_id = 7,
            .format_version = 2,
            .schema = "CREATE TABLE t (x, y)",
            .busy_timeout_ms = 10};
}

class DatabaseTest : public ::testing::Test {
 protected:
    Result<std::unique_ptr<Database>> open(Access access) {
        return Database::open(files_, path_, options_of(access));
    }

    MemoryFileSystem memory_;
    FaultyFileSystem files_{memory_};
    std::string path_ = "/a.db";
};

TEST_F(DatabaseTest, BindsAndReadsEveryKindOfValue) {
    const auto database = open(Access::kCreate).value();
    Statement* insert = database->prepared("INSERT INTO t VALUES (?, ?)").value();
    const std::string text("te\0xt\xff", 6);
    const std::vector<std::byte> blob = {std::byte{0}, std::byte{255}};
    ASSERT_TRUE(insert->run(std::int64_t{-5}, 2.5));
    ASSERT_TRUE(insert->run(std::string_view(text), std::span<const std::byte>(blob)));
    ASSERT_TRUE(insert->run(std::string_view(), std::span<const std::byte>()));
    ASSERT_TRUE(insert->run(nullptr, std::uint32_t{4'000'000'000}));
    EXPECT_EQ(database->changes(), 1);

    Statement select =
        database->prepare("SELECT x, y, x IS NULL OR y IS NULL FROM t ORDER BY rowid").value();
    Rows rows = select.query().value();
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.integer(0), -5);
    EXPECT_EQ(std::get<double>(rows.value(1).held), 2.5);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.text(0), text);
    EXPECT_EQ(std::vector(rows.blob(1).begin(), rows.blob(1).end()), blob);
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.text(0), "");
    EXPECT_EQ(rows.integer(2), 0) << "empty is not NULL";
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.integer(2), 1);
    EXPECT_EQ(rows.integer(1), 4'000'000'000);
    EXPECT_FALSE(rows.next().value());
    EXPECT_FALSE(rows.next().value());
}

TEST_F(DatabaseTest, ErrorsNameStatementFileAndCause) {
    const auto database = open(Access::kCreate).value();
    const auto prepared = database->prepare("SELECT z FROM t");
    EXPECT_EQ(prepared.error().code(), ErrorCode::kInternal);
    EXPECT_EQ(prepared.error().message(), "/a.db: SELECT z FROM t: no such column: z");
    files_.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges, .code = ErrorCode::kNoSpace});
    const auto inserted = database->execute("INSERT INTO t VALUES (1, 2)");
    EXPECT_EQ(inserted.error().code(), ErrorCode::kNoSpace);
    EXPECT_NE(inserted.error().message().find("fault at operation"), std::string::npos);
    files_.set_fault({});
    EXPECT_TRUE(database->execute("INSERT INTO t VALUES (1, 2)"));
}

TEST_F(DatabaseTest, TellsWhoseAndWhatFormatAFileIs) {
    { ASSERT_TRUE(open(Access::kCreate)); }
    const auto error_with = [&](std::int32_t application, std::int32_t version) {
        DatabaseOptions options = options_of(Access::kWrite);
        options.application_id = application;
        options.format_version = version;
        return Database::open(files_, path_, options).error();
    };
    EXPECT_EQ(error_with(8, 2).code(), ErrorCode::kCorruption);
    EXPECT_EQ(error_with(7, 3).code(), ErrorCode::kUnsupported);
    const Error newer = error_with(7, 1);
    EXPECT_EQ(newer.code(), ErrorCode::kUnsupported);
    EXPECT_NE(newer.message().find("newer sokkuri"), std::string::npos);
}

TEST_F(DatabaseTest, ADiskThatCannotBeWrittenToIsRead) {
    {
        const auto database = open(Access::kCreate).value();
        ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1, 2)"));
    }
    files_.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges});
    const auto reader = open(Access::kRead).value();
    {
        const Transaction view = reader->begin_read().value();
        Statement* select = reader->prepared("SELECT y FROM t").value();
        Rows rows = select->query().value();
        ASSERT_TRUE(rows.next().value());
        EXPECT_EQ(rows.integer(0), 2);
    }
    EXPECT_FALSE(reader->execute("INSERT INTO t VALUES (3, 4)"));
    EXPECT_FALSE(open(Access::kWrite));
    EXPECT_EQ(memory_.list("/")->size(), 1U) << "and nothing was left beside it";

    // Somebody who may write does so: the reader says so and does not mix old with new.
    const auto writer = Database::open(memory_, path_, options_of(Access::kWrite)).value();
    ASSERT_TRUE(writer->execute("INSERT INTO t VALUES (5, 6)"));
    EXPECT_EQ(reader->begin_read().error().code(), ErrorCode::kUnavailable);
}

TEST_F(DatabaseTest, AnUncleanCloseOnAReadOnlyDiskIsToldNotHidden) {
    {
        const auto database = open(Access::kCreate).value();
        ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1, 2)"));
        files_.set_fault({.at = 0, .effect = FaultEffect::kCutOff});
    }
    files_.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges});
    const auto opened = open(Access::kRead);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kUnavailable);
    EXPECT_NE(opened.error().message().find("not closed cleanly"), std::string::npos);
    files_.set_fault({});
    EXPECT_TRUE(open(Access::kRead)) << "where it can be written to, the first to open recovers it";
}

TEST_F(DatabaseTest, AFailedStatementUndoesItselfThroughALargeJournal) {
    const auto database = open(Access::kCreate).value();
    ASSERT_TRUE(database->execute(
        "CREATE TABLE u (x INTEGER UNIQUE, filler TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        "INSERT INTO u SELECT i, hex(zeroblob(200)) FROM n"));
    Transaction transaction = database->begin_write().value();
    ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1, 2)"));
    // Changes thousands of rows, then meets two that collide: its own journal has spilled by then.
    const auto collided = database->execute("UPDATE u SET x = min(-x, -2)");
    EXPECT_EQ(collided.error().code(), ErrorCode::kAlreadyExists);
    ASSERT_TRUE(transaction.commit());
    Statement* select =
        database->prepared("SELECT sum(x), (SELECT count(*) FROM t) FROM u").value();
    Rows rows = select->query().value();
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.integer(0), 3000 * 3001 / 2);
    EXPECT_EQ(rows.integer(1), 1);
}

TEST_F(DatabaseTest, RewritingNeedsRoomOnTheDiskAndNotInMemory) {
    constexpr std::int64_t kContentBytes = 24 << 20;
    const auto database = open(Access::kCreate).value();
    ASSERT_TRUE(database->execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12 * 1024)"
        "INSERT INTO t SELECT i, randomblob(2048) FROM n"));
    sqlite3_memory_highwater(1);
    const auto done = database->rewrite();
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_LT(sqlite3_memory_highwater(0), kContentBytes / 3);
    const std::vector<DirectoryEntry> left = memory_.list("/").value();
    for (const DirectoryEntry& entry : left) {
        EXPECT_TRUE(entry.name == "a.db" || entry.name == "a.db-wal" || entry.name == "a.db-shm")
            << entry.name;
    }
    ASSERT_TRUE(database->execute("CREATE TEMP TABLE ours (x); INSERT INTO ours VALUES (1)"));
}

TEST_F(DatabaseTest, WhateverFailsWhileItIsRewrittenItStaysWhole) {
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        static_cast<void>(memory_.remove_file(path_));
        const auto database = open(Access::kCreate).value();
        ASSERT_TRUE(
            database->execute("CREATE TABLE u (z); INSERT INTO t VALUES (1, 2)"
                              ";PRAGMA cache_size=10; INSERT INTO u VALUES (randomblob(90000))"));
        files_.set_fault({.at = at});
        const bool is_done = database->rewrite().has_value();
        const bool has_failed = files_.has_failed();
        files_.set_fault({});
        EXPECT_TRUE(is_done || has_failed);
        Statement select = database->prepare("SELECT length(z) FROM u").value();
        Rows rows = select.query().value();
        ASSERT_TRUE(rows.next().value());
        EXPECT_EQ(rows.integer(0), 90'000);
        if (!has_failed) return;
    }
}

/// Wherever it ends: while values are bound, and while the statement runs.
TEST_F(DatabaseTest, AStatementThatMemoryDidNotSufficeForRunsAgain) {
    const auto database = open(Access::kCreate).value();
    const std::string text(1U << 20, 'x');
    Statement* insert = database->prepared("INSERT INTO t VALUES (?, ?)").value();
    Statement* select = database->prepared("SELECT x FROM t WHERE x = ?").value();
    const auto has_memory_for = [](const auto& work) {
        try {
            work();
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    };
    std::size_t failures = 0;
    for (std::int64_t room = 1; room < 8 << 20; room += 200'000) {
        sqlite3_hard_heap_limit64(sqlite3_memory_used() + room);
        const bool was_inserted =
            has_memory_for([&] { EXPECT_TRUE(insert->run(std::string_view(text), room)); });
        const bool was_selected = has_memory_for([&] {
            Rows rows = select->query(std::string_view(text)).value();
            if (rows.next().value()) {
                EXPECT_EQ(rows.text(0).size(), text.size());
            }
        });
        sqlite3_hard_heap_limit64(0);
        sqlite3_soft_heap_limit64(0);
        failures += (was_inserted ? 0 : 1) + (was_selected ? 0 : 1);
        ASSERT_TRUE(insert->run(std::string_view(text), room));
        Rows rows = select->query(std::string_view(text)).value();
        EXPECT_TRUE(rows.next().value());
    }
    EXPECT_GT(failures, 1U);
}

TEST_F(DatabaseTest, NothingInAFileRuns) {
    const auto database = open(Access::kCreate).value();
    ASSERT_TRUE(
        database->execute("CREATE TRIGGER clears AFTER INSERT ON t BEGIN DELETE FROM t; END;"
                          "CREATE VIEW twice AS SELECT * FROM t UNION ALL SELECT * FROM t;"
                          "INSERT INTO t VALUES (1, 2);"));
    Statement select = database->prepare("SELECT count(*) FROM t").value();
    Rows rows = select.query().value();
    ASSERT_TRUE(rows.next().value());
    EXPECT_EQ(rows.integer(0), 1) << "a trigger has run";
    EXPECT_FALSE(database->prepare("SELECT * FROM twice"));
    ASSERT_TRUE(database->execute("CREATE TEMP VIEW ours AS SELECT * FROM t"));
    EXPECT_TRUE(database->prepare("SELECT * FROM ours")) << "our own views are no part of the file";
}

TEST(DatabasePath, AnyBytesButNulAreAName) {
    const testing::TemporaryDirectory folder;
    for (const char* name : {"a b?c#d%20&e.db", "\xff\xfe.db", "file:x.db", ":memory:", "-wal"}) {
        const std::string path = join_path(folder.path(), name);
        {
            const auto database =
                Database::open(posix_file_system(), path, options_of(Access::kCreate));
            ASSERT_TRUE(database) << database.error().message();
            ASSERT_TRUE((*database)->execute("INSERT INTO t VALUES (1, 2)"));
        }
        EXPECT_TRUE(posix_file_system().status(path)) << name;
        EXPECT_TRUE(Database::open(posix_file_system(), path, options_of(Access::kRead)));
    }
}

}  // namespace
}  // namespace sokkuri::store
