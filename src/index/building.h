// Building: what every step of making one segment is given, and how it reports and stops. For
// builders.
#pragma once

#include "base/result.h"
#include "index/graph_builder.h"
#include "index/head_model.h"
#include "index/segment_builder.h"

#include <cstddef>

namespace sokkuri::index {

/// A part of the whole, as progress is told.
struct Stage {
    const char* name = "";
    double begin = 0;
    double end = 1;
};

struct Building {
    const SegmentBuild& from;
    const BuildOptions& options;

    /// Reports that `share` of a stage is done; kCancelled when asked to stop.
    Result<void> report(const Stage& stage, double share = 0) const;
    /// kExhausted, with the plan's numbers, when `rows` rows do not fit BuildOptions::memory_max.
    Result<void> check_memory(std::size_t rows, const HeadLayout& layout) const;
    GraphBuild graph_build() const {
        return {.kernels = from.kernels,
                .threads = from.threads,
                .seed = options.seed,
                .stop = options.stop};
    }
};

}  // namespace sokkuri::index
