// L2Space: the space in which codes, bounds and graphs live. There every metric of has_segments()
// is the Euclidean distance D: cosine by unit length (1 − cos = D²/2), the inner product by one
// more component sqrt(M² − |x|²) (−dot = (D² − |q|² − M²)/2), L2 by a power of two that brings
// ordinary norms near 1. Immutable; safe from any number of threads.
#pragma once

#include "index/metric.h"
#include "index/raw_rows.h"

#include <cstddef>
#include <span>

namespace sokkuri::index {

/// Plain numbers, as a segment file keeps them.
struct L2Space {
    Metric metric = Metric::kCosine;
    std::size_t raw_dimension = 0;
    double scale = 1;     // L2, inner product: what raw components are multiplied by
    double norm_max = 0;  // inner product: M, after scaling

    /// Components of a vector in this space: raw_dimension, one more for the inner product.
    std::size_t dimension() const {
        return raw_dimension + (metric == Metric::kInnerProduct ? 1 : 0);
    }

    /// Rows that the space cannot hold in float32 (zero length under cosine; norms so far from the
    /// others that float32 would lose them): they stay out of codes and graph and are always
    /// decided by float64. False: write nothing. `out` has dimension() floats.
    bool map_row(const float* raw, float* out) const;
    /// False when no bound holds for this query (zero length under cosine, or too long): the caller
    /// scans everything.
    bool map_query(std::span<const float> raw, float* out) const;

    /// D of this space for a distance of the metric, rounded so that no nearer row is lost: for
    /// bounds. `query_norm` is that of the mapped query.
    double reach_of(double distance, double query_norm) const;

    /// Looks at all rows of `slots`; O(rows × dimension). Deterministic.
    static L2Space fit(Metric metric, const RawRows& rows, std::span<const Slot> slots);
};

/// Relative to |q| + 1: by how much a D computed between mapped float32 vectors can differ from the
/// true one.
inline constexpr double kSpaceSlack = 4e-6;

}  // namespace sokkuri::index
