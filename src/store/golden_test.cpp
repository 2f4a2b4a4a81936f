// Stores of every released format version must open for ever; damaged ones must be refused in
// words, never by a crash. The golden folders were made by tests/golden/make_store.cpp.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"
#include "store/catalog_check.h"
#include "store/catalog_schema.h"
#include "store/vector_file.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace sokkuri::store {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;

constexpr std::uint64_t kFileBytesMax = 1U << 20;
constexpr const char* kGoldenFiles[] = {"/catalog.db", "/fields/0/vectors/0000",
                                        "/fields/0/vectors/0001", "/fields/1/vectors/0000",
                                        "/fields/1/vectors/0001"};

/// `version`: of the format, as it was released.
std::vector<std::byte> golden(int version, const std::string& name) {
    const std::string folder = fmt::format(SOKKURI_SOURCE_DIR "/tests/golden/store-{}", version);
    return read_file(posix_file_system(), join_path(folder, name), kFileBytesMax).value();
}

void place(FileSystem& files, const std::string& path, std::span<const std::byte> bytes) {
    const std::string folder = path.substr(0, path.rfind('/'));
    if (!folder.empty()) {
        ASSERT_TRUE(create_directories(files, folder));
    }
    ASSERT_TRUE(replace_file(files, path, bytes));
}

std::vector<float> float_row(VectorReader& reader, Slot slot) {
    std::vector<float> row(3);
    const auto bytes = reader.row(slot).value();
    std::memcpy(row.data(), bytes.data(), bytes.size());
    return row;
}

void place_golden(FileSystem& files, int version) {
    for (const char* name : kGoldenFiles) {
        place(files, name, golden(version, name));
    }
}

/// What tests/golden/make_store.cpp has put into every one of them.
void expect_golden_records(ReadTransaction& read) {
    EXPECT_EQ(read.record_count().value(), 5U);
    EXPECT_FALSE(read.record("id-1").value());
    EXPECT_EQ(read.record("id-2").value()->version, 2U);
    EXPECT_EQ(read.record("id-5").value()->document, R"({"z": 5, "name": "そっくり"})");
    EXPECT_EQ(read.record("id-5").value()->number, 5U);
    EXPECT_EQ(read.tombstones(0).value(), (std::vector<Slot>{1, 2}));
    EXPECT_EQ(read.tombstones(1).value(), (std::vector<Slot>{1, 2}));
    EXPECT_TRUE(read.segments(0)->empty());
    EXPECT_EQ(read.records_from(0, 10)->size(), 5U);
    const std::vector<Slot> slots = {0, 3};
    EXPECT_EQ(read.records_of_slots(0, slots).value(), (std::vector<RecordNumber>{0, 3}));
    EXPECT_FALSE(read.slot_of_record(1, 2).value());
}

void expect_golden_vectors(FileSystem& files, ReadTransaction& read) {
    const std::vector<FieldRow> fields = read.fields().value();
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].model, R"({"name": "golden"})");
    EXPECT_EQ(fields[1].element, ElementType::kBit);
    EXPECT_EQ(fields[1].metric, "hamming");
    const auto floats = VectorReader::open(files, "/fields/0", fields[0]).value();
    EXPECT_TRUE(floats->verify(read.extents(0).value()));
    EXPECT_EQ(float_row(*floats, read.slot_of_record(0, 2).value().value()),
              (std::vector<float>{100, -100, 50}));
    EXPECT_EQ(float_row(*floats, read.slot_of_record(0, 5).value().value()),
              (std::vector<float>{5, -5, 2.5F}));
    const auto bits = VectorReader::open(files, "/fields/1", fields[1]).value();
    EXPECT_TRUE(bits->verify(read.extents(1).value()));
    EXPECT_EQ(bits->row(4).value()[0], std::byte{4});
}

void expect_golden_store(FileSystem& files, Generation generation) {
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kRead);
    ASSERT_TRUE(catalog) << catalog.error().message();
    const auto read = (*catalog)->begin_read();
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ((*read)->generation(), generation);
    expect_golden_records(**read);
    expect_golden_vectors(files, **read);
}

/// Puts and removes a record, so that nothing but two generations has come to it.
void write_to(FileSystem& files) {
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kWrite);
    ASSERT_TRUE(catalog) << catalog.error().message();
    {
        const auto write = (*catalog)->begin_write().value();
        EXPECT_TRUE(write->put_record("new", "{}", {}));
        EXPECT_TRUE(write->commit());
    }
    const auto write = (*catalog)->begin_write().value();
    EXPECT_TRUE(write->remove_record("new").value());
    EXPECT_TRUE(write->commit());
}

