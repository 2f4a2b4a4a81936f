// Goal: no byte of a database that somebody may still read changes unseen, be it in the file or in
// the log beside it, and nothing else is called damage. Method: pages in every state that a log
// knows: in it alone, taken in, left over from before; bytes of the file and of the log flipped.
#include "store/database_check.h"

#include "base/testing/forwarding_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/database.h"

#include <gtest/gtest.h>

#include <utility>

namespace sokkuri::store {
namespace {

using testing::MemoryFileSystem;
using Access = DatabaseOptions::Access;

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kFrameBytes = 24 + kPageBytes;
constexpr const char* kPath = "/a.db";
constexpr const char* kLogPath = "/a.db-wal";

class DatabaseCheckTest : public ::testing::Test {
 protected:
    DatabaseCheckTest() {
        writer_ = open(Access::kCreate);
        run("PRAGMA wal_autocheckpoint=0");
        run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
            "INSERT INTO t SELECT i, randomblob(1000) FROM n");
    }

    std::unique_ptr<Database> open(Access access) {
        return Database::open(files_, kPath,
                              {.access = access,
                               .application_id = 7,
                               .format_version = 1,
                               .sealed_since = 1,
                               .schema = "CREATE TABLE t (x INTEGER PRIMARY KEY, y BLOB)"})
            .value();
    }
    void run(const char* sql) {
        const auto done = writer_->execute(sql);
        ASSERT_TRUE(done) << done.error().message();
    }
    void flip(const char* path, std::uint64_t at) {
        const auto file = files_.open(path, OpenMode::kReadWrite).value();
        std::byte byte{};
        ASSERT_EQ(file->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= std::byte{4};
        ASSERT_TRUE(file->write_at(at, {&byte, 1}));
    }
    void flip_page(std::uint64_t number) { flip(kPath, (number - 1) * kPageBytes + 2'000); }
    std::uint64_t log_frames() { return files_.status(kLogPath)->size_bytes / kFrameBytes; }

    std::vector<std::string> findings() {
        const auto reader = open(Access::kRead);
        const Transaction view = reader->begin_read().value();
        return damaged_pages(files_, kPath).value();
    }
    static std::string words_on(std::uint64_t page) {
        return fmt::format("/a.db: page {}, from byte {}: checksum mismatch", page,
                           (page - 1) * kPageBytes);
    }

    MemoryFileSystem files_;
    std::unique_ptr<Database> writer_;
};

TEST_F(DatabaseCheckTest, PagesThatAreInTheLogAloneAreNotDamaged) {
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    run("UPDATE t SET y = zeroblob(1000) WHERE x < 900");
    // As a checkpoint that was cut off leaves them.
    for (std::uint64_t page = 20; page < 170; ++page)
        flip_page(page);
    EXPECT_EQ(findings(), std::vector<std::string>());
    flip_page(400);
    EXPECT_EQ(findings(), std::vector<std::string>{words_on(400)})
        << "however many others there are";
}

TEST_F(DatabaseCheckTest, PagesThatAreTakenInAreTheFiles) {
    run("PRAGMA wal_checkpoint(PASSIVE)");
    ASSERT_GT(log_frames(), 400U) << "the log still has them";
    flip_page(300);
    EXPECT_EQ(findings(), std::vector<std::string>{words_on(300)});
}

TEST_F(DatabaseCheckTest, FramesOfALogOfBeforeExcuseNothing) {
    run("PRAGMA wal_checkpoint(RESTART)");
    run("UPDATE t SET y = zeroblob(1000) WHERE x = 1");
    ASSERT_GT(log_frames(), 400U) << "the old ones are still there, behind the new ones";
    flip_page(300);
    EXPECT_EQ(findings(), std::vector<std::string>{words_on(300)});
}

TEST_F(DatabaseCheckTest, FramesThatChangeAreNoticedByWhoeverReadsThem) {
    const std::uint64_t frame = 300;
    flip(kLogPath, 32 + (frame - 1) * kFrameBytes + 24 + 1'234);
    const std::vector<std::string> found = findings();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].starts_with("/a.db-wal: frame 300, from byte")) << found[0];
    const auto reader = open(Access::kRead);
    const auto read = reader->execute("SELECT sum(length(y)), max(y) FROM t");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(read.error().message().find("/a.db-wal: frame 300"), std::string::npos)
        << read.error().message();
    EXPECT_FALSE(writer_->execute("PRAGMA wal_checkpoint(TRUNCATE)"))
        << "taken in, it would get a checksum";
}

TEST_F(DatabaseCheckTest, AWriterReadsItsOwnFramesBeforeTheyAreSigned) {
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    run("PRAGMA cache_size=10");
    {
        Transaction transaction = writer_->begin_write().value();
        // Far more pages than the cache holds, again and again: written to the log, read from
        // there, and overwritten in their places.
        for (int round = 0; round < 4; ++round) {
            run("UPDATE t SET y = randomblob(1000) WHERE x % 3 = 0");
            run("SAVEPOINT part");
            run("UPDATE t SET y = randomblob(1000) WHERE x % 5 = 0");
            run(round % 2 == 0 ? "ROLLBACK TO part; RELEASE part" : "RELEASE part");
            run("SELECT max(y) FROM t");
        }
        ASSERT_TRUE(transaction.commit());
    }
    EXPECT_EQ(findings(), std::vector<std::string>());
    {
        const Transaction rolled_back = writer_->begin_write().value();
        run("UPDATE t SET y = randomblob(1000)");
    }
    run("UPDATE t SET y = randomblob(1000) WHERE x % 2 = 0");
    EXPECT_EQ(findings(), std::vector<std::string>());
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    EXPECT_EQ(findings(), std::vector<std::string>());
}

TEST_F(DatabaseCheckTest, ALogThatIsBegunAnewMeanwhileIsNoDamage) {
    run("PRAGMA wal_checkpoint(PASSIVE)");  // all of it is taken in: the next commit begins anew
    const auto reader = open(Access::kRead);
    const Transaction view = reader->begin_read().value();
    bool has_come = false;
    testing::ForwardingFileSystem files(files_);
    files.on_read([&](const std::string& path) -> Result<void> {
        if (!path.ends_with("-shm") || std::exchange(has_come, true)) return {};
        run("UPDATE t SET y = randomblob(1000) WHERE x < 50");
        return {};
    });
    EXPECT_EQ(damaged_pages(files, kPath).value(), std::vector<std::string>());
    EXPECT_TRUE(has_come);
}

}  // namespace
}  // namespace sokkuri::store
