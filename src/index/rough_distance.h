// RoughDistance: where the true distance of a row lies, as far as one float32 pass can tell. Proves
// which rows of an exact scan need no float64. Safe from any number of threads.
#pragma once

#include "index/distance.h"

namespace sokkuri::index {

/// The float64 distance lies in [low, high], rounding included.
struct Interval {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

class RoughDistance {
 public:
    /// Borrows query and kernels.
    RoughDistance(Metric metric, std::span<const float> query, const simd::Kernels& kernels);

    /// Rows whose distance is beyond `limit` may get a shorter interval's worth of work: a low end
    /// beyond the limit, and no high one. O(dimension).
    Interval of(const float* row, double limit) const;

    const Decider& decider() const { return decider_; }

 private:
    Interval cosine(const float* row) const;
    Interval l2(const float* row) const;
    Interval inner_product(const float* row) const;
    Interval by_parts(const float* row, double limit) const;

    Metric metric_;
    const simd::Kernels& kernels_;
    Decider decider_;
    double query_norm_ = 0;
    double slack_ = 0;  // relative error of a float32 sum of products, by Cauchy-Schwarz a share of
                        // the two norms
};

}  // namespace sokkuri::index
