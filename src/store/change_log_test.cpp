// The log against a plain list of all changes: whatever it answers is right, and it answers as long
// as nothing is missing and not too much has changed.
#include "store/change_log.h"

#include "base/testing/memory_file_system.h"
#include "store/catalog.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sokkuri::store {
namespace {

using Records = std::vector<RecordNumber>;

TEST(ChangeLog, KnowsWhatLiesBetweenTwoSeqs) {
    std::mt19937 random(3);
    ChangeLog log;
    Records all;  // of seq 1, 2, …
    for (int round = 0; round < 300; ++round) {
        Records changed;
        for (std::size_t n = random() % 5; n > 0; --n)
            changed.push_back(static_cast<RecordNumber>(random() % 20));
        log.add(all.size() + 1, changed);
        if (random() % 4 == 0) {
            log.take_back(all.size() + 1);
        } else {
            all.insert(all.end(), changed.begin(), changed.end());
        }
        const std::uint64_t from = random() % (all.size() + 1) + 1;
        const std::uint64_t to = from + random() % (all.size() + 2 - from);
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(from - 1);
        const std::set<RecordNumber> expected(first,
                                              first + static_cast<std::ptrdiff_t>(to - from));
        const auto known = log.between(from, to);
        ASSERT_TRUE(known);
        EXPECT_EQ(*known, Records(expected.begin(), expected.end()));
    }
    EXPECT_FALSE(log.between(0, 2)) << "before it was begun";
    EXPECT_FALSE(log.between(1, all.size() + 2)) << "still to come";
}

TEST(ChangeLog, BeginsAnewWhereSomethingIsMissing) {
    ChangeLog log;
    log.add(1, Records{7, 8});
    log.add(5, Records{9});
    EXPECT_FALSE(log.between(1, 3));
    EXPECT_FALSE(log.between(3, 6));
    EXPECT_EQ(log.between(5, 6), Records{9});
    EXPECT_EQ(log.between(2, 2), Records());
}

TEST(ChangeLog, ForgetsTheOldestBeyondItsBound) {
    ChangeLog log;
    log.add(1, Records(10, 1));
    log.add(11, Records(ChangeLog::kRecordsMax, 2));
    EXPECT_FALSE(log.between(10, 12));
    EXPECT_EQ(log.between(11, 11 + ChangeLog::kRecordsMax), Records{2});
}

TEST(ChangeLog, IsKeptByTheCatalogThatWrites) {
    sokkuri::testing::MemoryFileSystem files;
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kCreate).value();
    const auto put = [&](const std::string& id) {
        const auto write = catalog->begin_write().value();
        EXPECT_TRUE(write->put_record(id, "{}", {}));
        EXPECT_TRUE(write->commit());
    };
    put("a");
    const std::uint64_t before = catalog->begin_read().value()->next_seq();
    put("b");
    put("a");
    const auto older = catalog->begin_read().value();
    {
        const auto write = catalog->begin_write().value();
        EXPECT_TRUE(write->remove_record("b").value());
        EXPECT_TRUE(write->put_record("c", "{}", {}));
        EXPECT_TRUE(write->commit());
    }
    {
        const auto rolled_back = catalog->begin_write().value();
        EXPECT_TRUE(rolled_back->put_record("d", "{}", {}));
    }
    put("e");
    const auto now = catalog->begin_read().value();
    EXPECT_EQ(older->changed_since(before), (Records{0, 1}));
    EXPECT_EQ(now->changed_since(before), (Records{0, 1, 2, 3}));
    EXPECT_EQ(now->changed_since(older->next_seq()), (Records{1, 2, 3}));
    const auto other = Catalog::open(files, "/catalog.db", CatalogAccess::kRead).value();
    EXPECT_FALSE(other->begin_read().value()->changed_since(before));
}

}  // namespace
}  // namespace sokkuri::store
