// L2Space: the space in which codes, bounds and graphs live. There every metric of has_segments()
// is the Euclidean distance D: cosine by unit length (1 − cos = D²/2), the inner product by unit
// queries and one more component sqrt(M² − |x|²) of rows (−dot / |q| = (D² − 1 − M²)/2), L2 by a
// power of two that brings ordinary norms near 1. Immutable; safe from any number of threads.
#pragma once

#include "index/metric.h"
#include "index/raw_rows.h"

#include <cstddef>
#include <optional>
#include <span>

namespace sokkuri::index {

/// Plain numbers, as a segment file keeps them.
struct L2Space {
    Metric metric = Metric::kCosine;
    std::size_t raw_dimension = 0;
    double scale = 1;     // L2, inner product: what raw components of rows are multiplied by: 2^i
    double norm_max = 0;  // inner product: M, after scaling

    /// Components of a vector in this space: raw_dimension, one more for the inner product.
    std::size_t dimension() const {
        return raw_dimension + (metric == Metric::kInnerProduct ? 1 : 0);
    }

    /// False for rows that the space cannot hold (zero length under cosine; norms far beyond the
    /// others'): they stay out of codes and graph and are always decided by float64. Then `out` is
    /// left alone. Else it gets dimension() floats, finite, of norm at most 64.
    bool map_row(const float* raw, float* out) const;
    /// The norm of the raw query, for reach_of; nothing when no bound holds for it (zero length
    /// under cosine and inner product, or too long): the caller scans everything.
    std::optional<double> map_query(std::span<const float> raw, float* out) const;

    /// For bounds: a row for which exact_distance gives at most `distance` has |mapped query −
    /// mapped row| of at most this, the float32 numbers taken as they are (kSpaceSlack is in it).
    double reach_of(double distance, double raw_query_norm) const;

    /// Looks at a sample of `slots`, for the inner product at all; O(rows × dimension).
    /// Deterministic.
    static L2Space fit(Metric metric, const RawRows& rows, std::span<const Slot> slots);
};

/// Relative to |mapped query| + 1: by how much the D between mapped float32 vectors can differ from
/// the true one. (Rounding of components costs 2^-24 of either norm; the rest is reserve.)
inline constexpr double kSpaceSlack = 4e-6;

}  // namespace sokkuri::index
