// Numbers in a catalog that nothing but its own rows bounds: whoever can write a catalog can give
// each row the hash that it should have. Nothing of that ends the program, takes memory without end
// or goes on for ever. Method: a small collection, changed by SQL on a connection of its own.
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "store/catalog_schema.h"
#include "store/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sys/resource.h>

namespace sokkuri::collection {
namespace {

constexpr const char* kDirectory = "/pictures/.sokkuri";

class CraftedCatalog : public ::testing::Test {
 protected:
    CraftedCatalog() { testing::make_small(files_, kDirectory); }

    void change(const char* sql) {
        const auto options =
            store::catalog_database_options(store::DatabaseOptions::Access::kWrite);
        const auto catalog =
            store::Database::open(files_, join_path(kDirectory, "catalog.db"), options).value();
        const auto changed = catalog->execute(sql);
        ASSERT_TRUE(changed) << changed.error().message();
    }
    std::unique_ptr<Collection> open() {
        return open_local_collection(files_, kDirectory, {.search_threads = 1}).value();
    }

    sokkuri::testing::MemoryFileSystem files_;
};

TEST_F(CraftedCatalog, AVectorLiesAmongTheCommittedOnes) {
    change(
        "UPDATE vectors SET slot = 4000000000, hash = row_hash(field, 4000000000, record) "
        "WHERE slot = 0");
    const auto vector = open()->vector_of("record-0", "picture");
    ASSERT_FALSE(vector);
    EXPECT_EQ(vector.error().code(), ErrorCode::kCorruption);
    EXPECT_TRUE(open()->vector_of("record-1", "picture"));
}

TEST_F(CraftedCatalog, DeadSlotsAreCommittedOnes) {
    for (const char* slot : {"41", "4294967295", "4294967301"}) {
        SCOPED_TRACE(slot);
        change(fmt::format("UPDATE tombstones SET slot = {0}, hash = row_hash(field, {0}) "
                           "WHERE slot = (SELECT max(slot) FROM tombstones)",
                           slot)
                   .c_str());
        const auto stats = open()->stats();
        ASSERT_FALSE(stats);
        EXPECT_EQ(stats.error().code(), ErrorCode::kCorruption);
    }
}

TEST_F(CraftedCatalog, VectorsBelongToRecordsThatThereCanBe) {
    const GroupsRequest request{.by = {.path = "number"}};
    ASSERT_TRUE(open()->groups(request));
    change(
        "UPDATE vectors SET record = next_record, hash = row_hash(field, slot, next_record) "
        "FROM meta WHERE slot = 0");
    const auto groups = open()->groups(request);
    ASSERT_FALSE(groups);
    EXPECT_EQ(groups.error().code(), ErrorCode::kCorruption);
}

/// At its highest so far.
std::uint64_t resident_bytes() {
    rusage usage{};
    EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

TEST_F(CraftedCatalog, MemoryFollowsTheRecordsThatThereAreAndNotTheirNumbers) {
    constexpr std::uint64_t kGrowthMax = 256U << 20;
    change(
        "UPDATE records SET number = 4294967294, hash = row_hash(4294967294, id, document, "
        "version, seq) WHERE id = 'record-0'");
    change(
        "UPDATE vectors SET record = 4294967294, hash = row_hash(field, slot, 4294967294) WHERE "
        "slot = 0");
    change(
        "UPDATE meta SET next_record = 4294967295, "
        "hash = row_hash(generation, 4294967295, next_seq, next_field, records)");
    const auto collection = open();
    const std::uint64_t before = resident_bytes();
    const auto groups = collection->groups({.by = {.path = "number"}});
    ASSERT_TRUE(groups) << groups.error().message();
    EXPECT_EQ(groups->groups.size(), 37U) << "the document of record-4 has no number";
    const Filter having_number{ExistsFilter{"number"}};
    const auto answer =
        collection->search({.query = std::vector<float>(testing::kSmallDimension, 0.5F),
                            .k = 100,
                            .filter = having_number});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->hits.size(), 37U);
    EXPECT_EQ(std::ranges::count(answer->hits, "record-0", &Hit::id), 1);
    EXPECT_LT(resident_bytes() - before, kGrowthMax);
}

}  // namespace
}  // namespace sokkuri::collection
