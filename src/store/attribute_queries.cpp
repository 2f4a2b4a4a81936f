#include "store/attribute_queries.h"

#include "store/catalog_queries.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sokkuri::store {
namespace {

/// The range as two bounds of the column, which holds every class.
struct ColumnRange {
    SqlValue low;
    SqlValue high;
    bool is_low_inclusive = true;
    bool is_high_inclusive = true;
};

ColumnRange column_range(const ValueRange& range);
const char* range_sql(const ColumnRange& range);
Result<AttributeIndex> index_of_row(const Rows& rows);

}  // namespace

Result<std::vector<AttributeIndex>> AttributeQueries::indexes() const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, path, kind, built_to FROM attribute_indexes ORDER BY number"));
    Rows rows = TRY(statement->query());
    std::vector<AttributeIndex> indexes;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return indexes;
        AttributeIndex index = TRY(index_of_row(rows));
        indexes.push_back(std::move(index));
    }
}

Result<void> AttributeQueries::add_equal(const AttributeIndex& index, const AttributeValue& value,
                                         RecordSet& records) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT value, records FROM attribute_postings WHERE attribute = ? AND block = ? AND "
        "value = ?"));
    const SqlValue wanted = sql_value_of(value);
    const std::uint32_t blocks = std::min(blocks_of(index), records.blocks());
    for (std::uint32_t block = 0; block < blocks; ++block) {
        Rows rows = TRY(statement->query(index.number, block, wanted));
        TRY(add_rows(index, block, std::move(rows), nullptr, records));
    }
    return {};
}

Result<void> AttributeQueries::add_range(const AttributeIndex& index, const ValueRange& range,
                                         RecordSet& records) const {
    return add_passing(index, range, nullptr, records);
}

Result<void> AttributeQueries::add_passing(const AttributeIndex& index, const ValueRange& range,
                                           const ValueTest& passes, RecordSet& records) const {
    const ColumnRange columns = column_range(range);
    Statement* statement = TRY(database_->prepared(range_sql(columns)));
    const std::uint32_t blocks = std::min(blocks_of(index), records.blocks());
    for (std::uint32_t block = 0; block < blocks; ++block) {
        Rows rows = TRY(statement->query(index.number, block, columns.low, columns.high));
        TRY(add_rows(index, block, std::move(rows), passes ? &passes : nullptr, records));
    }
    return {};
}

Result<void> AttributeQueries::visit(const AttributeIndex& index,
                                     const PostingVisitor& visitor) const {
    Statement* statement = TRY(
        database_->prepared("SELECT block, value, records FROM attribute_postings WHERE attribute "
                            "= ? ORDER BY block, value"));
    Rows rows = TRY(statement->query(index.number));
    std::vector<std::uint64_t> words(RecordSet::kBlockWords);
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return {};
        PostingKey key{.attribute = index.number,
                       .block = static_cast<std::uint32_t>(rows.integer(0))};
        key.value = TRY(attribute_value_of(rows.value(1)));
        std::fill(words.begin(), words.end(), 0);
        TRY(decode_postings(key, rows.blob(2), words));
        if (!visitor(key.value, key.block, words)) return {};
    }
}

Result<void> AttributeQueries::count(const AttributeIndex& index, const RecordSet* among,
                                     const CountVisitor& visitor) const {
    Statement* statement = TRY(
        database_->prepared("SELECT block, value, records FROM attribute_postings WHERE attribute "
                            "= ? ORDER BY block, value"));
    Rows rows = TRY(statement->query(index.number));
    const std::vector<std::uint64_t> all(RecordSet::kBlockWords, ~std::uint64_t{0});
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return {};
        PostingKey key{.attribute = index.number,
                       .block = static_cast<std::uint32_t>(rows.integer(0))};
        key.value = TRY(attribute_value_of(rows.value(1)));
        const std::span<const std::uint64_t> words =
            among == nullptr ? all : among->block(key.block);
        const std::size_t count = TRY(count_postings(key, rows.blob(2), words));
        if (count > 0 && !visitor(key.value, count)) return {};
    }
}

