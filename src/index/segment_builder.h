// Builds a segment over rows: codes, then a graph (graph_builder.h), then calibration. The same
// bytes for any number of threads. Rows with the same components become one ordinal.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/memory_plan.h"
#include "index/segment.h"
#include "index/segment_image.h"

#include <functional>
#include <optional>
#include <span>
#include <stop_token>

namespace sokkuri::index {

struct BuildOptions {
    std::uint64_t seed = 1;
    std::size_t graph_nodes_min = 2'000;      // fewer: no graph, exact search is as fast
    std::size_t calibration_queries = 2'000;  // held out while the graph is built, then added
    std::optional<HeadLayout> layout;         // empty: self-test
    std::uint64_t memory_max = 0;             // bytes; 0: no limit. Refused before anything is made
    std::function<void(double share, const char* stage)> progress = nullptr;
    std::stop_token stop;

    Result<void> validate() const;
};

/// Rows of `slots` (ascending, alive). kExhausted, with the numbers of the plan, beyond
/// memory_max; kCancelled when asked to stop. About 60 s for a million rows of 1280 on two cores.
Result<SegmentImage> build_segment(Metric metric, const RawRows& rows, std::span<const Slot> slots,
                                   const BuildOptions& options, const simd::Kernels& kernels,
                                   ThreadPool& threads);

/// A segment and which of its slots still live.
struct MergeSource {
    const Segment* segment = nullptr;
    const Bitmap* dead = nullptr;  // by slot; null: all live
};

/// One segment out of several and of rows that no segment holds (`slots`). Keeps model and graph of
/// the largest source where it still fits (drift, dead share), repairs around its dead rows, adds
/// the others; else builds anew. Errors as build_segment.
Result<SegmentImage> merge_segments(std::span<const MergeSource> sources, const RawRows& rows,
                                    std::span<const Slot> slots, const BuildOptions& options,
                                    const simd::Kernels& kernels, ThreadPool& threads);

}  // namespace sokkuri::index
