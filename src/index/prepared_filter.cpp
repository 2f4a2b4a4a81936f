#include "index/prepared_filter.h"

#include "index/slot_ordinals.h"

#include <algorithm>
#include <bit>

namespace sokkuri::index {

namespace {

// Where fewer rows match, it is cheaper to look each of them up than to walk all postings
// (8 ns against 1.5 ns).
constexpr std::size_t kRowsPerLookup = 5;

/// Calls `visit` with every slot below `slots_end` that passes, ascending.
template <typename Visit>
void for_each_passing(const SlotFilter& filter, std::size_t slots_end, Visit visit) {
    const std::size_t words = std::min((slots_end + 63) / 64, filter.allowed->words().size());
    for (std::size_t i = 0; i < words; ++i) {
        for (std::uint64_t word = filter.word(i); word != 0; word &= word - 1) {
            visit(static_cast<Slot>(64 * i + static_cast<std::size_t>(std::countr_zero(word))));
        }
    }
}

}  // namespace

PreparedFilter::PreparedFilter(const Segment& segment, const SlotFilter& filter) {
    const SegmentParts& parts = segment.parts();
    nodes_.resize((parts.nodes + std::size_t{63}) / 64);
    if (filter.allowed != nullptr && filter.allowed_count < segment.rows() / kRowsPerLookup) {
        mark_by_slots(segment, filter);
    } else {
        mark_by_postings(parts, filter);
    }
    std::size_t count = 0;
    for (const std::uint64_t word : nodes_) {
        count += static_cast<std::size_t>(std::popcount(word));
    }
    list_ordinals(count);
}

void list_passing_slots(const Segment& segment, const SlotFilter& filter,
                        std::vector<Slot>& slots) {
    const SlotOrdinals& ordinals = segment.slot_ordinals();
    slots.clear();
    for_each_passing(filter, ordinals.slots_end(), [&](Slot slot) {
        if (ordinals[slot] != kNoOrdinal) slots.push_back(slot);
    });
}

void PreparedFilter::mark_by_slots(const Segment& segment, const SlotFilter& filter) {
    const SlotOrdinals& ordinals = segment.slot_ordinals();
    for_each_passing(filter, ordinals.slots_end(), [&](Slot slot) {
        const Ordinal ordinal = ordinals[slot];
        if (ordinal == kNoOrdinal) return;
        ++rows_;
        if (ordinal != SlotOrdinals::kLoose)
            nodes_[ordinal / 64] |= std::uint64_t{1} << (ordinal % 64);
    });
}

void PreparedFilter::mark_by_postings(const SegmentParts& parts, const SlotFilter& filter) {
    for (Ordinal ordinal = 0; ordinal < parts.nodes; ++ordinal) {
        std::size_t passing = 0;
        for (const Slot slot : parts.slots_of(ordinal)) {
            passing += static_cast<std::size_t>(filter.passes(slot));
        }
        rows_ += passing;
        nodes_[ordinal / 64] |= std::uint64_t{passing > 0} << (ordinal % 64);
    }
    rows_ += static_cast<std::size_t>(
        std::ranges::count_if(parts.loose, [&](Slot slot) { return filter.passes(slot); }));
}

void PreparedFilter::list_ordinals(std::size_t count) {
    ordinals_.reserve(count);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        for (std::uint64_t word = nodes_[i]; word != 0; word &= word - 1) {
            const std::size_t bit = static_cast<std::size_t>(std::countr_zero(word));
            ordinals_.push_back(static_cast<Ordinal>(64 * i + bit));
        }
    }
}

}  // namespace sokkuri::index
