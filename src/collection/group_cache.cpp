#include "collection/group_cache.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {

Result<GroupCache::Table> GroupCache::of(const Key& key, const GroupState& state,
                                         const Make& make) {
    std::shared_ptr<Making> making;
    Table known;
    {
        const auto entries = entries_.lock();
        Entry& entry = entry_of(*entries, key);
        if (entry.newest != nullptr && entry.newest->state == state) return entry.newest;
        if (entry.making == nullptr || entry.making->state != state) {
            entry.making = std::make_shared<Making>();
            entry.making->state = state;
        }
        making = entry.making;
        known = entry.newest;
    }
    std::call_once(making->once, [&] { making->made = make(known.get()); });
    keep(key, making);
    return making->made;
}

void GroupCache::forget_other_fields(std::span<const store::FieldRow> fields) {
    std::list<Entry> forgotten;  // freed without the lock
    const auto entries = entries_.lock();
    for (auto entry = entries->begin(); entry != entries->end();) {
        const auto next = std::next(entry);
        const bool is_there = std::ranges::any_of(
            fields, [&](const store::FieldRow& field) { return field.number == entry->key.field; });
        if (!is_there) forgotten.splice(forgotten.end(), *entries, entry);
        entry = next;
    }
}

/// The first one, made when missing.
GroupCache::Entry& GroupCache::entry_of(std::list<Entry>& entries, const Key& key) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&key](const Entry& entry) { return entry.key == key; });
    if (found == entries.end()) {
        entries.push_front({.key = key, .newest = nullptr, .making = nullptr});
    } else {
        entries.splice(entries.begin(), entries, found);
    }
    return entries.front();
}

void GroupCache::keep(const Key& key, const std::shared_ptr<Making>& making) {
    std::list<Entry> forgotten;  // freed without the lock
    Table replaced;
    const auto entries = entries_.lock();
    Entry& entry = entry_of(*entries, key);
    if (entry.making == making) entry.making = nullptr;
    if (making->made) {
        const Table& made = *making->made;
        const bool is_newer = entry.newest == nullptr || entry.newest->state < made->state;
        if (is_newer) replaced = std::exchange(entry.newest, made);
    }
    std::size_t bytes = 0;
    std::size_t kept = 0;
    auto next = entries->begin();
    while (next != entries->end() && kept < kTablesMax && (kept == 0 || bytes < kBytesMax)) {
        if (next->newest != nullptr) bytes += next->newest->size_bytes();
        ++kept;
        ++next;
    }
    forgotten.splice(forgotten.begin(), *entries, next, entries->end());
}

}  // namespace sokkuri::collection
