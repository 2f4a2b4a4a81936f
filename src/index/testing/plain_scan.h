// What exact search must return: a float64 distance to every row that passes, sorted.
#pragma once

#include "index/distance.h"
#include "index/segment_search.h"
#include "simd/dispatch.h"

#include <vector>

namespace sokkuri::index::testing {

/// By the scalar kernels.
inline std::vector<Neighbor> plain_scan(Metric metric, const RawRows& rows,
                                        const SegmentQuery& query) {
    const Decider decide(metric, query.vector, *simd::runnable_kernels().front());
    std::vector<Neighbor> all;
    for (Slot slot = 0; slot < rows.count(); ++slot) {
        if (query.filter.passes(slot)) all.push_back({slot, decide(rows[slot])});
    }
    keep_nearest(all, query.k, query.distance_max);
    return all;
}

}  // namespace sokkuri::index::testing
