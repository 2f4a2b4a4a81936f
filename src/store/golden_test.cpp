// Stores of every released format version must open for ever; damaged ones must be refused in
// words, never by a crash. The golden folders were made by tests/golden/make_store.cpp.
#include "base/testing/memory_file_system.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace sokkuri::store {
namespace {

using sokkuri::testing::MemoryFileSystem;

const std::string kGoldenFolder = SOKKURI_SOURCE_DIR "/tests/golden/store-1";
constexpr std::uint64_t kFileBytesMax = 1U << 20;

std::vector<std::byte> golden(const std::string& name) {
    return read_file(posix_file_system(), join_path(kGoldenFolder, name), kFileBytesMax).value();
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

TEST(GoldenStore, Version1Opens) {
    MemoryFileSystem files;
    for (const char* name : {"/catalog.db", "/fields/0/vectors/0000", "/fields/0/vectors/0001",
                             "/fields/1/vectors/0000", "/fields/1/vectors/0001"}) {
        place(files, name, golden(name));
    }
    const auto catalog = Catalog::open(files, "/catalog.db", CatalogAccess::kRead).value();
    const auto read = catalog->begin_read().value();
    EXPECT_EQ(read->generation(), 2U);
    EXPECT_EQ(read->record_count().value(), 5U);
    EXPECT_FALSE(read->record("id-1").value());
    EXPECT_EQ(read->record("id-2").value()->version, 2U);
    EXPECT_EQ(read->record("id-5").value()->document, R"({"z": 5, "name": "そっくり"})");
    EXPECT_EQ(read->record("id-5").value()->number, 5U);
    const std::vector<FieldRow> fields = read->fields().value();
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].model, R"({"name": "golden"})");
    EXPECT_EQ(fields[1].element, ElementType::kBit);
    EXPECT_EQ(fields[1].metric, "hamming");
    EXPECT_EQ(read->tombstones(0).value(), (std::vector<Slot>{1, 2}));
    EXPECT_EQ(read->tombstones(1).value(), (std::vector<Slot>{1, 2}));
    EXPECT_TRUE(read->segments(0)->empty());
    const auto floats = VectorReader::open(files, "/fields/0", fields[0]).value();
    EXPECT_TRUE(floats->verify(read->extents(0).value()));
    EXPECT_EQ(float_row(*floats, read->slot_of_record(0, 2).value().value()),
              (std::vector<float>{100, -100, 50}));
    EXPECT_EQ(float_row(*floats, read->slot_of_record(0, 5).value().value()),
              (std::vector<float>{5, -5, 2.5F}));
    const auto bits = VectorReader::open(files, "/fields/1", fields[1]).value();
    EXPECT_TRUE(bits->verify(read->extents(1).value()));
    EXPECT_EQ(bits->row(4).value()[0], std::byte{4});
    EXPECT_FALSE(read->slot_of_record(1, 2).value());
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
    const std::vector<std::byte> whole = golden("catalog.db");
    const std::vector<std::byte> chunk = golden("fields/0/vectors/0000");
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random(seed);
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

}  // namespace
}  // namespace sokkuri::store
