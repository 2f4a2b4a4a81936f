// Goal: what another program has written into a catalog is not taken for ours: rows are compared
// with their hash wherever they are read or signed anew, and names of files stay below the
// collection's folder. Method: a catalog of ours, changed by SQL on a connection of its own.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"
#include "store/catalog_schema.h"
#include "store/database.h"

#include <gtest/gtest.h>

namespace sokkuri::store {
namespace {

using testing::FaultyFileSystem;
using testing::MemoryFileSystem;

constexpr const char* kPath = "/catalog.db";

class CatalogDamageTest : public ::testing::Test {
 protected:
    void SetUp() override {
        catalog_ = Catalog::open(files_, kPath, CatalogAccess::kCreate).value();
        const auto write = catalog_->begin_write().value();
        const FieldNumber field =
            write
                ->add_field(
                    {.name = "picture", .dimension = 4, .metric = "cosine", .rows_per_chunk = 8})
                .value();
        ASSERT_TRUE(write->add_extent(field, {.first_slot = 0, .rows = 3, .checksum = 0}));
        for (Slot slot = 0; slot < 3; ++slot) {
            const PutRow row = write->put_record(fmt::format("{}", slot), "{}", {}).value();
            ASSERT_TRUE(write->set_vector(field, row.number, slot));
        }
        const SegmentRow segment{.field = field,
                                 .file = "fields/0/segments/0-3-1.seg",
                                 .first_slot = 0,
                                 .rows = 3,
                                 .live = 3};
        ASSERT_TRUE(write->replace_segments({}, segment));
        ASSERT_TRUE(write->commit());
    }

    void change(const char* sql) {
        const auto options = catalog_database_options(DatabaseOptions::Access::kWrite);
        const auto other = Database::open(memory_, kPath, options).value();
        const auto changed = other->execute(sql);
        ASSERT_TRUE(changed) << changed.error().message();
    }

    MemoryFileSystem memory_;
    FaultyFileSystem files_{memory_};
    std::unique_ptr<Catalog> catalog_;
};

TEST_F(CatalogDamageTest, ARecordIsComparedBeforeItIsReplacedOrRemoved) {
    change("UPDATE records SET version = 7 WHERE id = '1'");
    const auto write = catalog_->begin_write().value();
    EXPECT_EQ(write->put_record("1", "{}", {}).error().code(), ErrorCode::kCorruption);
    EXPECT_EQ(write->remove_record("1").error().code(), ErrorCode::kCorruption);
    EXPECT_TRUE(write->put_record("2", "{}", {}));
}

TEST_F(CatalogDamageTest, AFieldIsComparedBeforeItGetsANewNumber) {
    change("UPDATE vectors SET record = 77 WHERE slot = 1");
    EXPECT_EQ(catalog_->begin_write().value()->renumber_field(0).error().code(),
              ErrorCode::kCorruption);
    change("UPDATE vectors SET record = 1 WHERE slot = 1");
    EXPECT_TRUE(catalog_->begin_write().value()->renumber_field(0));
    change("UPDATE fields SET dimension = 5");
    EXPECT_EQ(catalog_->begin_write().value()->renumber_field(0).error().code(),
              ErrorCode::kCorruption);
}

TEST_F(CatalogDamageTest, DocumentsAndSlotsAreComparedWhereAllAreRead) {
    change("UPDATE records SET document = '{\"a\":1}' WHERE id = '2'");
    change("UPDATE vectors SET record = 77 WHERE slot = 1");
    const auto read = catalog_->begin_read().value();
    const AttributeQueries& queries = read->attributes();
    std::size_t visited = 0;
    const auto documents = queries.visit_documents(0, [&](RecordNumber, std::string_view) {
        ++visited;
        return true;
    });
    EXPECT_EQ(visited, 2U);
    EXPECT_EQ(documents.error().code(), ErrorCode::kCorruption);
    EXPECT_EQ(queries.slot_records(0, 0).error().code(), ErrorCode::kCorruption);
    EXPECT_TRUE(queries.slot_records(0, 2));
}

TEST_F(CatalogDamageTest, CountersAreComparedAfterACommitInDoubt) {
    for (std::uint64_t at = 0;; ++at) {
        const auto write = catalog_->begin_write().value();
        ASSERT_TRUE(write->put_record("doubt", "{}", {}));
        files_.set_fault({.at = at});
        const bool is_committed = write->commit().has_value();
        files_.set_fault({});
        if (!is_committed) break;
    }
    change("UPDATE meta SET records = 77");
    EXPECT_EQ(catalog_->begin_write().error().code(), ErrorCode::kCorruption);
}

TEST_F(CatalogDamageTest, NumbersEndWhereRecordsCan) {
    {
        const auto write = catalog_->begin_write().value();
        ASSERT_TRUE(write->extend_attribute({"shop", AttributeKind::kValues}, 100));
        ASSERT_TRUE(write->commit());
    }
    const auto indexes = [&] { return catalog_->begin_read().value()->attributes().indexes(); };
    ASSERT_EQ(indexes()->front().built_to, 3U);
    for (const char* end : {"4", "140737488355328", "9223372036854775807"}) {
        change(fmt::format("UPDATE attribute_indexes SET built_to = {}", end).c_str());
        EXPECT_EQ(indexes().error().code(), ErrorCode::kCorruption);
    }
    change(
        "UPDATE records SET number = 4294967295, "
        "hash = row_hash(4294967295, id, document, version, seq) WHERE id = '2'");
    EXPECT_EQ(catalog_->begin_read().value()->records_from(0, 10).error().code(),
              ErrorCode::kCorruption);
    change(
        "UPDATE meta SET next_record = 4294967296, "
        "hash = row_hash(generation, 4294967296, next_seq, next_field, records)");
    EXPECT_EQ(catalog_->begin_read().error().code(), ErrorCode::kCorruption);
}

TEST_F(CatalogDamageTest, SegmentsLieBelowTheirField) {
    for (const char* name :
         {"../../x.seg", "/x.seg", "fields/1/segments/a.seg", "fields/0/segments/",
          "fields/0/segments/..", "fields/0/segments/../../../x.seg", "fields/0/segments/a/b.seg",
          "fields/0/vectors/0000", "fields/0/segments/a.seg' || char(0) || '"}) {
        change(fmt::format("UPDATE segments SET file = '{0}', "
                           "hash = row_hash(number, field, '{0}', first_slot, rows, live)",
                           name)
                   .c_str());
        const auto segments = catalog_->begin_read().value()->segments(0);
        ASSERT_FALSE(segments) << name;
        EXPECT_EQ(segments.error().code(), ErrorCode::kCorruption);
    }
}

}  // namespace
}  // namespace sokkuri::store
