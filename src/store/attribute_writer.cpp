#include "store/attribute_writer.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace sokkuri::store {
namespace {

/// Whether a path may go through a member of that name at the root.
bool leads_to(std::string_view path, std::string_view name);

/// Equal numbers are one value, whether whole or not.
struct HashOfValue {
    std::size_t operator()(const AttributeValue& value) const;
};
struct SameValue {
    bool operator()(const AttributeValue& left, const AttributeValue& right) const {
        return compare(left, right) == 0;
    }
};

}  // namespace

Result<bool> AttributeWriter::concerns(RecordNumber record) {
    const std::vector<AttributeIndex>* known = TRY(indexes());
    return std::any_of(known->begin(), known->end(),
                       [record](const AttributeIndex& index) { return record < index.built_to; });
}

Result<void> AttributeWriter::changed(RecordNumber record,
                                      std::optional<std::string_view> old_document,
                                      std::optional<std::string_view> new_document) {
    const std::vector<AttributeIndex>* known = TRY(indexes());
    for (const AttributeIndex& index : *known) {
        if (record >= index.built_to) continue;
        std::vector<AttributeValue> before = values(index.source, old_document);
        std::vector<AttributeValue> after = values(index.source, new_document);
        std::vector<AttributeValue> gone;
        std::vector<AttributeValue> come;
        std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                            std::back_inserter(gone), AttributeLess());
        std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                            std::back_inserter(come), AttributeLess());
        for (AttributeValue& value : gone)
            note(index, record, std::move(value), PostingChange::kRemove);
        for (AttributeValue& value : come)
            note(index, record, std::move(value), PostingChange::kAdd);
    }
    return {};
}

Result<AttributeIndex> AttributeWriter::extend(const AttributeSource& source,
                                               std::uint64_t records_max,
                                               std::uint64_t records_end) {
    AttributeIndex* index = TRY(make(source));
    const std::uint64_t block_end =
        (index->built_to / RecordSet::kBlockRecords + 1) * RecordSet::kBlockRecords;
    const std::uint64_t end = std::min({records_end, block_end, index->built_to + records_max});
    if (end <= index->built_to) return *index;
    TRY(add_slice(*index, end));
    Statement* update =
        TRY(database_->prepared("UPDATE attribute_indexes SET built_to = ? WHERE number = ?"));
    TRY(update->run(end, index->number));
    index->built_to = end;
    return *index;
}

Result<void> AttributeWriter::flush() {
    std::vector<PostingChanges> changes;  // of one block of an index
    for (auto entry = pending_.begin(); entry != pending_.end();) {
        const Key& key = entry->first;
        const std::uint32_t attribute = key.attribute;
        const std::uint32_t block = key.block;
        changes.push_back({key.value, std::move(entry->second)});
        ++entry;
        const bool goes_on = entry != pending_.end() && entry->first.attribute == attribute &&
                             entry->first.block == block;
        if (goes_on) continue;
        TRY(postings_.write(attribute, block, changes));
        changes.clear();
    }
    pending_.clear();
    return {};
}

Result<std::vector<AttributeIndex>*> AttributeWriter::indexes() {
    if (!indexes_) indexes_ = TRY(AttributeQueries(*database_).indexes());
    return &*indexes_;
}

Result<AttributeIndex*> AttributeWriter::make(const AttributeSource& source) {
    std::vector<AttributeIndex>* known = TRY(indexes());
    for (AttributeIndex& index : *known) {
        if (index.source == source) return &index;
    }
    if (known->size() >= kAttributeIndexesMax) TRY(make_room());
    const std::uint32_t number = known->empty() ? 0 : known->back().number + 1;
    Statement* insert =
        TRY(database_->prepared("INSERT INTO attribute_indexes VALUES (?, ?, ?, 0)"));
    TRY(insert->run(number, std::string_view(source.path), static_cast<int>(source.kind)));
    known->push_back({number, source, 0});
    return &known->back();
}

/// Filters may name any path, also such as no record has: those indexes go first.
Result<void> AttributeWriter::make_room() {
    TRY(flush());
    Statement* select =
        TRY(database_->prepared("SELECT 1 FROM attribute_postings WHERE attribute = ? LIMIT 1"));
    for (auto index = indexes_->cbegin(); index != indexes_->cend(); ++index) {
        bool is_empty = false;
        {
            Rows rows = TRY(select->query(index->number));
            const bool has_row = TRY(rows.next());
            is_empty = !has_row;
        }
        if (is_empty) return drop(index);
    }
    return drop(indexes_->cbegin());
}

Result<void> AttributeWriter::drop(std::vector<AttributeIndex>::const_iterator index) {
    Statement* postings =
        TRY(database_->prepared("DELETE FROM attribute_postings WHERE attribute = ?"));
    TRY(postings->run(index->number));
    Statement* row = TRY(database_->prepared("DELETE FROM attribute_indexes WHERE number = ?"));
    TRY(row->run(index->number));
    indexes_->erase(index);
    return {};
}

/// The records from the mark to `end`, all of one block.
Result<void> AttributeWriter::add_slice(const AttributeIndex& index, std::uint64_t end) {
    TRY(flush());  // what is written below is read again
    std::unordered_map<AttributeValue, Changes, HashOfValue, SameValue> found;
    const auto visit = [&](RecordNumber record, std::string_view document) {
        if (record >= end) return false;
        const auto offset = static_cast<std::uint16_t>(record % RecordSet::kBlockRecords);
        for (AttributeValue& value : values(index.source, document))
            found[std::move(value)].emplace_back(offset, PostingChange::kAdd);
        return true;
    };
    TRY(AttributeQueries(*database_)
            .visit_documents(static_cast<RecordNumber>(index.built_to), visit));
    std::vector<PostingChanges> changes;
    changes.reserve(found.size());
    while (!found.empty()) {
        auto node = found.extract(found.begin());
        changes.push_back({std::move(node.key()), std::move(node.mapped())});
    }
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return compare(a.value, b.value) < 0; });
    const std::uint64_t block = index.built_to / RecordSet::kBlockRecords;
    return postings_.write(index.number, static_cast<std::uint32_t>(block), changes);
}

std::vector<AttributeValue> AttributeWriter::values(const AttributeSource& source,
                                                    std::optional<std::string_view> document) {
    if (!document) return {};
    if (source.path.empty()) return values_of(JsonValue(), source);
    const auto json = reader_.parse(
        *document, [&](std::string_view name) { return leads_to(source.path, name); });
    if (!json) return {};  // a text that is no JSON has no values
    return values_of(*json, source);
}

void AttributeWriter::note(const AttributeIndex& index, RecordNumber record, AttributeValue value,
                           PostingChange change) {
    const auto block = static_cast<std::uint32_t>(record / RecordSet::kBlockRecords);
    const auto offset = static_cast<std::uint16_t>(record % RecordSet::kBlockRecords);
    pending_[Key{index.number, block, std::move(value)}].emplace_back(offset, change);
}

bool AttributeWriter::Key::operator<(const Key& other) const {
    if (attribute != other.attribute) return attribute < other.attribute;
    if (block != other.block) return block < other.block;
    return compare(value, other.value) < 0;
}

namespace {

bool leads_to(std::string_view path, std::string_view name) {
    return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
}

std::size_t HashOfValue::operator()(const AttributeValue& value) const {
    if (const auto* text = std::get_if<std::string>(&value)) return std::hash<std::string>()(*text);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number =
        integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
    return std::hash<double>()(number);  // the same for 0 and -0
}

}  // namespace
}  // namespace sokkuri::store
