#include "store/catalog_queries.h"

#include <bit>
#include <limits>

namespace sokkuri::store {
namespace {

// The numbers of element types on disk.
constexpr std::int64_t kF32OnDisk = 1;
constexpr std::int64_t kU8OnDisk = 2;
constexpr std::int64_t kBitOnDisk = 3;

template <typename Integer>
Result<Integer> narrow(std::int64_t value, std::string_view what);
Result<FieldRow> field_of(const Rows& rows);
Result<SegmentRow> segment_of(const Rows& rows);
bool is_segment_name(std::string_view file, FieldNumber field);
Result<RecordRow> record_of(const Rows& rows);
Result<std::optional<RecordRow>> only_record(Rows rows);
Result<std::vector<RecordRow>> all_records(Rows rows);

}  // namespace

Result<CatalogMeta> CatalogQueries::meta() const {
    Statement* statement = TRY(database_->prepared(
        "SELECT generation, next_record, next_seq, next_field, records, "
        "hash = row_hash(generation, next_record, next_seq, next_field, records) FROM meta"));
    Rows rows = TRY(statement->query());
    const bool has_row = TRY(rows.next());
    if (!has_row) return fail(ErrorCode::kCorruption, "catalog: table meta is empty");
    TRY(check_row_hash(rows, 5, "meta", 1));
    CatalogMeta meta;
    meta.generation = TRY(narrow<Generation>(rows.integer(0), "generation"));
    meta.next_record = TRY(narrow<std::uint64_t>(rows.integer(1), "next record"));
    meta.next_seq = TRY(narrow<std::uint64_t>(rows.integer(2), "next seq"));
    meta.next_field = TRY(narrow<std::uint64_t>(rows.integer(3), "next field"));
    meta.records = TRY(narrow<std::uint64_t>(rows.integer(4), "number of records"));
    if (meta.next_record <= kRecordNumbersMax) return meta;
    return fail(ErrorCode::kCorruption, "catalog: next record {}: there are at most {}",
                meta.next_record, kRecordNumbersMax);
}

Result<std::vector<FieldRow>> CatalogQueries::fields() const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, name, element, dimension, metric, model, fingerprint, rows_per_chunk, "
        "hash = row_hash(number, name, element, dimension, metric, model, fingerprint, "
        "rows_per_chunk) FROM fields ORDER BY number"));
    Rows rows = TRY(statement->query());
    std::vector<FieldRow> fields;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return fields;
        FieldRow field = TRY(field_of(rows));
        fields.push_back(std::move(field));
    }
}

Result<Slot> CatalogQueries::committed_slots(FieldNumber field) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT first_slot + rows, hash = row_hash(field, first_slot, rows, checksum) "
        "FROM extents WHERE field = ? ORDER BY first_slot DESC LIMIT 1"));
    Rows rows = TRY(statement->query(field));
    const bool has_row = TRY(rows.next());
    if (!has_row) return 0;
    TRY(check_row_hash(rows, 1, "extents, end", rows.integer(0)));
    return narrow<Slot>(rows.integer(0), "committed slots");
}

Result<std::vector<Extent>> CatalogQueries::extents(FieldNumber field) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT first_slot, rows, checksum, hash = row_hash(field, first_slot, rows, checksum) "
        "FROM extents WHERE field = ? ORDER BY first_slot"));
    Rows rows = TRY(statement->query(field));
    std::vector<Extent> extents;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return extents;
        TRY(check_row_hash(rows, 3, "extents, slot", rows.integer(0)));
        const Slot first_slot = TRY(narrow<Slot>(rows.integer(0), "first slot of an extent"));
        const std::uint64_t count =
            TRY(narrow<std::uint64_t>(rows.integer(1), "rows of an extent"));
        extents.push_back({first_slot, count, std::bit_cast<std::uint64_t>(rows.integer(2))});
    }
}

Result<std::vector<Slot>> CatalogQueries::tombstones(FieldNumber field) const {
    Statement* statement =
        TRY(database_->prepared("SELECT slot, hash = row_hash(field, slot) FROM tombstones "
                                "WHERE field = ? ORDER BY slot"));
    Rows rows = TRY(statement->query(field));
    std::vector<Slot> slots;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return slots;
        TRY(check_row_hash(rows, 1, "tombstones, slot", rows.integer(0)));
        const Slot slot = TRY(narrow<Slot>(rows.integer(0), "tombstone"));
        slots.push_back(slot);
    }
}

