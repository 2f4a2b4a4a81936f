// The distance that decides: float64 sums over float32 components in one fixed order, the same on
// every machine and with every table of kernels. Every returned neighbor was measured by this;
// float32 and codes only say which rows are worth it.
#pragma once

#include "index/metric.h"
#include "simd/kernels.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Measures rows against one query. Borrows the query and the kernels. Safe from any number of
/// threads.
class Decider {
 public:
    Decider(Metric metric, std::span<const float> query, const simd::Kernels& kernels);

    /// `row` has as many finite components as the query. Cosine lies in [0, 2]; a zero vector is at
    /// 1. O(dimension).
    double operator()(const float* row) const;
    /// L1, Linf, Hamming: may stop early with what the distance is at least, once that is beyond
    /// `limit`.
    double within(double limit, const float* row) const;

    std::span<const float> query() const { return query_; }
    /// |q|², in float64.
    double query_norm_squared() const { return query_norm_squared_; }

 private:
    double cosine_distance(const float* row) const;
    double hamming_distance(const float* row, double limit) const;

    Metric metric_;
    std::span<const float> query_;
    const simd::Kernels& kernels_;
    double query_norm_squared_ = 0;
    std::vector<std::uint8_t> query_bytes_;  // Hamming alone
};

/// One distance by the scalar kernels: the same value, slowly. Spans of equal length.
double exact_distance(Metric metric, std::span<const float> query, std::span<const float> row);

}  // namespace sokkuri::index
