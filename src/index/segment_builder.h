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
    /// Called from the thread that builds, at the start of each stage and now and then within; the
    /// stages: "looking at rows", "training", "encoding", "partitioning", "linking", "calibrating",
    /// "adding the rows held out", "finishing", "done".
    std::function<void(double share, const char* stage)> progress = nullptr;
    std::stop_token stop;

    Result<void> validate() const;
};

/// What a segment is made of, and with.
struct SegmentBuild {
    Metric metric = Metric::kCosine;  // one with has_segments()
    const RawRows& rows;
    std::span<const Slot> slots;  // rows that are alive and in no source; ascending
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

/// A segment of rows `build.slots`; without any, a valid one of no rows. kExhausted, with the
/// numbers of the plan, beyond memory_max; kCancelled when asked to stop. About 60 s for a million
/// rows of 1280 on two cores.
Result<SegmentImage> build_segment(const SegmentBuild& build, const BuildOptions& options = {});

/// A segment and which of its slots still live.
struct MergeSource {
    const Segment* segment = nullptr;
    const Bitmap* dead = nullptr;  // by slot; null: all live
};

/// One segment out of several and of rows that no segment holds (`build.slots`). Keeps model and
/// graph of the largest source where it still fits (drift, dead share), repairs around its dead
/// rows, adds the others; else builds anew. Errors as build_segment.
Result<SegmentImage> merge_segments(std::span<const MergeSource> sources, const SegmentBuild& build,
                                    const BuildOptions& options = {});

}  // namespace sokkuri::index
