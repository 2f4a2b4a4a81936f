// CentroidSum: the one vector that stands for many, added up row by row. Sums are in float64, so
// that a million rows lose nothing that float32 can show; sums of parts can be added, so that
// several threads share the rows. Belongs to one thread. Deliberately no removal: a difference of
// sums is not the sum of what is left.
#pragma once

#include "index/metric.h"
#include "simd/kernels.h"

#include <cstddef>
#include <vector>

namespace sokkuri::index {

class CentroidSum {
 public:
    CentroidSum(Metric metric, std::size_t dimension, const simd::Kernels& kernels)
        : metric_(metric),
          kernels_(&kernels),
          dimension_(dimension),
          sum_(metric == Metric::kHamming ? dimension * kByteBits : dimension) {}

    /// `row` has `dimension` components such as the metric measures. O(dimension).
    void add(const float* row);
    void add(const CentroidSum& other);
    void clear();

    std::size_t count() const { return count_; }

    /// The mean of the rows; under cosine that of their directions, at unit length: zero rows have
    /// none, and where directions cancel each other it is zero. Under Hamming each bit as most rows
    /// have it, 0 where that is undecided. Zero of no rows.
    std::vector<float> centroid() const;

 private:
    static constexpr std::size_t kByteBits = 8;

    void add_bits(const float* row);
    std::vector<float> majority() const;

    Metric metric_;
    const simd::Kernels* kernels_;
    std::size_t dimension_;
    std::vector<double> sum_;  // by component; under Hamming by bit, rows with it less the others
    std::size_t count_ = 0;
};

}  // namespace sokkuri::index
