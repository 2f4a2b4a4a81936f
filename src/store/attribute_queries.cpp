#include "store/attribute_queries.h"

#include "store/catalog_queries.h"
#include "store/place_row.h"
#include "store/words.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sokkuri::store {
namespace {

/// The range as two bounds of the column, which holds every class; both inclusive.
struct ColumnRange {
    SqlValue low;
    SqlValue high;
};

/// Two letters of a phrase, and where in it they stand.
struct PhrasePair {
    std::string letters;
    std::uint32_t letter = 0;
};

/// Enough that every letter is in one, none more than two letters behind the one before.
std::vector<PhrasePair> pairs_of(std::u32string_view letters);
/// Keeps the starts from which the pair stands where the phrase has it.
void keep_starts(std::vector<std::uint64_t>& starts, std::span<const Place> places,
                 std::uint32_t letter);
std::uint64_t start_of(const Place& place, std::uint32_t letter);

ColumnRange column_range(const ValueRange& range);
Result<AttributeIndex> index_of_row(const Rows& rows);

}  // namespace

Result<std::vector<AttributeIndex>> AttributeQueries::indexes() const {
    Statement* statement = TRY(
        database_->prepared("SELECT number, path, kind, built_to, (SELECT next_record FROM meta) "
                            "FROM attribute_indexes ORDER BY number"));
    Rows rows = TRY(statement->query());
    std::vector<AttributeIndex> indexes;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return indexes;
        AttributeIndex index = TRY(index_of_row(rows));
        indexes.push_back(std::move(index));
    }
}

bool ValueRange::contains(const AttributeValue& value) const {
    if (!is_same_class(value, low ? low->value : high->value)) return false;
    if (low) {
        const auto order = compare(value, low->value);
        if (order < 0 || (order == 0 && !low->is_inclusive)) return false;
    }
    if (!high) return true;
    const auto order = compare(value, high->value);
    return order < 0 || (order == 0 && high->is_inclusive);
}

/// The row that begins with the value, or the one before, which may have it inside.
Result<void> AttributeQueries::add_equal(const AttributeIndex& index, const AttributeValue& value,
                                         RecordSet& records) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT value, records FROM attribute_postings WHERE attribute = ? AND block = ? AND "
        "value <= ? ORDER BY value DESC LIMIT 1"));
    const SqlValue wanted = sql_value_of(value);
    const std::uint32_t blocks = std::min(blocks_of(index), records.blocks());
    for (std::uint32_t block = 0; block < blocks; ++block) {
        Rows rows = TRY(statement->query(index.number, block, wanted));
        TRY(visit_rows(index, block, std::move(rows), [&](const PostingRowView& row) {
            for (std::size_t i = 0; i < row.values(); ++i) {
                if (compare(row.value(i), value) == 0) row.add(i, records.block(block));
            }
            return true;
        }));
    }
    return {};
}

Result<void> AttributeQueries::add_range(const AttributeIndex& index, const ValueRange& range,
                                         RecordSet& records) const {
    return add_passing(index, range, nullptr, records);
}

/// From the row that has the lower bound inside on.
Result<void> AttributeQueries::add_passing(const AttributeIndex& index, const ValueRange& range,
                                           const ValueTest& passes, RecordSet& records) const {
    Statement* statement = TRY(database_->prepared(
        "SELECT value, records FROM attribute_postings WHERE attribute = ?1 AND block = ?2 AND "
        "value >= ifnull((SELECT value FROM attribute_postings WHERE attribute = ?1 AND block = ?2 "
        "AND value <= ?3 ORDER BY value DESC LIMIT 1), ?3) AND value <= ?4 ORDER BY value"));
    const ColumnRange columns = column_range(range);
    const std::uint32_t blocks = std::min(blocks_of(index), records.blocks());
    for (std::uint32_t block = 0; block < blocks; ++block) {
        Rows rows = TRY(statement->query(index.number, block, columns.low, columns.high));
        TRY(visit_rows(index, block, std::move(rows), [&](const PostingRowView& row) {
            const std::span<std::uint64_t> words = records.block(block);
            const std::size_t values = row.values();
            const bool is_inside = range.contains(row.value(0)) &&
                                   (values == 1 || range.contains(row.value(values - 1)));
            if (is_inside && !passes) {
                row.add_all(words);
                return true;
            }
            for (std::size_t i = 0; i < values; ++i) {
                const AttributeValue value = row.value(i);
                if (range.contains(value) && (!passes || passes(value))) row.add(i, words);
            }
            return true;
        }));
    }
    return {};
}

/// A pair that a block does not have spares the reading of the others.
Result<void> AttributeQueries::add_containing(const AttributeIndex& index,
                                              std::u32string_view letters,
                                              RecordSet& records) const {
    Statement* statement =
        TRY(database_->prepared("SELECT records FROM attribute_postings WHERE attribute = ? AND "
                                "block = ? AND value = ?"));
    const std::vector<PhrasePair> pairs = pairs_of(letters);
    std::vector<std::uint64_t> starts;  // record in the block and place of the first letter
    for (std::uint64_t first = 0; first < index.built_to; first += kPlaceBlockRecords) {
        const auto block = static_cast<std::uint32_t>(first / kPlaceBlockRecords);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const PostingKey key{index.number, block, pairs[i].letters};
            Rows rows = TRY(statement->query(key.attribute, block, sql_value_of(key.value)));
            const bool has_row = TRY(rows.next());
            std::vector<Place> places;
            if (has_row)
                places = TRY(in_context(index.source.path, decode_places(key, rows.blob(0))));
            if (i == 0) {
                starts.clear();
                for (const Place& place : places)
                    starts.push_back(start_of(place, 0));
            } else {
                keep_starts(starts, places, pairs[i].letter);
            }
            if (starts.empty()) break;
        }
        for (const std::uint64_t start : starts)
            records.set(static_cast<RecordNumber>(first + (start >> 32U)));
    }
    return {};
}

