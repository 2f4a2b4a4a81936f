// PreparedFilter: a filter in terms of one segment's ordinals, so that a search can ask for every
// neighbor that it meets whether it passes. Made once for a batch, or by whoever keeps a filter for
// many queries (SegmentQuery::prepared). Immutable; safe from any number of threads. Borrows
// nothing: a filter that has changed needs a new one.
#pragma once

#include "index/bitmap.h"
#include "index/segment.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

class PreparedFilter {
 public:
    /// O(words of the filter + matches) where few rows match, else O(rows of the segment).
    PreparedFilter(const Segment& segment, const SlotFilter& filter);

    /// Whether a slot of the node passes.
    bool passes(Ordinal ordinal) const {
        return ((nodes_[ordinal / 64] >> (ordinal % 64)) & 1U) != 0;
    }

    /// All nodes that pass, ascending.
    std::span<const Ordinal> ordinals() const { return ordinals_; }
    /// Rows of the segment that pass, with those that have no node.
    std::size_t rows() const { return rows_; }
    std::size_t size_bytes() const {
        return nodes_.size() * sizeof(nodes_[0]) + ordinals_.size() * sizeof(Ordinal);
    }

 private:
    void mark_by_slots(const Segment& segment, const SlotFilter& filter);
    void mark_by_postings(const SegmentParts& parts, const SlotFilter& filter);
    void list_ordinals(std::size_t count);

    std::vector<std::uint64_t> nodes_;  // bit by ordinal
    std::vector<Ordinal> ordinals_;
    std::size_t rows_ = 0;
};

/// Slots of the segment that pass, ascending. O(words of the filter + matches); for few matches.
void list_passing_slots(const Segment& segment, const SlotFilter& filter, std::vector<Slot>& slots);

}  // namespace sokkuri::index
