#include "store/attribute_writer.h"

#include <algorithm>

namespace sokkuri::store {
namespace {

/// Whether a path may go through a member of that name at the root.
bool leads_to(std::string_view path, std::string_view name);

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
            note(index, record, std::move(value), Change::kRemove);
        for (AttributeValue& value : come)
            note(index, record, std::move(value), Change::kAdd);
    }
    return {};
}

Result<AttributeIndex> AttributeWriter::extend(const AttributeSource& source,
                                               std::uint64_t records_max,
                                               std::uint64_t records_end) {
    AttributeIndex* index = TRY(make(source));
    const std::uint64_t end = std::min(records_end, index->built_to + records_max);
    if (end <= index->built_to) return *index;
    TRY(add_slice(*index, end));
    Statement* update =
        TRY(database_->prepared("UPDATE attribute_indexes SET built_to = ? WHERE number = ?"));
    TRY(update->run(end, index->number));
    index->built_to = end;
    return *index;
}

Result<void> AttributeWriter::drop(const AttributeSource& source) {
    std::vector<AttributeIndex>* known = TRY(indexes());
    const auto found = std::find_if(known->begin(), known->end(), [&](const AttributeIndex& index) {
        return index.source == source;
    });
    if (found == known->end()) return {};
    Statement* postings =
        TRY(database_->prepared("DELETE FROM attribute_postings WHERE attribute = ?"));
    TRY(postings->run(found->number));
    Statement* index = TRY(database_->prepared("DELETE FROM attribute_indexes WHERE number = ?"));
    TRY(index->run(found->number));
    std::erase_if(pending_,
                  [&](const auto& entry) { return entry.first.attribute == found->number; });
    known->erase(found);
    return {};
}

Result<void> AttributeWriter::flush() {
    for (const auto& [key, changes] : pending_)
        TRY(write(key, changes));
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
    if (known->size() >= kAttributeIndexesMax) {
        return fail(ErrorCode::kExhausted, "attribute {}: there are {} attribute indexes already",
                    source.path, kAttributeIndexesMax);
    }
    const std::uint32_t number = known->empty() ? 0 : known->back().number + 1;
    Statement* insert =
        TRY(database_->prepared("INSERT INTO attribute_indexes VALUES (?, ?, ?, 0)"));
    TRY(insert->run(number, std::string_view(source.path), static_cast<int>(source.kind)));
    known->push_back({number, source, 0});
    return &known->back();
}

/// The records from the mark to `end`. Rows are written in their order, most of them new.
Result<void> AttributeWriter::add_slice(const AttributeIndex& index, std::uint64_t end) {
    TRY(flush());  // what is written below is read again
    using Posting = std::pair<AttributeValue, RecordNumber>;
    std::vector<Posting> postings;
    const auto visit = [&](RecordNumber record, std::string_view document) {
        if (record >= end) return false;
        for (AttributeValue& value : values(index.source, document))
            postings.emplace_back(std::move(value), record);
        return true;
    };
    TRY(AttributeQueries(*database_)
            .visit_documents(static_cast<RecordNumber>(index.built_to), visit));
    const auto block_of = [](RecordNumber record) {
        return static_cast<std::uint32_t>(record / RecordSet::kBlockRecords);
    };
    std::sort(postings.begin(), postings.end(), [&](const Posting& a, const Posting& b) {
        if (block_of(a.second) != block_of(b.second)) return a.second < b.second;
        const auto order = compare(a.first, b.first);
        return order != 0 ? order < 0 : a.second < b.second;
    });
    Changes changes;
    for (std::size_t i = 0; i < postings.size(); ++i) {
        Posting& posting = postings[i];
        const std::uint32_t block = block_of(posting.second);
        changes.emplace_back(static_cast<std::uint16_t>(posting.second % RecordSet::kBlockRecords),
                             Change::kAdd);
        const bool is_last = i + 1 == postings.size() ||
                             block_of(postings[i + 1].second) != block ||
                             compare(postings[i + 1].first, posting.first) != 0;
        if (!is_last) continue;
        TRY(write({index.number, block, std::move(posting.first)}, changes));
        changes.clear();
    }
    return {};
}

Result<void> AttributeWriter::write(const Key& key, const Changes& changes) {
    const SqlValue value = sql_value_of(key.value);
    const PostingKey posting{key.attribute, key.block, key.value};
    std::vector<std::uint64_t> words;
    {
        Statement* select = TRY(database_->prepared(
            "SELECT records FROM attribute_postings WHERE attribute = ? AND block = ? AND "
            "value = ?"));
        Rows rows = TRY(select->query(key.attribute, key.block, value));
        const bool has_row = TRY(rows.next());
        if (has_row) {
            words.resize(RecordSet::kBlockWords);
            TRY(decode_postings(posting, rows.blob(0), words));
        }
    }
    const std::vector<std::byte> bytes = encoded(posting, std::move(words), changes);
    if (bytes.empty()) {
        Statement* remove = TRY(database_->prepared(
            "DELETE FROM attribute_postings WHERE attribute = ? AND block = ? AND value = ?"));
        return remove->run(key.attribute, key.block, value);
    }
    Statement* replace =
        TRY(database_->prepared("INSERT OR REPLACE INTO attribute_postings VALUES (?, ?, ?, ?)"));
    return replace->run(key.attribute, key.block, value, std::span<const std::byte>(bytes));
}

/// The postings after the changes; empty when none is left. `words`: those before, or none.
std::vector<std::byte> AttributeWriter::encoded(const PostingKey& key,
                                                std::vector<std::uint64_t> words,
                                                const Changes& changes) {
    const auto follows = [](const auto& left, const auto& right) {
        return left.first >= right.first;
    };
    const bool only_adds = std::all_of(changes.begin(), changes.end(), [](const auto& change) {
        return change.second == Change::kAdd;
    });
    const bool is_ascending =
        std::adjacent_find(changes.begin(), changes.end(), follows) == changes.end();
    if (words.empty() && only_adds && is_ascending) {
        std::vector<std::uint16_t> offsets;
        offsets.reserve(changes.size());
        for (const auto& change : changes)
            offsets.push_back(change.first);
        return encode_postings(key, offsets);
    }
    words.resize(RecordSet::kBlockWords);
    for (const auto& [offset, change] : changes) {
        const std::uint64_t bit = std::uint64_t{1} << (offset % 64U);
        std::uint64_t& word = words[offset / 64U];
        word = change == Change::kAdd ? word | bit : word & ~bit;
    }
    const bool is_empty =
        std::all_of(words.begin(), words.end(), [](std::uint64_t word) { return word == 0; });
    return is_empty ? std::vector<std::byte>() : encode_block(key, words);
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
                           Change change) {
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

}  // namespace
}  // namespace sokkuri::store
