// GrowingSegment: codes of rows that go on coming, without a graph: what a tail is searched by
// until it is sealed. Rows are only added, in the order of their slots; a view is the segment of
// those that are in so far and never changes. Adding costs what encoding costs (no copy of what is
// there), a view some copies of the model. One thread at a time adds; views are safe from any
// number of threads, also while rows are added, and keep their memory.
#pragma once

#include "base/result.h"
#include "index/run_coding.h"
#include "index/segment_builder.h"
#include "index/segment_draft.h"

#include <cstddef>
#include <memory>

namespace sokkuri::index {

class GrowingSegment {
    struct Key {};  // made by create() alone

 public:
    GrowingSegment(Key /*key*/, std::shared_ptr<SegmentDraft> draft, std::size_t rows_max)
        : draft_(std::move(draft)), room_(rows_max) {}

    /// Room for `rows_max` rows, none in it yet. Memory is taken as rows come. kExhausted when the
    /// addresses are not to be had.
    static Result<std::unique_ptr<GrowingSegment>> create(const RunCoding& coding,
                                                          std::size_t rows_max);

    /// Adds rows `build.slots`, at most room(), all behind those that are in. Equal ones among them
    /// share a node. kCancelled when asked to stop: then it must not be used any more.
    Result<void> add(const SegmentBuild& build, const BuildOptions& options);

    /// Rows that still fit.
    std::size_t room() const { return room_; }

    /// The rows that are in. O(rows) for a look at their slots.
    Result<std::shared_ptr<const Segment>> view(const simd::Kernels& kernels) const;

 private:
    std::shared_ptr<SegmentDraft> draft_;  // its arrays never move: all room is taken at first
    std::size_t room_ = 0;
};

}  // namespace sokkuri::index
