// DistinctRows: which rows of a segment get a node of their own. Rows with the very same raw
// components share one (a thousand copies of a picture would otherwise spend all their links on
// each other), and rows that the L2 space cannot hold get none. By bytes: 0.0 and -0.0 are
// different rows, which costs a node and changes no answer.
#pragma once

#include "base/thread_pool.h"
#include "index/l2_space.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

struct DistinctRows {
    /// Slots of equal rows side by side, ascending; groups ascending by their first slot.
    std::vector<Slot> slots;
    std::vector<std::uint32_t> ends;  // group g is [ends[g−1], ends[g])
    std::vector<Slot> loose;          // rows that `space` refused, ascending

    std::size_t count() const { return ends.size(); }
    std::span<const Slot> group(std::size_t index) const {
        const std::uint32_t first = index == 0 ? 0 : ends[index - 1];
        return std::span(slots).subspan(first, ends[index] - first);
    }
    /// Of each group.
    std::vector<Slot> first_slots() const;
};

/// `slots` ascending. Reads each row once, equal ones twice. Deterministic.
DistinctRows find_distinct_rows(const L2Space& space, const RawRows& rows,
                                std::span<const Slot> slots, ThreadPool& threads);

}  // namespace sokkuri::index
