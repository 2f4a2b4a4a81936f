#include "collection/filter_cache.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {

const index::PreparedFilter* FieldFilter::prepared(const SegmentSnapshot& segment) const {
    {
        const auto prepared = prepared_.lock();
        Prepared& entry = (*prepared)[segment.row.file];
        if (entry.filter != nullptr) return entry.filter.get();
        // Making it costs about as much as it saves one search.
        if (++entry.times_asked < 2) return nullptr;
    }
    auto made =
        std::make_shared<const index::PreparedFilter>(*segment.opened.segment, slot_filter());
    const auto prepared = prepared_.lock();
    Prepared& entry = (*prepared)[segment.row.file];
    if (entry.filter == nullptr) entry.filter = std::move(made);
    return entry.filter.get();
}

std::size_t FieldFilter::size_bytes() const {
    std::size_t bytes = slots_.words().size_bytes();
    const auto prepared = prepared_.lock();
    for (const auto& [file, entry] : *prepared) {
        if (entry.filter != nullptr) bytes += entry.filter->size_bytes();
    }
    return bytes;
}

std::size_t FilteredRecords::size_bytes() const {
    std::size_t bytes = records.size_bytes();
    const auto made = fields.lock();
    for (const auto& [number, field] : *made)
        bytes += field.filter->size_bytes();
    return bytes;
}

Result<std::shared_ptr<const FilteredRecords>> FilterCache::of(store::ReadTransaction& transaction,
                                                               const Filter& filter,
                                                               const Wanted& wanted,
                                                               const AttributeNames& names) {
    const std::string key = key_of(filter);
    const std::shared_ptr<const FilteredRecords> known = find(key);
    if (known != nullptr && known->next_seq == transaction.next_seq()) return known;
    std::shared_ptr<const FilteredRecords> filtered;
    if (known != nullptr) {
        filtered = TRY(repaired(transaction, FilterPlan(filter, names), *known));
    }
    if (filtered == nullptr) {
        FilterOutcome outcome = TRY(evaluate(transaction, filter, names));
        if (!outcome.wanted.empty() && wanted) wanted(outcome.wanted);
        filtered =
            std::make_shared<FilteredRecords>(std::move(outcome.records), transaction.next_seq());
    }
    keep(key, filtered);
    return filtered;
}

/// Null when too much has changed, or it is not known what.
Result<std::shared_ptr<const FilteredRecords>> FilterCache::repaired(
    store::ReadTransaction& transaction, const FilterPlan& plan, const FilteredRecords& known) {
    const auto changed = transaction.changed_since(known.next_seq);
    if (!changed || changed->size() > kRepairedMax) return nullptr;
    store::RecordSet records = known.records;
    const bool has_changed = TRY(repair(transaction, plan, *changed, records));
    auto filtered = std::make_shared<FilteredRecords>(std::move(records), transaction.next_seq());
    // The same records have the same slots.
    if (!has_changed) *filtered->fields.lock() = *known.fields.lock();
    return filtered;
}

Result<std::shared_ptr<const FieldFilter>> FilterCache::of_field(
    store::ReadTransaction& transaction, const FieldSnapshot& field,
    const FilteredRecords& filtered) {
    {
        const auto fields = filtered.fields.lock();
        const auto found = fields->find(field.number);
        const bool is_same = found != fields->end() && found->second.committed == field.committed &&
                             found->second.tombstones == field.tombstones;
        if (is_same) return found->second.filter;
    }
    auto made = TRY(of_records(transaction, field, filtered.records));
    filtered.fields.lock()->insert_or_assign(
        field.number, FilteredRecords::OfField{field.committed, field.tombstones, made});
    forget_beyond_bounds();
    return made;
}

Result<std::shared_ptr<const FieldFilter>> FilterCache::of_records(
    store::ReadTransaction& transaction, const FieldSnapshot& field,
    const store::RecordSet& records) {
    const auto table = TRY(slot_records_.of(transaction, field.number, field.committed));
    return std::make_shared<const FieldFilter>(
        slots_of_records(*table, records, field.committed, field.dead));
}

/// The newest answer that there is.
std::shared_ptr<const FilteredRecords> FilterCache::find(const std::string& key) {
    const auto entries = entries_.lock();
    for (auto entry = entries->begin(); entry != entries->end(); ++entry) {
        if (entry->key != key) continue;
        entries->splice(entries->begin(), *entries, entry);
        return entry->filtered;
    }
    return nullptr;
}

/// Instead of an older answer. One for a reader of an older state is not worth keeping.
void FilterCache::keep(const std::string& key, std::shared_ptr<const FilteredRecords> filtered) {
    std::shared_ptr<const FilteredRecords> outdated;  // freed without the lock
    {
        const auto entries = entries_.lock();
        const auto known = std::find_if(entries->begin(), entries->end(),
                                        [&](const Entry& entry) { return entry.key == key; });
        if (known == entries->end()) {
            entries->push_front({key, std::move(filtered)});
        } else if (known->filtered->next_seq < filtered->next_seq) {
            outdated = std::exchange(known->filtered, std::move(filtered));
        }
    }
    forget_beyond_bounds();
}

/// After each time that something is kept. The most recent one stays in any case.
void FilterCache::forget_beyond_bounds() {
    std::list<Entry> forgotten;  // freed without the lock
    const auto entries = entries_.lock();
    std::size_t bytes = 0;
    std::size_t kept = 0;
    auto entry = entries->begin();
    while (entry != entries->end() && kept < kFiltersMax && (kept == 0 || bytes < kBytesMax)) {
        bytes += entry->filtered->size_bytes() + entry->key.size();
        ++kept;
        ++entry;
    }
    forgotten.splice(forgotten.begin(), *entries, entry, entries->end());
}

}  // namespace sokkuri::collection