Result<void> AttributeQueries::visit_documents(RecordNumber from,
                                               const DocumentVisitor& visitor) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT number, document, hash = row_hash(number, id, document, version, seq) "
        "FROM records WHERE number >= ? ORDER BY number"));
    Rows rows = TRY(statement->query(from));
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return {};
        TRY(check_row_hash(rows, 2, "records, number", rows.integer(0)));
        if (!std::in_range<RecordNumber>(rows.integer(0))) {
            return fail(ErrorCode::kCorruption, "catalog: record number {} is out of range",
                        rows.integer(0));
        }
        if (!visitor(static_cast<RecordNumber>(rows.integer(0)), rows.text(1))) return {};
    }
}

Result<std::vector<AttributeQueries::SlotRecord>> AttributeQueries::slot_records(FieldNumber field,
                                                                                 Slot from) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT slot, record, hash = row_hash(field, slot, record) FROM vectors "
        "WHERE field = ? AND slot >= ? ORDER BY slot"));
    Rows rows = TRY(statement->query(field, from));
    std::vector<SlotRecord> records;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return records;
        TRY(check_row_hash(rows, 2, "vectors, slot", rows.integer(0)));
        if (rows.integer(0) < 0 || !std::in_range<RecordNumber>(rows.integer(1))) {
            return fail(ErrorCode::kCorruption, "catalog: field {}: slot {} of record {}", field,
                        rows.integer(0), rows.integer(1));
        }
        records.push_back(
            {static_cast<Slot>(rows.integer(0)), static_cast<RecordNumber>(rows.integer(1))});
    }
}

Result<void> AttributeQueries::add_rows(const AttributeIndex& index, std::uint32_t block, Rows rows,
                                        const ValueTest* passes, RecordSet& records) const {
    PostingKey key{.attribute = index.number, .block = block};
    const std::span<std::uint64_t> words = records.block(block);
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return {};
        key.value = TRY(attribute_value_of(rows.value(0)));
        if (passes != nullptr && !(*passes)(key.value)) continue;
        TRY(in_context(index.source.path, decode_postings(key, rows.blob(1), words)));
    }
}

std::uint32_t blocks_of(const AttributeIndex& index) {
    return static_cast<std::uint32_t>((index.built_to + RecordSet::kBlockRecords - 1) /
                                      RecordSet::kBlockRecords);
}

namespace {

/// SQLite's order is numbers, texts, blobs: the ends of a class are the starts of the next one.
ColumnRange column_range(const ValueRange& range) {
    const AttributeValue& sample = range.low ? range.low->value : range.high->value;
    ColumnRange columns;
    columns.is_low_inclusive = !range.low || range.low->is_inclusive;
    columns.is_high_inclusive = range.high && range.high->is_inclusive;
    const SqlValue first_text{std::string()};
    const SqlValue first_blob{std::vector<std::byte>()};
    columns.low = SqlValue{-std::numeric_limits<double>::infinity()};
    columns.high = first_text;
    if (std::holds_alternative<std::string>(sample)) {
        columns.low = first_text;
        columns.high = first_blob;
    } else if (!is_number(sample)) {
        columns.low = first_blob;
        columns.high = SqlValue{std::vector<std::byte>{std::byte{0xFF}}};
    }
    if (range.low) columns.low = sql_value_of(range.low->value);
    if (range.high) columns.high = sql_value_of(range.high->value);
    return columns;
}

const char* range_sql(const ColumnRange& range) {
    if (range.is_low_inclusive) {
        return range.is_high_inclusive
                   ? "SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                     "block = ? AND value >= ? AND value <= ?"
                   : "SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                     "block = ? AND value >= ? AND value < ?";
    }
    return range.is_high_inclusive
               ? "SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                 "block = ? AND value > ? AND value <= ?"
               : "SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                 "block = ? AND value > ? AND value < ?";
}

Result<AttributeIndex> index_of_row(const Rows& rows) {
    AttributeIndex index;
    const bool is_in_range = std::in_range<std::uint32_t>(rows.integer(0)) &&
                             rows.integer(2) >= 1 && rows.integer(2) <= 4 && rows.integer(3) >= 0;
    if (!is_in_range) {
        return fail(ErrorCode::kCorruption, "catalog: attribute index {} of kind {} up to {}",
                    rows.integer(0), rows.integer(2), rows.integer(3));
    }
    index.number = static_cast<std::uint32_t>(rows.integer(0));
    index.source.path = rows.text(1);
    index.source.kind = static_cast<AttributeKind>(rows.integer(2));
    index.built_to = static_cast<std::uint64_t>(rows.integer(3));
    return index;
}

}  // namespace
}  // namespace sokkuri::store