Result<std::vector<SegmentRow>> CatalogQueries::segments(FieldNumber field) const {
    const Slot committed = TRY(committed_slots(field));
    Statement* statement =
        TRY(database_->prepared("SELECT number, field, file, first_slot, rows, live, "
                                "hash = row_hash(number, field, file, first_slot, rows, live) "
                                "FROM segments WHERE field = ? ORDER BY first_slot"));
    Rows rows = TRY(statement->query(field));
    std::vector<SegmentRow> segments;
    Slot behind_last = 0;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return segments;
        SegmentRow segment = TRY(segment_of(rows));
        const bool is_in_order = segment.first_slot >= behind_last && segment.rows > 0 &&
                                 segment.first_slot < committed &&
                                 segment.rows <= committed - segment.first_slot &&
                                 segment.live <= segment.rows;
        if (!is_in_order) {
            return fail(ErrorCode::kCorruption,
                        "catalog: segment {}: {} rows from slot {} on, {} of them live, behind "
                        "slot {} of {}",
                        segment.number, segment.rows, segment.first_slot, segment.live, behind_last,
                        committed);
        }
        behind_last = segment.end_slot();
        segments.push_back(std::move(segment));
    }
}

Result<std::optional<std::string>> CatalogQueries::mark(std::string_view name) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT value, hash = row_hash(name, value) FROM marks WHERE name = ?"));
    Rows rows = TRY(statement->query(name));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    TRY(check_row_hash(rows, 1, "marks", 0));
    return std::string(rows.text(0));
}

Result<std::optional<RecordRow>> CatalogQueries::record(std::string_view id) const {
    Statement* statement =
        TRY(database_->prepared("SELECT number, id, document, version, seq, "
                                "hash = row_hash(number, id, document, version, seq) "
                                "FROM records WHERE id = ?"));
    Rows rows = TRY(statement->query(id));
    return only_record(std::move(rows));
}

Result<std::optional<RecordRow>> CatalogQueries::record(RecordNumber number) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, id, document, version, seq, "
        "hash = row_hash(number, id, document, version, seq) FROM records WHERE number = ?"));
    Rows rows = TRY(statement->query(number));
    return only_record(std::move(rows));
}

Result<std::vector<RecordNumber>> CatalogQueries::records_of_slots(
    FieldNumber field, std::span<const Slot> slots) const {
    Statement* statement =
        TRY(database_->prepared("SELECT record, hash = row_hash(field, slot, record) "
                                "FROM vectors WHERE field = ? AND slot = ?"));
    std::vector<RecordNumber> records;
    records.reserve(slots.size());
    for (const Slot slot : slots) {
        Rows rows = TRY(statement->query(field, slot));
        const bool has_row = TRY(rows.next());
        if (!has_row) {
            return fail(ErrorCode::kCorruption, "catalog: field {}, slot {}: belongs to no record",
                        field, slot);
        }
        TRY(check_row_hash(rows, 1, "vectors, slot", static_cast<std::int64_t>(slot)));
        const RecordNumber record = TRY(narrow<RecordNumber>(rows.integer(0), "record of a slot"));
        records.push_back(record);
    }
    return records;
}

Result<std::optional<Slot>> CatalogQueries::slot_of_record(FieldNumber field,
                                                           RecordNumber record) const {
    Statement* statement =
        TRY(database_->prepared("SELECT slot, hash = row_hash(field, slot, record) "
                                "FROM vectors WHERE record = ? AND field = ?"));
    Rows rows = TRY(statement->query(record, field));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    TRY(check_row_hash(rows, 1, "vectors, slot", rows.integer(0)));
    const Slot slot = TRY(narrow<Slot>(rows.integer(0), "slot of a record"));
    return slot;
}

Result<std::vector<FieldSlot>> CatalogQueries::vectors_of_record(RecordNumber record) const {
    Statement* statement =
        TRY(database_->prepared("SELECT field, slot, hash = row_hash(field, slot, record) "
                                "FROM vectors WHERE record = ? ORDER BY field"));
    Rows rows = TRY(statement->query(record));
    std::vector<FieldSlot> vectors;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return vectors;
        TRY(check_row_hash(rows, 2, "vectors, slot", rows.integer(1)));
        const FieldNumber field = TRY(narrow<FieldNumber>(rows.integer(0), "field of a vector"));
        const Slot slot = TRY(narrow<Slot>(rows.integer(1), "slot of a vector"));
        vectors.push_back({field, slot});
    }
}

Result<std::vector<RecordRow>> CatalogQueries::records_from(RecordNumber from,
                                                            std::size_t limit) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, id, document, version, seq, "
        "hash = row_hash(number, id, document, version, seq) FROM records WHERE number >= ? "
        "ORDER BY number LIMIT ?"));
    Rows rows = TRY(statement->query(from, limit));
    return all_records(std::move(rows));
}

Result<std::vector<RecordRow>> CatalogQueries::newest_records(std::size_t limit) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, id, document, version, seq, "
        "hash = row_hash(number, id, document, version, seq) FROM records WHERE number IN "
        "(SELECT number FROM records ORDER BY seq DESC LIMIT ?) ORDER BY seq DESC"));
    Rows rows = TRY(statement->query(limit));
    return all_records(std::move(rows));
}

