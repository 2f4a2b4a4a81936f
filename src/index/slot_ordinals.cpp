#include "index/slot_ordinals.h"

#include <algorithm>

namespace sokkuri::index {

SlotOrdinals::SlotOrdinals(const SegmentParts& parts) {
    std::vector<bool> used;
    const auto is_possible = [&](Slot slot) { return slot < parts.slots_end; };
    const auto use = [&](Slot slot) {
        if (!is_possible(slot)) return;
        const std::size_t page = slot / kPageSlots;
        if (page >= used.size()) used.resize(page + 1);
        used[page] = true;
    };
    std::ranges::for_each(parts.postings, use);
    std::ranges::for_each(parts.loose, use);
    pages_.resize(used.size());
    std::size_t page_count = 1;
    for (std::size_t page = 0; page < used.size(); ++page) {
        if (used[page]) pages_[page] = kPageSlots * page_count++;
    }
    ordinals_.assign(kPageSlots * page_count, kNoOrdinal);
    for (Ordinal ordinal = 0; ordinal < parts.nodes; ++ordinal) {
        for (const Slot slot : parts.slots_of(ordinal)) {
            if (is_possible(slot)) set(slot, ordinal);
        }
    }
    for (const Slot slot : parts.loose) {
        if (is_possible(slot)) set(slot, kLoose);
    }
}

void SlotOrdinals::set(Slot slot, Ordinal ordinal) {
    ordinals_[pages_[slot / kPageSlots] + slot % kPageSlots] = ordinal;
}

}  // namespace sokkuri::index
