// Makes the golden store of the format of its day: make_golden_store FOLDER. What it writes is
// released bytes: once in the repository, a folder store-<format version> is never made anew, and
// src/store/golden_test.cpp opens it for ever.
#include "base/file_system.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::store;

constexpr std::uint32_t kRecords = 6;
constexpr std::uint32_t kRowsPerChunk = 4;

FieldRow float_field() {
    return {.name = "picture",
            .element = ElementType::kF32,
            .dimension = 3,
            .metric = "cosine",
            .model = R"({"name": "golden"})",
            .fingerprint = "0123",
            .rows_per_chunk = kRowsPerChunk};
}

FieldRow bit_field() {
    return {.name = "hash",
            .element = ElementType::kBit,
            .dimension = 10,
            .metric = "hamming",
            .rows_per_chunk = kRowsPerChunk};
}

std::vector<float> floats_of(std::uint32_t number) {
    const auto value = static_cast<float>(number);
    return {value, -value, value / 2};
}

/// Appends rows of a field; the extent is the catalog's to remember.
Result<Extent> append(const std::string& folder, const FieldRow& field, Slot committed,
                      std::span<const std::byte> rows) {
    const auto writer = TRY(VectorWriter::open(
        posix_file_system(), fmt::format("{}/fields/{}", folder, field.number), field, committed));
    const Extent extent = TRY(writer->append(rows));
    TRY(writer->sync());
    return extent;
}

Result<void> make_records(Catalog& catalog, const std::string& folder) {
    const auto write = TRY(catalog.begin_write());
    FieldRow pictures = float_field();
    FieldRow hashes = bit_field();
    pictures.number = TRY(write->add_field(pictures));
    hashes.number = TRY(write->add_field(hashes));
    std::vector<float> floats;
    std::vector<std::byte> bits;
    for (std::uint32_t number = 0; number < kRecords; ++number) {
        const std::vector<float> row = floats_of(number);
        floats.insert(floats.end(), row.begin(), row.end());
        bits.push_back(static_cast<std::byte>(number));
        bits.push_back(std::byte{3});
    }
    const Extent float_extent = TRY(append(folder, pictures, 0, std::as_bytes(std::span(floats))));
    const Extent bit_extent = TRY(append(folder, hashes, 0, bits));
    TRY(write->add_extent(pictures.number, float_extent));
    TRY(write->add_extent(hashes.number, bit_extent));
    for (std::uint32_t number = 0; number < kRecords; ++number) {
        const std::string document = fmt::format(R"({{"z": {}, "name": "そっくり"}})", number);
        const PutRow row =
            TRY(write->put_record(fmt::format("id-{}", number), document, std::nullopt));
        TRY(write->set_vector(pictures.number, row.number, number));
        TRY(write->set_vector(hashes.number, row.number, number));
    }
    // Rows of every form: shared and own ones, and places.
    for (const AttributeSource& source :
         std::vector<AttributeSource>{{"z", AttributeKind::kValues},
                                      {"name", AttributeKind::kWords},
                                      {"name", AttributeKind::kRuns},
                                      {"", AttributeKind::kPresence}}) {
        TRY(write->extend_attribute(source, kRecords));
    }
    TRY(write->commit());
    return {};
}

/// One record removed, one replaced with another vector, one without its bits.
Result<void> change_records(Catalog& catalog, const std::string& folder) {
    const auto write = TRY(catalog.begin_write());
    const std::vector<float> row = floats_of(100);
    const Extent extent =
        TRY(append(folder, float_field(), kRecords, std::as_bytes(std::span(row))));
    TRY(write->add_extent(0, extent));
    TRY(write->remove_record("id-1"));
    const PutRow put = TRY(write->put_record("id-2", "{}", std::nullopt));
    TRY(write->set_vector(0, put.number, kRecords));
    TRY(write->clear_vector(1, put.number));
    TRY(write->commit());
    return {};
}

Result<void> make_store(const std::string& folder) {
    TRY(create_directories(posix_file_system(), folder));
    const auto catalog =
        TRY(Catalog::open(posix_file_system(), folder + "/catalog.db", CatalogAccess::kCreate));
    TRY(make_records(*catalog, folder));
    return change_records(*catalog, folder);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: make_golden_store FOLDER\n");
        return 2;
    }
    const auto made = make_store(arguments[1]);
    if (!made) std::fprintf(stderr, "%s\n", made.error().message().c_str());
    return made ? 0 : 1;
}
