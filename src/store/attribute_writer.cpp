#include "store/attribute_writer.h"

#include "store/catalog_queries.h"

#include <algorithm>
#include <utility>

namespace sokkuri::store {

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
        note_change(index, record, documents_.of(index.source, old_document),
                    documents_.of(index.source, new_document));
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
    const std::uint64_t reached = TRY(add_documents(*index, end));
    TRY(move_mark(*index, reached));
    return *index;
}

/// What is found outdated is noted as a change, which the flush writes.
Result<AttributeIndex> AttributeWriter::extend(const AttributeSlice& slice,
                                               std::span<const RecordNumber> changed) {
    AttributeIndex* index = TRY(make(slice.source));
    if (index->built_to != slice.first || slice.end <= slice.first) return *index;
    TRY(flush());
    for (const AttributeSlice::Block& block : slice.blocks)
        TRY(postings_.add(index->number, block.number, block.rows));
    TRY(move_mark(*index, slice.end));
    const auto first = std::lower_bound(changed.begin(), changed.end(), slice.first);
    const auto end = std::lower_bound(first, changed.end(), slice.end);
    const std::span<const RecordNumber> outdated(first, end);
    if (outdated.empty()) return *index;
    TRY(forget_in_slice(*index, slice, outdated));
    for (const RecordNumber record : outdated) {
        const std::optional<std::string> document = TRY(document_of(record));
        note_change(*index, record, {}, documents_.of(slice.source, document));
    }
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
    return places_.flush();
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

Result<void> AttributeWriter::move_mark(AttributeIndex& index, std::uint64_t end) {
    Statement* update =
        TRY(database_->prepared("UPDATE attribute_indexes SET built_to = ? WHERE number = ?"));
    TRY(update->run(end, index.number));
    index.built_to = end;
    return {};
}

/// The records from the mark to `end`, all of one block of 65,536, or to where the gathering is
/// full: to there.
Result<std::uint64_t> AttributeWriter::add_documents(const AttributeIndex& index,
                                                     std::uint64_t end) {
    TRY(flush());  // what is written below is read again
    AttributeGathering gathering(index.source);
    const std::uint32_t records = block_records(index.source.kind);
    auto number = static_cast<std::uint32_t>(index.built_to / records);
    Result<void> added;
    const auto visit = [&](RecordNumber record, std::string_view document) {
        if (record >= end) return false;
        if (record / records != number) added = add_block(index, number, gathering);
        number = record / records;
        if (!added) return false;
        if (gathering.is_full()) {
            end = record;
            return false;
        }
        gathering.add(record, document);
        return true;
    };
    TRY(AttributeQueries(*database_)
            .visit_documents(static_cast<RecordNumber>(index.built_to), visit));
    TRY(added);
    TRY(add_block(index, number, gathering));
    return end;
}

Result<void> AttributeWriter::add_block(const AttributeIndex& index, std::uint32_t number,
                                        AttributeGathering& gathering) {
    if (index.source.kind == AttributeKind::kRuns) {
        return places_.add(index.number, number, gathering.take_places());
    }
    std::vector<PostingChanges> changes;
    for (PostedValue& posted : gathering.take_postings()) {
        changes.push_back({std::move(posted.value), {}});
        for (const std::uint16_t offset : posted.offsets)
            changes.back().changes.emplace_back(offset, PostingChange::kAdd);
    }
    return postings_.write(index.number, number, changes);
}

/// Both ascend.
void AttributeWriter::note_change(const AttributeIndex& index, RecordNumber record,
                                  const std::vector<AttributeValue>& before,
                                  std::vector<AttributeValue> after) {
    if (index.source.kind == AttributeKind::kRuns) {
        note_runs(index, record, before, after);
        return;
    }
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

/// One run more or less moves all behind it.
void AttributeWriter::note_runs(const AttributeIndex& index, RecordNumber record,
                                const std::vector<AttributeValue>& before,
                                const std::vector<AttributeValue>& after) {
    if (before == after) return;
    std::map<std::string, std::vector<std::uint32_t>, std::less<>> letters_of_pair;
    visit_places(before, [&](std::string_view pair, std::uint32_t /*letter*/) {
        letters_of_pair.try_emplace(std::string(pair));
    });
    visit_places(after, [&](std::string_view pair, std::uint32_t letter) {
        letters_of_pair[std::string(pair)].push_back(letter);
    });
    for (auto& [pair, letters] : letters_of_pair)
        places_.note(index.number, record, pair, std::move(letters));
}

/// What the slice says of these records is noted as gone.
Result<void> AttributeWriter::forget_in_slice(const AttributeIndex& index,
                                              const AttributeSlice& slice,
                                              std::span<const RecordNumber> changed) {
    const std::uint32_t records = block_records(slice.source.kind);
    const auto is_changed = [&](RecordNumber record) {
        return std::binary_search(changed.begin(), changed.end(), record);
    };
    for (const AttributeSlice::Block& block : slice.blocks) {
        const RecordNumber first = block.number * records;
        for (const PostingRow& row : block.rows) {
            const PostingKey key{index.number, block.number, row.value};
            std::vector<std::byte> bytes = row.bytes;
            seal(key, bytes);
            if (slice.source.kind == AttributeKind::kRuns) {
                const std::vector<Place> places = TRY(decode_places(key, bytes));
                for (const Place& place : places) {
                    if (!is_changed(first + place.offset)) continue;
                    places_.note(index.number, first + place.offset,
                                 std::get<std::string>(row.value), {});
                }
                continue;
            }
            const PostingRowView view = TRY(PostingRowView::of(key, bytes));
            for (std::size_t i = 0; i < view.values(); ++i) {
                for (const std::uint16_t offset : view.offsets(i)) {
                    if (!is_changed(first + offset)) continue;
                    note(index, first + offset, view.value(i), PostingChange::kRemove);
                }
            }
        }
    }
    return {};
}

Result<std::optional<std::string>> AttributeWriter::document_of(RecordNumber record) {
    std::optional<RecordRow> row = TRY(CatalogQueries(*database_).record(record));
    if (!row) return std::nullopt;
    return std::move(row->document);
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

}  // namespace sokkuri::store