Result<void> AttributeQueries::visit(const AttributeIndex& index,
                                     const PostingVisitor& visitor) const {
    Statement* statement = TRY(
        database_->prepared("SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                            "block = ? ORDER BY value"));
    bool goes_on = true;
    for (std::uint32_t block = 0; block < blocks_of(index) && goes_on; ++block) {
        Rows rows = TRY(statement->query(index.number, block));
        TRY(visit_rows(index, block, std::move(rows), [&](const PostingRowView& row) {
            for (std::size_t i = 0; i < row.values() && goes_on; ++i)
                goes_on = visitor(row.value(i), block, row.offsets(i));
            return goes_on;
        }));
    }
    return {};
}

Result<void> AttributeQueries::count(const AttributeIndex& index, const RecordSet* among,
                                     const CountVisitor& visitor) const {
    Statement* statement = TRY(
        database_->prepared("SELECT value, records FROM attribute_postings WHERE attribute = ? AND "
                            "block = ? ORDER BY value"));
    const std::vector<std::uint64_t> all(RecordSet::kBlockWords, ~std::uint64_t{0});
    bool goes_on = true;
    for (std::uint32_t block = 0; block < blocks_of(index) && goes_on; ++block) {
        const std::span<const std::uint64_t> words = among == nullptr ? all : among->block(block);
        Rows rows = TRY(statement->query(index.number, block));
        TRY(visit_rows(index, block, std::move(rows), [&](const PostingRowView& row) {
            for (std::size_t i = 0; i < row.values() && goes_on; ++i) {
                const std::size_t count = row.count(i, words);
                goes_on = count == 0 || visitor(row.value(i), count);
            }
            return goes_on;
        }));
    }
    return {};
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

Result<void> AttributeQueries::visit_rows(const AttributeIndex& index, std::uint32_t block,
                                          Rows rows, const RowVisitor& visit) {
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return {};
        PostingKey key{.attribute = index.number, .block = block, .value = {}};
        key.value = TRY(attribute_value_of(rows.value(0)));
        const PostingRowView row =
            TRY(in_context(index.source.path, PostingRowView::of(std::move(key), rows.blob(1))));
        if (!visit(row)) return {};
    }
}

std::uint32_t blocks_of(const AttributeIndex& index) {
    return static_cast<std::uint32_t>((index.built_to + RecordSet::kBlockRecords - 1) /
                                      RecordSet::kBlockRecords);
}

namespace {

std::vector<PhrasePair> pairs_of(std::u32string_view letters) {
    std::vector<PhrasePair> pairs;
    for (std::size_t i = 0; i < letters.size(); i += 2) {
        const std::size_t at = std::min(i, letters.size() - 2);
        pairs.push_back({utf8_of(letters.substr(at, 2)), static_cast<std::uint32_t>(at)});
    }
    return pairs;
}

/// Both ascend.
void keep_starts(std::vector<std::uint64_t>& starts, std::span<const Place> places,
                 std::uint32_t letter) {
    auto place = places.begin();
    const auto is_there = [&](std::uint64_t start) {
        while (place != places.end() &&
               (place->letter < letter || start_of(*place, letter) < start)) {
            ++place;
        }
        return place != places.end() && start_of(*place, letter) == start;
    };
    std::erase_if(starts, [&](std::uint64_t start) { return !is_there(start); });
}

/// Where a phrase begins that has the pair as its letter `letter`, which is not behind the place.
std::uint64_t start_of(const Place& place, std::uint32_t letter) {
    return std::uint64_t{place.offset} << 32U | (place.letter - letter);
}

/// SQLite's order is numbers, texts, blobs: the ends of a class are the starts of the next one.
ColumnRange column_range(const ValueRange& range) {
    const AttributeValue& sample = range.low ? range.low->value : range.high->value;
    ColumnRange columns;
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

Result<AttributeIndex> index_of_row(const Rows& rows) {
    AttributeIndex index;
    const bool is_in_range = std::in_range<std::uint32_t>(rows.integer(0)) &&
                             rows.integer(2) >= 1 && rows.integer(2) < kAttributeKindsEnd &&
                             rows.integer(3) >= 0 && rows.integer(3) <= rows.integer(4);
    if (!is_in_range) {
        return fail(ErrorCode::kCorruption, "catalog: attribute index {} of kind {} up to {} of {}",
                    rows.integer(0), rows.integer(2), rows.integer(3), rows.integer(4));
    }
    index.number = static_cast<std::uint32_t>(rows.integer(0));
    index.source.path = rows.text(1);
    index.source.kind = static_cast<AttributeKind>(rows.integer(2));
    index.built_to = static_cast<std::uint64_t>(rows.integer(3));
    return index;
}

}  // namespace
}  // namespace sokkuri::store
