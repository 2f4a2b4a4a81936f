// Numbers in a catalog that nothing but its own rows bounds: whoever can write a catalog can give
// each row the hash that it should have. Nothing of that ends the program, takes memory without end
// or goes on for ever. Method: a small collection, changed by SQL on a connection of its own.
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "store/catalog_schema.h"
#include "store/database.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sokkuri::collection
