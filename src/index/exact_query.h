// ExactQuery: one query of an exact search over a segment, encoded, with the distance that still
// matters. Shared by all threads of the search.
#pragma once

#include "index/code_bounds.h"
#include "index/distance.h"
#include "index/segment.h"
#include "index/segment_search.h"

#include <atomic>
#include <optional>
#include <span>
#include <vector>

namespace sokkuri::index {

class ExactQuery {
 public:
    /// Borrows all three. O(dimension × components).
    ExactQuery(const Segment& segment, const RawRows& rows, const SegmentQuery& query);
    ExactQuery(const ExactQuery&) = delete;
    ExactQuery& operator=(const ExactQuery&) = delete;

    /// False where no bound holds for the query: only float64 over all rows will do.
    bool has_bounds() const { return raw_norm_.has_value(); }

    const SegmentQuery& request() const { return request_; }
    const Segment& segment() const { return segment_; }
    const HeadQuery& head() const { return head_; }
    const FullQuery& full() const { return full_; }
    const HeadBound& head_bound() const { return head_bound_; }
    const FullBound& full_bound() const { return full_bound_; }

    /// A row that is farther than this is not wanted: k nearer ones are known, or it is beyond the
    /// radius.
    ///
    /// Threads share it by relaxed atomics: any value that it ever had is a true bound, so a stale
    /// one costs a look at a few rows more and never changes the answer; nothing else is published
    /// through it.
    double bound() const { return bound_.load(std::memory_order_relaxed); }
    void tighten(double distance);
    /// In the space of codes.
    double reach_of(double distance) const;

    /// Slots of the node that may be returned, into `slots`.
    void passing_slots(Ordinal ordinal, std::vector<Slot>& slots) const;
    bool has_passing_slot(Ordinal ordinal) const;
    bool passes(Slot slot) const { return slot < rows_.count() && request_.filter.passes(slot); }

    double distance_of(Slot slot) const { return decide_(rows_[slot]); }
    /// Asks for the raw row of a node. (Inlined by order: g++ drops calls of a function that only
    /// prefetches, as without effect.)
    [[gnu::always_inline]] void prefetch(Ordinal ordinal) const {
        constexpr std::size_t kLineFloats = 16;
        const std::span<const Slot> slots = segment_.parts().slots_of(ordinal);
        if (slots.empty() || slots.front() >= rows_.count()) return;
        const float* row = rows_[slots.front()];
        for (std::size_t i = 0; i < rows_.dimension(); i += kLineFloats) {
            __builtin_prefetch(row + i);
        }
    }

 private:
    const Segment& segment_;
    const RawRows& rows_;
    SegmentQuery request_;
    Decider decide_;
    std::optional<double> raw_norm_;
    HeadQuery head_;
    FullQuery full_;
    HeadBound head_bound_;
    FullBound full_bound_;
    std::atomic<double> bound_;
};

}  // namespace sokkuri::index
