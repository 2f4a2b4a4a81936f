#include "store/posting_writer.h"

#include <algorithm>
#include <utility>

namespace sokkuri::store {
namespace {

std::vector<PostedValue> changed(std::vector<PostedValue> values,
                                 std::span<const PostingChanges> changes);
std::vector<std::uint16_t> changed(std::span<const std::uint16_t> offsets,
                                   const PostingChanges& changes);

}  // namespace

Result<void> PostingWriter::write(std::uint32_t attribute, std::uint32_t block,
                                  std::span<const PostingChanges> changes) {
    while (!changes.empty()) {
        const PostingKey key{attribute, block, changes.front().value};
        std::optional<Row> row = TRY(row_of(key));
        std::size_t count = 1;
        if (!row || row->is_run) {
            // All that this row speaks of, or one that is made here.
            const std::optional<AttributeValue> behind = TRY(key_behind(key));
            while (count < changes.size() &&
                   (!behind || compare(changes[count].value, *behind) < 0)) {
                ++count;
            }
        }
        std::vector<PostedValue> before;
        if (row) before = row->values;
        TRY(replace(key, row, changed(std::move(before), changes.first(count))));
        changes = changes.subspan(count);
    }
    return {};
}

/// The row that has the value or, if it is to come, takes it in; empty: a new one does.
Result<std::optional<PostingWriter::Row>> PostingWriter::row_of(const PostingKey& key) {
    Statement* select = TRY(database_->prepared(
        "SELECT value, records FROM attribute_postings WHERE attribute = ? AND block = ? AND "
        "value <= ? ORDER BY value DESC LIMIT 1"));
    Rows rows = TRY(select->query(key.attribute, key.block, sql_value_of(key.value)));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    PostingKey found{key.attribute, key.block, {}};
    found.value = TRY(attribute_value_of(rows.value(0)));
    const bool is_same = compare(found.value, key.value) == 0;
    const PostingRowView view = TRY(PostingRowView::of(std::move(found), rows.blob(1)));
    if (!view.is_run() && !is_same) return std::nullopt;
    Row row{.values = {}, .is_run = view.is_run()};
    for (std::size_t i = 0; i < view.values(); ++i)
        row.values.push_back({view.value(i), view.offsets(i)});
    return row;
}

Result<std::optional<AttributeValue>> PostingWriter::key_behind(const PostingKey& key) {
    Statement* select = TRY(database_->prepared(
        "SELECT value FROM attribute_postings WHERE attribute = ? AND block = ? AND value > ? "
        "ORDER BY value LIMIT 1"));
    Rows rows = TRY(select->query(key.attribute, key.block, sql_value_of(key.value)));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    AttributeValue value = TRY(attribute_value_of(rows.value(0)));
    return value;
}

/// The values instead of the row `former`, whose key is its first value.
Result<void> PostingWriter::replace(const PostingKey& place, const std::optional<Row>& former,
                                    std::span<const PostedValue> values) {
    if (former) {
        const AttributeValue& key = former->values.front().value;
        const bool is_kept = !values.empty() && compare(values.front().value, key) == 0;
        if (!is_kept) TRY(remove({place.attribute, place.block, key}));
    }
    for (PostingRow& row : rows_of(values)) {
        const PostingKey key{place.attribute, place.block, std::move(row.value)};
        TRY(put(key, row.bytes));
    }
    return {};
}

Result<void> PostingWriter::add(std::uint32_t attribute, std::uint32_t block,
                                std::span<const PostingRow> rows) {
    Statement* insert =
        TRY(database_->prepared("INSERT INTO attribute_postings VALUES (?, ?, ?, ?)"));
    std::vector<std::byte> bytes;
    for (const PostingRow& row : rows) {
        bytes = row.bytes;
        seal({attribute, block, row.value}, bytes);
        TRY(insert->run(attribute, block, sql_value_of(row.value),
                        std::span<const std::byte>(bytes)));
    }
    return {};
}

Result<void> PostingWriter::put(const PostingKey& key, std::span<std::byte> bytes) {
    seal(key, bytes);
    Statement* replace =
        TRY(database_->prepared("INSERT OR REPLACE INTO attribute_postings VALUES (?, ?, ?, ?)"));
    return replace->run(key.attribute, key.block, sql_value_of(key.value),
                        std::span<const std::byte>(bytes));
}

Result<void> PostingWriter::remove(const PostingKey& key) {
    Statement* remove = TRY(database_->prepared(
        "DELETE FROM attribute_postings WHERE attribute = ? AND block = ? AND value = ?"));
    return remove->run(key.attribute, key.block, sql_value_of(key.value));
}

namespace {

/// Both ascend; values that nobody has any more are left out.
std::vector<PostedValue> changed(std::vector<PostedValue> values,
                                 std::span<const PostingChanges> changes) {
    std::vector<PostedValue> after;
    after.reserve(values.size() + changes.size());
    auto value = values.begin();
    for (const PostingChanges& change : changes) {
        while (value != values.end() && compare(value->value, change.value) < 0)
            after.push_back(std::move(*value++));
        PostedValue posted{change.value, {}};
        const bool is_there = value != values.end() && compare(value->value, change.value) == 0;
        if (is_there) posted = std::move(*value++);
        posted.offsets = changed(posted.offsets, change);
        if (!posted.offsets.empty()) after.push_back(std::move(posted));
    }
    std::move(value, values.end(), std::back_inserter(after));
    return after;
}

std::vector<std::uint16_t> changed(std::span<const std::uint16_t> offsets,
                                   const PostingChanges& changes) {
    auto steps = changes.changes;
    const auto is_before = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (!std::is_sorted(steps.begin(), steps.end(), is_before)) {
        std::stable_sort(steps.begin(), steps.end(), is_before);
    }
    std::vector<std::uint16_t> after;
    after.reserve(offsets.size() + steps.size());
    auto offset = offsets.begin();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto [changed_offset, change] = steps[i];
        if (i + 1 < steps.size() && steps[i + 1].first == changed_offset) continue;
        while (offset != offsets.end() && *offset < changed_offset)
            after.push_back(*offset++);
        if (offset != offsets.end() && *offset == changed_offset) ++offset;
        if (change == PostingChange::kAdd) after.push_back(changed_offset);
    }
    after.insert(after.end(), offset, offsets.end());
    return after;
}

}  // namespace
}  // namespace sokkuri::store
