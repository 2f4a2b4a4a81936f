// GroupCache: the newest group table of each attribute and field that was asked for, so that a
// question costs nothing until something changes, and then only what has changed. Who asks while a
// table is being made waits for it. The least recently used go first. Safe from any number of
// threads.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "collection/group_table.h"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>

namespace sokkuri::collection {

class GroupCache {
 public:
    struct Key {
        store::FieldNumber field = 0;
        GroupBy by;

        bool operator==(const Key&) const = default;
    };
    using Table = std::shared_ptr<const GroupTable>;
    /// `known`: an older table of the same key, or null.
    using Make = std::function<Result<Table>(const GroupTable* known)>;

    /// Calls `make` when there is none of that state. Errors are not kept.
    Result<Table> of(const Key& key, const GroupState& state, const Make& make);
    /// Tables of other fields than these are of no use any more.
    void forget_other_fields(std::span<const store::FieldRow> fields);

    static constexpr std::size_t kTablesMax = 16;
    static constexpr std::size_t kBytesMax = 2 * kGroupTableBytesMax;

 private:
    /// A table that somebody is making.
    struct Making {
        GroupState state;
        std::once_flag once;
        Result<Table> made;
    };
    struct Entry {
        Key key;
        Table newest;                    // null: none yet
        std::shared_ptr<Making> making;  // null: nobody does
    };

    static Entry& entry_of(std::list<Entry>& entries, const Key& key);
    void keep(const Key& key, const std::shared_ptr<Making>& making);

    Guarded<std::list<Entry>> entries_;  // most recently used first
};

}  // namespace sokkuri::collection
