// CatalogWrite of store/catalog_write.h: a field's segments, and its slots as a whole.
#include "store/catalog_write.h"

namespace sokkuri::store {

Result<SegmentNumber> CatalogWrite::replace_segments(std::span<const SegmentNumber> replaced,
                                                     const SegmentRow& added) {
    for (const SegmentNumber segment : replaced) {
        TRY(remove_segment(added.field, segment));
    }
    Statement* insert = TRY(database_->prepared(
        "INSERT INTO segments (field, file, first_slot, rows, live) VALUES (?, ?, ?, ?, ?) "
        "RETURNING number"));
    SegmentNumber number = 0;
    {
        Rows rows = TRY(insert->query(added.field, std::string_view(added.file), added.first_slot,
                                      added.rows, added.live));
        const bool has_row = TRY(rows.next());
        if (!has_row) return fail(ErrorCode::kInternal, "catalog: a segment got no number");
        number = static_cast<SegmentNumber>(rows.integer(0));
        TRY(rows.next());
    }
    Statement* sign = TRY(database_->prepared(
        "UPDATE segments SET hash = row_hash(number, field, file, first_slot, rows, live) "
        "WHERE number = ?"));
    TRY(sign->run(number));
    // What readers check is checked before they can see it.
    const auto segments = queries_.segments(added.field);
    if (segments) return number;
    return fail(ErrorCode::kConflict, "segment {}: {}", added.file, segments.error().message());
}

Result<FieldNumber> CatalogWrite::renumber_field(FieldNumber field) {
    TRY(queries_.fields());  // whose row is signed anew, as are those of its vectors
    TRY(check_vectors(field));
    const auto number = static_cast<FieldNumber>(meta_.next_field);
    Statement* rename =
        TRY(database_->prepared("UPDATE fields SET number = ?1, hash = row_hash(?1, name, element, "
                                "dimension, metric, model, "
                                "fingerprint, rows_per_chunk) WHERE number = ?2"));
    TRY(rename->run(number, field));
    if (database_->changes() != 1) {
        return fail(ErrorCode::kNotFound, "field {}: does not exist", field);
    }
    Statement* move = TRY(database_->prepared(
        "INSERT INTO vectors SELECT ?1, place, record, row_hash(?1, place, record) FROM "
        "(SELECT row_number() OVER (ORDER BY slot) - 1 AS place, record FROM vectors "
        "WHERE field = ?2)"));
    TRY(move->run(number, field));
    const auto live = static_cast<std::uint64_t>(database_->changes());
    TRY(forget_slots(field));
    ++meta_.next_field;
    changes_[number] = {.committed = 0, .rows_added = 0, .vectors_set = live, .slots_end = live};
    return number;
}

/// All rows of the field with their hashes.
Result<void> CatalogWrite::check_vectors(FieldNumber field) {
    Statement* select =
        TRY(database_->prepared("SELECT slot, 0 FROM vectors WHERE field = ? AND "
                                "hash <> row_hash(field, slot, record) LIMIT 1"));
    Rows rows = TRY(select->query(field));
    const bool has_row = TRY(rows.next());
    if (!has_row) return {};
    return check_row_hash(rows, 1, "vectors, slot", rows.integer(0));
}

Result<void> CatalogWrite::remove_segment(FieldNumber field, SegmentNumber segment) {
    Statement* remove =
        TRY(database_->prepared("DELETE FROM segments WHERE number = ? AND field = ?"));
    TRY(remove->run(segment, field));
    if (database_->changes() == 1) return {};
    return fail(ErrorCode::kConflict, "field {}: segment {} does not exist", field, segment);
}

Result<void> CatalogWrite::forget_slots(FieldNumber field) {
    for (const char* sql :
         {"DELETE FROM vectors WHERE field = ?", "DELETE FROM tombstones WHERE field = ?",
          "DELETE FROM extents WHERE field = ?", "DELETE FROM segments WHERE field = ?"}) {
        Statement* remove = TRY(database_->prepared(sql));
        TRY(remove->run(field));
    }
    changes_.erase(field);
    return {};
}

}  // namespace sokkuri::store
