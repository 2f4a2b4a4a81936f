// Farthest rows: those that are least like all of several vectors. What is near to any of the
// vectors is out; what is left is ranked by how far the nearest of them is. Every row is looked at
// and decided in float64: nothing is approximated, and most rows cost one distance.
#pragma once

#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/metric.h"
#include "index/neighbor.h"
#include "index/raw_rows.h"
#include "simd/kernels.h"

#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::index {

struct FarthestScan {
    Metric metric = Metric::kCosine;
    std::span<const float> vectors;  // count × dimension, finite; 1 at least
    std::size_t k = 10;              // at least 1
    SlotFilter filter;               // rows that may be returned
    const simd::Kernels* kernels = nullptr;
    ThreadPool* threads = nullptr;  // null: the caller alone
};

/// The distance of a row is the smallest of its distances to the vectors. The k rows of the largest
/// distances and every further row that is exactly as far as the k-th (the caller breaks ties by
/// what it knows), farthest first, then by slot. O(rows × dimension) at least, times the vectors at
/// worst. Components of rows must be finite.
std::vector<Neighbor> farthest_rows(const FarthestScan& scan, const RawRows& rows);

}  // namespace sokkuri::index
