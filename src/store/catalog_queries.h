// CatalogQueries: everything the catalog can be asked, on one connection inside one transaction.
// Shared by read and write transactions. Numbers from the file are checked before they are narrowed
// (kCorruption).
#pragma once

#include "store/catalog.h"
#include "store/database.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// The one row of `meta`.
struct CatalogMeta {
    Generation generation = 0;
    std::uint64_t next_record = 0;
    std::uint64_t next_seq = 0;
    std::uint64_t next_field = 0;
    std::uint64_t records = 0;
};

struct FieldSlot {
    FieldNumber field = 0;
    Slot slot = 0;
};

/// Of a row whose column `column` says whether its hash is right; `row`: what the message calls it
/// by.
Result<void> check_row_hash(const Rows& rows, int column, std::string_view table, std::int64_t row);

/// The number of an element type in `fields` and in vector files: 1 f32, 2 bytes, 3 bits.
std::int64_t element_on_disk(ElementType element);

class CatalogQueries {
 public:
    explicit CatalogQueries(Database& database) : database_(&database) {}

    Result<CatalogMeta> meta() const;
    Result<std::vector<FieldRow>> fields() const;
    Result<Slot> committed_slots(FieldNumber field) const;
    Result<std::vector<Extent>> extents(FieldNumber field) const;
    Result<std::vector<Slot>> tombstones(FieldNumber field) const;
    Result<std::vector<SegmentRow>> segments(FieldNumber field) const;
    Result<std::optional<std::string>> mark(std::string_view name) const;
    Result<std::optional<RecordRow>> record(std::string_view id) const;
    Result<std::optional<RecordRow>> record(RecordNumber number) const;
    Result<std::vector<RecordNumber>> records_of_slots(FieldNumber field,
                                                       std::span<const Slot> slots) const;
    Result<std::optional<Slot>> slot_of_record(FieldNumber field, RecordNumber record) const;
    Result<std::vector<FieldSlot>> vectors_of_record(RecordNumber record) const;
    Result<std::vector<RecordRow>> records_from(RecordNumber from, std::size_t limit) const;
    Result<std::vector<RecordRow>> newest_records(std::size_t limit) const;
    Result<std::vector<RecordRow>> records_without_vector(FieldNumber field, RecordNumber from,
                                                          std::size_t limit) const;

 private:
    Database* database_;
};

}  // namespace sokkuri::store
