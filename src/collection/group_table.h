// GroupTable: the groups of one attribute and one field in one state of both: members and vectors.
// Immutable but for what it remembers of examples; safe from any number of threads. Made by
// make_group_table, kept by group_cache.h.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/group_members.h"
#include "collection/slot_records.h"
#include "collection/snapshot.h"
#include "simd/kernels.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sokkuri::collection {

/// All that the groups of a field follow from: generations that differ in nothing of it have the
/// same table (one that has sealed, merged, or taken documents into an index). Only grows.
struct GroupState {
    std::uint64_t next_seq = 0;    // of documents
    store::Slot committed = 0;     // of the field
    std::uint64_t tombstones = 0;  // of it

    auto operator<=>(const GroupState&) const = default;
};

struct GroupTable {
    GroupState state;
    store::FieldNumber field = 0;
    std::size_t dimension = 0;
    std::vector<store::AttributeValue> values;  // ascending; groups without members are not there
    std::size_t text_bytes = 0;                 // of the values
    std::vector<std::size_t> starts;            // of each group's members, and the end of the last
    std::vector<index::Slot> members;           // of each group by record number
    std::vector<float> centroids;               // by group, as index/centroid.h has them
    std::vector<std::uint32_t> largest_first;   // groups, ties by value
    /// By group: the kGroupExamplesMax members nearest to its centroid, once somebody has asked.
    mutable Guarded<std::map<std::size_t, std::vector<index::Neighbor>>> examples;

    std::size_t count() const { return values.size(); }
    std::span<const index::Slot> members_of(std::size_t group) const {
        return std::span(members).subspan(starts[group], starts[group + 1] - starts[group]);
    }
    std::span<const float> centroid(std::size_t group) const {
        return std::span(centroids).subspan(group * dimension, dimension);
    }
    /// O(log groups).
    std::optional<std::size_t> find(const store::AttributeValue& value) const;
    /// With what is remembered of examples by now.
    std::size_t size_bytes() const;
};

/// Where the vectors of one generation lie. Borrowed.
struct GroupSource {
    GroupState state;
    const FieldSnapshot& field;
    const SlotTable& slots;
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

/// `known`: a table of the same attribute, whose groups are taken over where they have the same
/// members: the result is the same, bit for bit, as without. kExhausted beyond kGroupTableBytesMax.
/// O(rows of the field + members), and dimension for each member of a group that has changed.
Result<std::shared_ptr<const GroupTable>> make_group_table(const GroupSource& source,
                                                           GroupMembers members,
                                                           const GroupTable* known);

}  // namespace sokkuri::collection
