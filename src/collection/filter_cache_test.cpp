// Answers of filters are kept as long as no record changes, and only so long; in terms of a field
// also only as long as its vectors stay.
#include "collection/filter_cache.h"

#include "base/testing/temporary_directory.h"
#include "collection/filter_text.h"

#include <gtest/gtest.h>

#include <functional>

namespace sokkuri::collection {
namespace {

class FilterCacheTest : public ::testing::Test {
 protected:
    void SetUp() override {
        catalog_ = store::Catalog::open(posix_file_system(), folder_.path() + "/catalog.db",
                                        store::CatalogAccess::kCreate)
                       .value();
        write([](store::WriteTransaction& transaction) {
            ASSERT_TRUE(transaction.add_field(
                {.name = "v", .dimension = 4, .metric = "l2", .rows_per_chunk = 8}));
            for (int i = 0; i < 10; ++i) {
                ASSERT_TRUE(transaction.put_record(fmt::format("{}", i),
                                                   fmt::format("{{\"n\":{}}}", i % 2), {}));
            }
        });
    }

    void write(const std::function<void(store::WriteTransaction&)>& change) {
        const auto transaction = catalog_->begin_write().value();
        change(*transaction);
        ASSERT_TRUE(transaction->commit());
    }

    std::shared_ptr<const FilteredRecords> filtered() {
        const auto transaction = catalog_->begin_read().value();
        return cache_.of(*transaction, filter_, nullptr).value();
    }

    /// The slots of the first field that pass.
    std::shared_ptr<const FieldFilter> field_filter() {
        const auto transaction = catalog_->begin_read().value();
        const auto records = cache_.of(*transaction, filter_, nullptr).value();
        FieldSnapshot field;
        field.number = transaction->fields().value().at(0).number;
        field.committed = transaction->committed_slots(field.number).value();
        const auto tombstones = transaction->tombstones(field.number).value();
        for (const store::Slot slot : tombstones) {
            field.dead.set(static_cast<index::Slot>(slot));
            ++field.tombstones;
        }
        return cache_.of_field(*transaction, field, *records).value();
    }

    /// A vector in the next slot.
    static void add_vector(store::WriteTransaction& transaction, store::RecordNumber record,
                           store::Slot slot) {
        ASSERT_TRUE(transaction.add_extent(0, {.first_slot = slot, .rows = 1}));
        ASSERT_TRUE(transaction.set_vector(0, record, slot));
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<store::Catalog> catalog_;
    FilterCache cache_;
    const Filter filter_ = filter_of_text("n=1").value();
};

TEST_F(FilterCacheTest, KeepsAnswersWhileNoRecordChanges) {
    const auto first = filtered();
    EXPECT_EQ(first->count, 5U);
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 1, 0); });
    EXPECT_EQ(filtered(), first);
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.replace_segments(
            {}, {.field = 0, .file = "fields/0/segments/a.seg", .rows = 1, .live = 1}));
    });
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.extend_attribute({.path = "n"}, 100));
    });
    EXPECT_EQ(filtered(), first);
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.put_record("0", R"({"n":1})", {}));
    });
    const auto changed = filtered();
    EXPECT_NE(changed, first);
    EXPECT_EQ(changed->count, 6U);
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.add_record("new", R"({"n":1})"));
    });
    EXPECT_EQ(filtered()->count, 7U);
    write(
        [](store::WriteTransaction& transaction) { ASSERT_TRUE(transaction.remove_record("1")); });
    EXPECT_EQ(filtered()->count, 6U);
}

TEST_F(FilterCacheTest, AnOlderReaderGetsItsOwnAnswer) {
    const auto older = catalog_->begin_read().value();
    write(
        [](store::WriteTransaction& transaction) { ASSERT_TRUE(transaction.remove_record("1")); });
    EXPECT_EQ(filtered()->count, 4U);
    EXPECT_EQ(cache_.of(*older, filter_, nullptr).value()->count, 5U);
    EXPECT_EQ(filtered()->count, 4U);
}

TEST_F(FilterCacheTest, KeepsOneAnswerOfAFilter) {
    const std::weak_ptr<const FilteredRecords> first = filtered();
    EXPECT_FALSE(first.expired());
    write(
        [](store::WriteTransaction& transaction) { ASSERT_TRUE(transaction.remove_record("1")); });
    const std::weak_ptr<const FilteredRecords> second = filtered();
    EXPECT_TRUE(first.expired());
    EXPECT_FALSE(second.expired());
}

TEST_F(FilterCacheTest, KeepsTheSlotsOfRecordsThatAChangeLeavesAsTheyAre) {
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 1, 0); });
    const auto records = filtered();
    const auto slots = field_filter();
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.put_record("0", R"({"n":0,"more":true})", {}));
    });
    EXPECT_NE(filtered(), records);
    EXPECT_EQ(field_filter(), slots);
    write([](store::WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.put_record("1", R"({"n":0})", {}));
    });
    EXPECT_EQ(field_filter()->slots().count(), 0U);
}

TEST_F(FilterCacheTest, SlotsOfAnyRecordsAreNotKept) {
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 3, 0); });
    const auto transaction = catalog_->begin_read().value();
    store::RecordSet records(10);
    records.set(3);
    const FieldSnapshot field{.number = 0, .committed = 1};
    const auto slots = cache_.of_records(*transaction, field, records).value();
    EXPECT_TRUE(slots->slots().test(0));
    EXPECT_EQ(slots.use_count(), 1);
}

TEST_F(FilterCacheTest, KnowsTheBytesOfAllThatItKeeps) {
    const auto records = filtered();
    const std::size_t alone = records->size_bytes();
    EXPECT_EQ(alone, records->records.size_bytes());
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 1, 0); });
    const auto of_field = field_filter();
    EXPECT_GT(of_field->size_bytes(), 0U);
    EXPECT_EQ(records->size_bytes(), alone + of_field->size_bytes());
}

TEST_F(FilterCacheTest, SlotsAreThoseOfTheVectorsThatAreThere) {
    write([](store::WriteTransaction& transaction) {
        add_vector(transaction, 0, 0);
        add_vector(transaction, 1, 1);
    });
    const auto first = field_filter();
    EXPECT_EQ(first->slots().count(), 1U);
    EXPECT_TRUE(first->slots().test(1));
    EXPECT_EQ(field_filter(), first);
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 3, 2); });
    EXPECT_EQ(field_filter()->slots().count(), 2U);
    // Another vector for a record that had one: its old slot is dead.
    write([](store::WriteTransaction& transaction) { add_vector(transaction, 1, 3); });
    const auto moved = field_filter();
    EXPECT_EQ(moved->slots().count(), 2U);
    EXPECT_FALSE(moved->slots().test(1));
    EXPECT_TRUE(moved->slots().test(3));
    write(
        [](store::WriteTransaction& transaction) { ASSERT_TRUE(transaction.clear_vector(0, 3)); });
    EXPECT_EQ(field_filter()->slots().count(), 1U);
}

}  // namespace
}  // namespace sokkuri::collection
