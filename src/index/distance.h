// The distance that decides: float64 sums over float32 components in one fixed order, the same on
// every machine. Every returned neighbor was measured by this; kernels (simd) only say which rows
// are worth it.
#pragma once

#include "index/metric.h"

#include <span>

namespace sokkuri::index {

/// O(dimension). Spans of equal length with finite components. Cosine lies in [0, 2]; a zero vector
/// is at 1.
double exact_distance(Metric metric, std::span<const float> query, std::span<const float> row);

}  // namespace sokkuri::index