TEST(GoldenStore, EveryReleasedVersionOpensAndIsLeftAsItIsByReaders) {
    for (const int version : {1, 2, 3}) {
        SCOPED_TRACE(version);
        MemoryFileSystem files;
        place_golden(files, version);
        expect_golden_store(files, 2);
        EXPECT_EQ(read_file(files, "/catalog.db", kFileBytesMax).value(),
                  golden(version, "catalog.db"));
    }
}

TEST(GoldenStore, EveryReleasedVersionIsBroughtUpToDateByTheNextWriter) {
    for (const int version : {1, 2, 3}) {
        SCOPED_TRACE(version);
        MemoryFileSystem files;
        place_golden(files, version);
        write_to(files);
        expect_golden_store(files, 4);
    }
}

TEST(GoldenStore, AnUpgradeThatIsCutOffAnywhereLeavesAStoreThatOpens) {
    for (const int version : {1, 2}) {
        bool is_done = false;
        for (std::uint64_t at = 0; !is_done; ++at) {
            SCOPED_TRACE(fmt::format("version {}, cut off at {}", version, at));
            MemoryFileSystem memory;
            place_golden(memory, version);
            FaultyFileSystem files(memory);
            files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
            const bool was_opened =
                Catalog::open(files, "/catalog.db", CatalogAccess::kWrite).has_value();
            const bool was_cut_off = files.has_failed();
            if (at % 2 == 1) memory.crash(at);
            expect_golden_store(memory, 2);
            write_to(memory);
            expect_golden_store(memory, 4);
            if (HasFailure()) return;
            is_done = was_opened && !was_cut_off;
        }
    }
}

/// Records of the index for which `ask` adds some.
template <typename Ask>
std::vector<RecordNumber> records_by(ReadTransaction& read, const AttributeSource& source,
                                     Ask ask) {
    RecordSet records(read.record_numbers_end());
    const std::vector<AttributeIndex> indexes = read.attributes().indexes().value();
    for (const AttributeIndex& index : indexes) {
        if (index.source != source) continue;
        EXPECT_TRUE(ask(index, records));
    }
    return records.numbers();
}

TEST(GoldenStore, AttributeIndexesOfVersion3AreRead) {
    MemoryFileSystem files;
    place_golden(files, 3);
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kRead).value();
    const auto read = catalog->begin_read().value();
    const AttributeQueries& queries = read->attributes();
    EXPECT_EQ(queries.indexes()->size(), 4U);
    using Numbers = std::vector<RecordNumber>;
    const auto equal = [&](const AttributeSource& source, const AttributeValue& value) {
        return records_by(*read, source, [&](const AttributeIndex& index, RecordSet& records) {
            return queries.add_equal(index, value, records);
        });
    };
    EXPECT_EQ(equal({"z", AttributeKind::kValues}, std::int64_t{4}), Numbers{4});
    EXPECT_EQ(equal({"name", AttributeKind::kWords}, std::string("そ")), (Numbers{0, 3, 4, 5}));
    EXPECT_EQ(equal({"", AttributeKind::kPresence}, true), (Numbers{0, 2, 3, 4, 5}));
    EXPECT_EQ(records_by(*read, {"name", AttributeKind::kRuns},
                         [&](const AttributeIndex& index, RecordSet& records) {
                             return queries.add_containing(index, U"っくり", records);
                         }),
              (Numbers{0, 3, 4, 5}));
}

/// Programs of version 2 knew other forms of their rows: they may miss values.
TEST(GoldenStore, AttributeIndexesOfVersion2AreMadeAnew) {
    MemoryFileSystem files;
    place_golden(files, 3);
    {
        const auto database =
            Database::open(files, "/catalog.db",
                           catalog_database_options(DatabaseOptions::Access::kWrite))
                .value();
        ASSERT_TRUE(database->execute("PRAGMA user_version=2"));
    }
    {
        const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kRead).value();
        EXPECT_TRUE(catalog->begin_read().value()->attributes().indexes()->empty());
    }
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kWrite).value();
    EXPECT_TRUE(catalog->begin_read().value()->attributes().indexes()->empty());
    const auto write = catalog->begin_write().value();
    EXPECT_EQ(write->extend_attribute({"z", AttributeKind::kValues}, 100)->built_to, 6U);
    EXPECT_TRUE(write->commit());
    expect_golden_records(*catalog->begin_read().value());
}