Result<std::vector<RecordRow>> CatalogQueries::records_without_vector(FieldNumber field,
                                                                      RecordNumber from,
                                                                      std::size_t limit) const {
    Statement* statement =
        TRY(database_->prepared("SELECT number, id, document, version, seq, "
                                "hash = row_hash(number, id, document, version, seq) FROM records "
                                "WHERE number >= ? AND NOT EXISTS (SELECT 1 FROM vectors WHERE "
                                "record = records.number AND field = ?) "
                                "ORDER BY number LIMIT ?"));
    Rows rows = TRY(statement->query(from, field, limit));
    return all_records(std::move(rows));
}

Result<void> check_row_hash(const Rows& rows, int column, std::string_view table,
                            std::int64_t row) {
    if (rows.integer(column) == 1) return {};
    return fail(ErrorCode::kCorruption, "catalog: table {} {}: row hash mismatch", table, row);
}

std::int64_t element_on_disk(ElementType element) {
    switch (element) {
        case ElementType::kF32:
            return kF32OnDisk;
        case ElementType::kU8:
            return kU8OnDisk;
        case ElementType::kBit:
            return kBitOnDisk;
    }
    return 0;
}

namespace {

template <typename Integer>
Result<Integer> narrow(std::int64_t value, std::string_view what) {
    if (std::in_range<Integer>(value)) return static_cast<Integer>(value);
    return fail(ErrorCode::kCorruption, "catalog: {}: {} is out of range", what, value);
}

Result<ElementType> element_from_disk(std::int64_t number) {
    switch (number) {
        case kF32OnDisk:
            return ElementType::kF32;
        case kU8OnDisk:
            return ElementType::kU8;
        case kBitOnDisk:
            return ElementType::kBit;
        default:
            return fail(ErrorCode::kCorruption, "catalog: element type {}: unknown", number);
    }
}

Result<FieldRow> field_of(const Rows& rows) {
    TRY(check_row_hash(rows, 8, "fields, number", rows.integer(0)));
    FieldRow field;
    field.number = TRY(narrow<FieldNumber>(rows.integer(0), "field number"));
    field.name = rows.text(1);
    field.element = TRY(element_from_disk(rows.integer(2)));
    field.dimension = TRY(narrow<std::uint32_t>(rows.integer(3), "dimension"));
    field.metric = rows.text(4);
    field.model = rows.text(5);
    field.fingerprint = rows.text(6);
    field.rows_per_chunk = TRY(narrow<std::uint32_t>(rows.integer(7), "rows per chunk"));
    return field;
}

Result<SegmentRow> segment_of(const Rows& rows) {
    TRY(check_row_hash(rows, 6, "segments, number", rows.integer(0)));
    SegmentRow segment;
    segment.number = TRY(narrow<SegmentNumber>(rows.integer(0), "segment number"));
    segment.field = TRY(narrow<FieldNumber>(rows.integer(1), "field of a segment"));
    segment.file = rows.text(2);
    if (!is_segment_name(segment.file, segment.field)) {
        return fail(ErrorCode::kCorruption, "catalog: segment {} of field {}: file name {:?}",
                    segment.number, segment.field, segment.file);
    }
    segment.first_slot = TRY(narrow<Slot>(rows.integer(3), "first slot of a segment"));
    segment.rows = TRY(narrow<std::uint64_t>(rows.integer(4), "rows of a segment"));
    segment.live = TRY(narrow<std::uint64_t>(rows.integer(5), "live rows of a segment"));
    return segment;
}

/// A file right in the folder of the field's segments: who reads it also writes copies to it.
bool is_segment_name(std::string_view file, FieldNumber field) {
    const std::string folder = fmt::format("fields/{}/segments/", field);
    if (!file.starts_with(folder)) return false;
    const std::string_view name = file.substr(folder.size());
    constexpr std::string_view kNotInNames("/\0", 2);
    return !name.empty() && name[0] != '.' && name.find_first_of(kNotInNames) == name.npos;
}

Result<RecordRow> record_of(const Rows& rows) {
    TRY(check_row_hash(rows, 5, "records, number", rows.integer(0)));
    RecordRow record;
    record.number = TRY(narrow<RecordNumber>(rows.integer(0), "record number"));
    if (record.number >= kRecordNumbersMax) {
        return fail(ErrorCode::kCorruption, "catalog: record number {}: must be below {}",
                    record.number, kRecordNumbersMax);
    }
    record.id = rows.text(1);
    record.document = rows.text(2);
    record.version = TRY(narrow<std::uint64_t>(rows.integer(3), "version"));
    record.seq = TRY(narrow<std::uint64_t>(rows.integer(4), "seq"));
    return record;
}

Result<std::optional<RecordRow>> only_record(Rows rows) {
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    RecordRow record = TRY(record_of(rows));
    return record;
}

Result<std::vector<RecordRow>> all_records(Rows rows) {
    std::vector<RecordRow> records;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return records;
        RecordRow record = TRY(record_of(rows));
        records.push_back(std::move(record));
    }
}

}  // namespace
}  // namespace sokkuri::store
