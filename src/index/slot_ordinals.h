// SlotOrdinals: which ordinal of a segment stands for a slot: the inverse of its postings. Filters
// speak of slots; searches that visit few rows need their ordinals without walking all postings.
// Four bytes a slot, in pages, so that a small segment among many slots stays small. Immutable;
// safe from any number of threads.
#pragma once

#include "index/segment.h"

#include <cstddef>
#include <vector>

namespace sokkuri::index {

class SlotOrdinals {
 public:
    /// A slot of the segment that no code stands for (SegmentParts::loose).
    static constexpr Ordinal kLoose = kNoOrdinal - 1;

    /// O(rows) random writes: about 5 ms a million. Passes over slots from parts.slots_end on,
    /// which a damaged segment may name.
    explicit SlotOrdinals(const SegmentParts& parts);

    /// kNoOrdinal for slots that are not in the segment.
    Ordinal operator[](Slot slot) const {
        const std::size_t page = slot / kPageSlots;
        if (page >= pages_.size()) return kNoOrdinal;
        return ordinals_[pages_[page] + slot % kPageSlots];
    }

    /// All slots of the segment lie below.
    std::size_t slots_end() const { return pages_.size() * kPageSlots; }
    std::size_t size_bytes() const {
        return pages_.size() * sizeof(pages_[0]) + ordinals_.size() * sizeof(Ordinal);
    }

 private:
    static constexpr std::size_t kPageSlots = 1024;

    void set(Slot slot, Ordinal ordinal);

    std::vector<std::size_t> pages_;  // where a page begins in ordinals_; 0: the page of no slots
    std::vector<Ordinal> ordinals_;
};

}  // namespace sokkuri::index