/// Asks everything that can be asked; only that it returns counts.
void ask_everything(MemoryFileSystem& files, const std::string& path) {
    const auto catalog = Catalog::open(files, path, CatalogAccess::kWrite);
    if (!catalog) return;
    const auto read = (*catalog)->begin_read();
    if (!read) return;
    static_cast<void>((*read)->records_from(0, 100));
    const auto fields = (*read)->fields();
    for (FieldNumber field = 0; field < 2; ++field) {
        const auto committed = (*read)->committed_slots(field);
        static_cast<void>((*read)->extents(field));
        static_cast<void>((*read)->tombstones(field));
        static_cast<void>((*read)->segments(field));
        static_cast<void>((*read)->slot_of_record(field, 2));
        const std::vector<Slot> slots = {0, 3};
        static_cast<void>((*read)->records_of_slots(field, slots));
        if (!fields || fields->size() <= field || !committed) continue;
        const auto reader = VectorReader::open(files, "/fields/0", (*fields)[field]);
        if (reader) static_cast<void>((*reader)->rows(*committed));
    }
    const auto write = (*catalog)->begin_write();
    if (!write || !(*write)->put_record("id-3", "{}", {}) || !(*write)->remove_record("id-4"))
        return;
    static_cast<void>((*write)->commit());
}

TEST(GoldenStore, DamagedCatalogsAreRefusedOrReadButNeverCrash) {
    const std::vector<std::byte> chunk = golden(1, "fields/0/vectors/0000");
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random(seed);
        // Pages of version 1 have no checksums: SQLite itself meets the damage.
        const std::vector<std::byte> whole = golden(seed % 3 == 0 ? 2 : 1, "catalog.db");
        std::vector<std::byte> damaged = whole;
        const std::uint64_t flips = 1 + random() % 20;
        for (std::uint64_t flip = 0; flip < flips; ++flip) {
            // Half of the damage to the first page, where the schema is.
            const std::uint64_t at = random() % (flip % 2 == 0 ? whole.size() : 4096);
            damaged[at] = static_cast<std::byte>(random() % 256);
        }
        if (seed % 5 == 0) damaged.resize(random() % whole.size());
        MemoryFileSystem files;
        place(files, "/catalog.db", damaged);
        place(files, "/fields/0/vectors/0000", chunk);
        refused += Catalog::open(files, "/catalog.db", CatalogAccess::kRead) ? 0 : 1;
        ask_everything(files, "/catalog.db");
    }
    EXPECT_GT(refused, 30) << "the damage must matter";
}

/// What is said of a catalog; empty when it is whole.
std::string complaint_about(FileSystem& files) {
    const auto findings = check_catalog(files, "/catalog.db", CatalogCheck::kMeaning);
    if (!findings) return findings.error().message();
    return fmt::format("{}", fmt::join(*findings, "\n"));
}

TEST(GoldenStore, EveryByteOfACatalogThatChangesIsNoticed) {
    const std::vector<std::byte> whole = golden(3, "catalog.db");
    constexpr std::size_t kPageBytes = 4096;
    constexpr std::size_t kStep = 29;
#ifdef SOKKURI_SANITIZED
    constexpr std::size_t kStepInHeader = 7;
#else
    constexpr std::size_t kStepInHeader = 1;
#endif
    MemoryFileSystem files;
    place(files, "/catalog.db", whole);
    EXPECT_EQ(complaint_about(files), "");
    // Every byte of the first page, where the file says what it is; elsewhere one rule holds for
    // all.
    for (std::size_t at = 0; at < whole.size(); at += at < kPageBytes ? kStepInHeader : kStep) {
        SCOPED_TRACE(fmt::format("byte {}", at));
        std::vector<std::byte> damaged = whole;
        damaged[at] ^= static_cast<std::byte>(1U << at % 8);
        place(files, "/catalog.db", damaged);
        const std::string complaint = complaint_about(files);
        ASSERT_NE(complaint, "");
        EXPECT_NE(complaint.find("/catalog.db"), std::string::npos) << complaint;
        if (at < kPageBytes) continue;  // page 1 says what the file is: its complaints vary
        const std::string page = fmt::format("page {}, from byte {}: checksum mismatch",
                                             at / kPageBytes + 1, at / kPageBytes * kPageBytes);
        EXPECT_NE(complaint.find(page), std::string::npos) << complaint;
    }
    for (std::size_t length = 0; length < whole.size(); length += 509) {
        SCOPED_TRACE(fmt::format("{} bytes", length));
        std::vector<std::byte> cut = whole;
        cut.resize(length);
        place(files, "/catalog.db", cut);
        EXPECT_NE(complaint_about(files), "");
    }
}

}  // namespace
}  // namespace sokkuri::store
