#include "store/catalog.h"

#include "base/testing/temporary_directory.h"
#include "store/attribute_queries.h"
#include "store/vector_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <thread>

namespace sokkuri::store {
namespace {

class CatalogTest : public ::testing::Test {
 protected:
    std::unique_ptr<Catalog> open(CatalogAccess access = CatalogAccess::kCreate) {
        auto catalog = Catalog::open(posix_file_system(), path_, access);
        EXPECT_TRUE(catalog) << catalog.error().message();
        return std::move(*catalog);
    }

    testing::TemporaryDirectory folder_;
    std::string path_ = join_path(folder_.path(), "catalog.db");
};

FieldRow picture_field() {
    return {.name = "picture",
            .element = ElementType::kF32,
            .dimension = 4,
            .metric = "cosine",
            .model = R"({"name": "m"})",
            .fingerprint = "f00d",
            .rows_per_chunk = 8};
}

TEST_F(CatalogTest, KeepsWhatWasCommitted) {
    Generation generation = 0;
    {
        const auto catalog = open();
        const auto write = catalog->begin_write().value();
        EXPECT_EQ(write->add_field(picture_field()).value(), 0U);
        const PutRow a = write->put_record("a", R"({"z": 1, "a": 2})", {}).value();
        const PutRow b = write->put_record(std::string_view("b\0\xff", 3), "{}", {}).value();
        EXPECT_EQ(a.number, 0U);
        EXPECT_EQ(b.number, 1U);
        EXPECT_EQ(b.seq, 2U);
        EXPECT_TRUE(b.was_created);
        ASSERT_TRUE(write->add_extent(0, {.first_slot = 0, .rows = 2, .checksum = ~0ULL}));
        ASSERT_TRUE(write->set_vector(0, a.number, 0));
        ASSERT_TRUE(write->set_vector(0, b.number, 1));
        generation = write->commit().value();
        EXPECT_EQ(generation, 1U);
    }
    EXPECT_EQ(posix_file_system().list(folder_.path())->size(), 1U)
        << "a clean close leaves no WAL";

    const auto catalog = open(CatalogAccess::kRead);
    const auto read = catalog->begin_read().value();
    EXPECT_EQ(read->generation(), generation);
    const FieldRow field = read->fields()->at(0);
    EXPECT_EQ(field.name, "picture");
    EXPECT_EQ(field.model, picture_field().model);
    EXPECT_EQ(field.rows_per_chunk, 8U);
    EXPECT_EQ(read->committed_slots(0).value(), 2U);
    EXPECT_EQ(read->extents(0)->at(0).checksum, ~0ULL);
    EXPECT_EQ(read->record_count().value(), 2U);
    EXPECT_EQ(read->record("a").value()->document, R"({"z": 1, "a": 2})");
    EXPECT_EQ(read->record(RecordNumber{1}).value()->id, std::string_view("b\0\xff", 3));
    EXPECT_FALSE(read->record("c").value());
    const std::vector<Slot> slots = {1, 0};
    EXPECT_EQ(read->records_of_slots(0, slots).value(), (std::vector<RecordNumber>{1, 0}));
    EXPECT_EQ(read->slot_of_record(0, 1).value(), Slot{1});
    EXPECT_FALSE(read->slot_of_record(7, 1).value());
    EXPECT_EQ(read->records_from(1, 10)->size(), 1U);
    EXPECT_EQ(read->records_from(0, 1)->at(0).id, "a");
}

TEST_F(CatalogTest, DropsWhatWasNotCommitted) {
    const auto catalog = open();
    {
        const auto write = catalog->begin_write().value();
        ASSERT_TRUE(write->put_record("a", "{}", {}));
    }
    const auto read = catalog->begin_read().value();
    EXPECT_EQ(read->record_count().value(), 0U);
    EXPECT_EQ(read->generation(), 0U);
}

TEST_F(CatalogTest, OneVectorChangedIsOneTombstone) {
    const auto catalog = open();
    auto write = catalog->begin_write().value();
    ASSERT_TRUE(write->add_field(picture_field()));
    ASSERT_TRUE(write->put_record("a", "{}", {}));
    ASSERT_TRUE(write->put_record("b", "{}", {}));
    ASSERT_TRUE(write->add_extent(0, {.first_slot = 0, .rows = 3, .checksum = 1}));
    ASSERT_TRUE(write->set_vector(0, 0, 0));
    ASSERT_TRUE(write->set_vector(0, 1, 1));
    ASSERT_TRUE(write->set_vector(0, 0, 2));
    ASSERT_TRUE(write->commit());
    write.reset();
    {
        const auto read = catalog->begin_read().value();
        EXPECT_EQ(read->tombstones(0).value(), std::vector<Slot>{0});
        EXPECT_EQ(read->slot_of_record(0, 0).value(), Slot{2});
        const std::vector<Slot> dead = {0};
        EXPECT_EQ(read->records_of_slots(0, dead).error().code(), ErrorCode::kCorruption);
    }
    write = catalog->begin_write().value();
    EXPECT_TRUE(write->remove_record("a").value());
    EXPECT_FALSE(write->remove_record("a").value());
    ASSERT_TRUE(write->clear_vector(0, 1));
    ASSERT_TRUE(write->clear_vector(0, 1));
    ASSERT_TRUE(write->commit());
    write.reset();
    const auto read = catalog->begin_read().value();
    EXPECT_EQ(read->tombstones(0).value(), (std::vector<Slot>{0, 1, 2}));
    EXPECT_EQ(read->record_count().value(), 1U);
}

TEST_F(CatalogTest, AddsRecordsWithoutLookingForThem) {
    const auto catalog = open();
    {
        const auto write = catalog->begin_write().value();
        EXPECT_EQ(write->add_field(picture_field()).value(), 0U);
        const PutRow a = write->add_record("a", R"({"n":1})").value();
        EXPECT_TRUE(a.was_created);
        EXPECT_EQ(a.version, 1U);
        const auto again = write->add_record("a", "{}");
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code(), ErrorCode::kAlreadyExists);
        // A new record that is given a second vector at once has the second one.
        ASSERT_TRUE(write->add_extent(0, {.first_slot = 0, .rows = 2}));
        ASSERT_TRUE(write->set_vector(0, a.number, 0));
        ASSERT_TRUE(write->set_vector(0, a.number, 1));
        ASSERT_TRUE(write->commit());
    }
    const auto read = catalog->begin_read().value();
    EXPECT_EQ(read->record("a").value()->document, R"({"n":1})");
    EXPECT_EQ(read->slot_of_record(0, 0).value(), Slot{1});
    EXPECT_EQ(read->tombstones(0).value(), std::vector<Slot>{0});
}

TEST_F(CatalogTest, NextSeqChangesWithRecordsAlone) {
    const auto catalog = open();
    const auto seq = [&] { return catalog->begin_read().value()->next_seq(); };
    const auto after = [&](const auto& change) {
        const auto write = catalog->begin_write().value();
        change(*write);
        EXPECT_TRUE(write->commit());
        return seq();
    };
    const std::uint64_t first = after([](WriteTransaction& write) {
        ASSERT_TRUE(write.add_field(picture_field()));
        ASSERT_TRUE(write.put_record("a", R"({"n":1})", {}));
    });
    const std::uint64_t same = after([](WriteTransaction& write) {
        ASSERT_TRUE(write.add_extent(0, {.first_slot = 0, .rows = 1}));
        ASSERT_TRUE(write.set_vector(0, 0, 0));
        ASSERT_TRUE(write.replace_segments(
            {}, {.field = 0, .file = "fields/0/segments/s.seg", .rows = 1, .live = 1}));
        ASSERT_TRUE(write.extend_attribute({.path = "n"}, 10));
    });
    EXPECT_EQ(same, first);
    const std::uint64_t changed = after(
        [](WriteTransaction& write) { ASSERT_TRUE(write.put_record("a", R"({"n":1})", {})); });
    EXPECT_GT(changed, same);
    const std::uint64_t added =
        after([](WriteTransaction& write) { ASSERT_TRUE(write.add_record("b", "{}")); });
    EXPECT_GT(added, changed);
    EXPECT_GT(after([](WriteTransaction& write) { ASSERT_TRUE(write.remove_record("b")); }), added);
}

TEST_F(CatalogTest, RefusesSlotsThatNobodyOwns) {
    const auto catalog = open();
    const auto write = catalog->begin_write().value();
    ASSERT_TRUE(write->add_field(picture_field()));
    ASSERT_TRUE(write->put_record("a", "{}", {}));
    EXPECT_EQ(write->add_extent(0, {.first_slot = 1, .rows = 1}).error().code(),
              ErrorCode::kInternal);
    ASSERT_TRUE(write->add_extent(0, {.first_slot = 0, .rows = 2}));
    ASSERT_TRUE(write->set_vector(0, 0, 1));
    EXPECT_EQ(write->commit().error().code(), ErrorCode::kInternal);
}

TEST_F(CatalogTest, VersionsGuardChanges) {
    const auto catalog = open();
    const auto write = catalog->begin_write().value();
    EXPECT_EQ(write->put_record("a", "{}", 1).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(write->put_record("a", "{}", 0)->version, 1U);
    EXPECT_EQ(write->put_record("a", "{}", 0).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(write->put_record("a", "{}", 1)->version, 2U);
    EXPECT_EQ(write->remove_record("a", 1).error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(write->remove_record("a", 2).value());
    const PutRow again = write->put_record("a", "{}", {}).value();
    EXPECT_EQ(again.number, 1U) << "numbers are never given twice";
    EXPECT_EQ(again.seq, 4U);
}

TEST_F(CatalogTest, RefusesWhatIsTooLargeOrTaken) {
    const auto catalog = open();
    const auto write = catalog->begin_write().value();
    EXPECT_EQ(write->put_record("", "{}", {}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(write->put_record(std::string(kRecordIdBytesMax, 'i'), "{}", {}));
    EXPECT_EQ(write->put_record(std::string(kRecordIdBytesMax + 1, 'i'), "{}", {}).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(
        write->put_record("a", std::string(kStoredDocumentBytesMax + 1, ' '), {}).error().code(),
        ErrorCode::kExhausted);
    FieldRow field = picture_field();
    for (std::size_t i = 0; i < kFieldsMax; ++i) {
        field.name = std::to_string(i);
        EXPECT_EQ(write->add_field(field).value(), i);
    }
    field.name = "more";
    EXPECT_EQ(write->add_field(field).error().code(), ErrorCode::kExhausted);
    ASSERT_TRUE(write->drop_field(3));
    EXPECT_EQ(write->drop_field(3).error().code(), ErrorCode::kNotFound);
    field.name = "0";
    EXPECT_EQ(write->add_field(field).error().code(), ErrorCode::kAlreadyExists);
    field.name = "more";
    EXPECT_EQ(write->add_field(field).value(), kFieldsMax) << "nor are those of fields";
}

TEST_F(CatalogTest, AReaderKeepsItsGeneration) {
    const auto catalog = open();
    const auto before = catalog->begin_read().value();
    auto write = catalog->begin_write().value();
    EXPECT_EQ(catalog->begin_write().error().code(), ErrorCode::kConflict);
    ASSERT_TRUE(write->put_record("a", "{}", {}));
    ASSERT_TRUE(write->commit());
    EXPECT_EQ(before->record_count().value(), 0U);
    EXPECT_FALSE(before->record("a").value());
    const auto after = catalog->begin_read().value();
    EXPECT_EQ(after->generation(), before->generation() + 1);
    EXPECT_TRUE(after->record("a").value());
}

TEST_F(CatalogTest, ReadTransactionsAreBounded) {
    const auto catalog = open();
    std::vector<std::unique_ptr<ReadTransaction>> reads;
    for (std::size_t i = 0; i < Catalog::kReadersMax; ++i) {
        reads.push_back(catalog->begin_read().value());
    }
    EXPECT_EQ(catalog->begin_read().error().code(), ErrorCode::kExhausted);
    reads.pop_back();
    EXPECT_TRUE(catalog->begin_read());
}

TEST_F(CatalogTest, SaysWhyItCannotBeOpened) {
    FileSystem& files = posix_file_system();
    const auto open_error = [&](CatalogAccess access) {
        return Catalog::open(files, path_, access).error();
    };
    EXPECT_EQ(open_error(CatalogAccess::kRead).code(), ErrorCode::kNotFound);
    EXPECT_EQ(open_error(CatalogAccess::kWrite).code(), ErrorCode::kNotFound);
    ASSERT_TRUE(replace_file(files, path_, {}));
    EXPECT_EQ(open_error(CatalogAccess::kRead).code(), ErrorCode::kNotFound) << "an empty shell";
    const std::string text(5000, 'x');
    ASSERT_TRUE(replace_file(files, path_, std::as_bytes(std::span(text))));
    EXPECT_EQ(open_error(CatalogAccess::kRead).code(), ErrorCode::kCorruption);
    EXPECT_EQ(open_error(CatalogAccess::kCreate).code(), ErrorCode::kCorruption);
    EXPECT_EQ(
        Catalog::open(files, join_path(folder_.path(), "no/catalog.db"), CatalogAccess::kCreate)
            .error()
            .code(),
        ErrorCode::kNotFound);
}

/// Slots `first` … `end` - 1 of field 0.
SegmentRow segment(Slot first, Slot end) {
    return {.file = fmt::format("fields/0/segments/{}-{}.seg", first, end),
            .first_slot = first,
            .rows = end - first,
            .live = end - first};
}

/// A field of ten rows.
void put_ten_rows(Catalog& catalog) {
    const auto write = catalog.begin_write().value();
    ASSERT_TRUE(write->add_field(picture_field()));
    ASSERT_TRUE(write->add_extent(0, {.first_slot = 0, .rows = 10, .checksum = 0}));
    for (Slot slot = 0; slot < 10; ++slot) {
        const PutRow row = write->put_record(fmt::format("{}", slot), "{}", {}).value();
        ASSERT_TRUE(write->set_vector(0, row.number, slot));
    }
    ASSERT_TRUE(write->commit());
}

std::vector<std::string> segment_files(const Catalog& catalog) {
    std::vector<std::string> files;
    const std::vector<SegmentRow> rows = catalog.begin_read().value()->segments(0).value();
    for (const SegmentRow& row : rows) {
        files.push_back(row.file);
    }
    return files;
}

TEST_F(CatalogTest, ASegmentTakesThePlaceOfOthersInOneCommit) {
    const auto catalog = open();
    put_ten_rows(*catalog);
    SegmentNumber back = 0;
    SegmentNumber front = 0;
    {
        const auto write = catalog->begin_write().value();
        back = write->replace_segments({}, segment(4, 9)).value();
        front = write->replace_segments({}, segment(0, 4)).value();
        ASSERT_TRUE(write->commit());
    }
    const auto before = catalog->begin_read().value();
    EXPECT_EQ(segment_files(*catalog),
              (std::vector<std::string>{segment(0, 4).file, segment(4, 9).file}));
    {
        const auto write = catalog->begin_write().value();
        const std::vector<SegmentNumber> both = {front, back};
        ASSERT_TRUE(write->replace_segments(both, segment(0, 10)));
        ASSERT_TRUE(write->commit());
    }
    const std::vector<SegmentRow> rows = catalog->begin_read().value()->segments(0).value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].file, segment(0, 10).file);
    EXPECT_EQ(rows[0].end_slot(), 10U);
    EXPECT_EQ(rows[0].live, 10U);
    EXPECT_EQ(before->segments(0)->size(), 2U) << "a reader keeps what it began with";
}

TEST_F(CatalogTest, SegmentsNeverOverlapOrReachPastTheRows) {
    const auto catalog = open();
    put_ten_rows(*catalog);
    {
        const auto write = catalog->begin_write().value();
        ASSERT_TRUE(write->replace_segments({}, segment(2, 6)));
        ASSERT_TRUE(write->commit());
    }
    for (const SegmentRow& wrong : {segment(0, 3), segment(5, 7), segment(3, 4), segment(6, 6),
                                    segment(6, 11), segment(10, 12)}) {
        const auto write = catalog->begin_write().value();
        EXPECT_EQ(write->replace_segments({}, wrong).error().code(), ErrorCode::kConflict)
            << wrong.file;
    }
    const auto write = catalog->begin_write().value();
    const std::vector<SegmentNumber> gone = {4711};
    EXPECT_EQ(write->replace_segments(gone, segment(6, 9)).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(segment_files(*catalog), (std::vector<std::string>{segment(2, 6).file}));
}

TEST_F(CatalogTest, SegmentsGoWithTheirField) {
    const auto catalog = open();
    put_ten_rows(*catalog);
    const auto write = catalog->begin_write().value();
    ASSERT_TRUE(write->replace_segments({}, segment(0, 10)));
    ASSERT_TRUE(write->drop_field(0));
    ASSERT_TRUE(write->commit());
    EXPECT_TRUE(segment_files(*catalog).empty());
}

TEST_F(CatalogTest, ReadersNeverSeeHalfACommit) {
    const auto catalog = open();
    constexpr int kCommits = 60;
    {
        std::vector<std::jthread> readers;
        for (int thread = 0; thread < 3; ++thread) {
            readers.emplace_back([&catalog](const std::stop_token& stop) {
                Generation last = 0;
                while (!stop.stop_requested()) {
                    const auto read = catalog->begin_read().value();
                    // Every commit adds two records.
                    EXPECT_EQ(read->record_count().value(), 2 * read->generation());
                    EXPECT_EQ(read->records_from(0, 1'000)->size(), 2 * read->generation());
                    EXPECT_GE(read->generation(), last);
                    last = read->generation();
                }
            });
        }
        for (int commit = 0; commit < kCommits; ++commit) {
            const auto write = catalog->begin_write().value();
            ASSERT_TRUE(write->put_record(std::to_string(2 * commit), "{}", {}));
            ASSERT_TRUE(write->put_record(std::to_string(2 * commit + 1), "{}", {}));
            ASSERT_TRUE(write->commit());
        }
    }
    EXPECT_EQ(catalog->begin_read().value()->generation(), Generation{kCommits});
}

}  // namespace
}  // namespace sokkuri::store
