#include "index/centroid.h"

#include "index/byte_row.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

/// Of the length that as many unit vectors could have: what is shorter is rounding.
constexpr double kCancelledShare = 1e-12;

}  // namespace

void CentroidSum::add(const float* row) {
    ++count_;
    if (metric_ == Metric::kHamming) {
        add_bits(row);
        return;
    }
    double factor = 1;
    if (metric_ == Metric::kCosine) {
        const double squared = kernels_->decide_dot(row, row, dimension_).norm_squared;
        factor = squared > 0 ? 1 / std::sqrt(squared) : 0;
    }
    for (std::size_t i = 0; i < sum_.size(); ++i) {
        sum_[i] += factor * double{row[i]};
    }
}

void CentroidSum::add(const CentroidSum& other) {
    for (std::size_t i = 0; i < sum_.size(); ++i) {
        sum_[i] += other.sum_[i];
    }
    count_ += other.count_;
}

void CentroidSum::clear() {
    std::ranges::fill(sum_, 0.0);
    count_ = 0;
}

std::vector<float> CentroidSum::centroid() const {
    if (metric_ == Metric::kHamming) return majority();
    double divisor = static_cast<double>(count_);
    if (metric_ == Metric::kCosine) {
        double squared = 0;
        for (const double component : sum_) {
            squared += component * component;
        }
        const double length = std::sqrt(squared);
        divisor = length > kCancelledShare * divisor ? length : 0;
    }
    std::vector<float> centroid(sum_.size());
    if (divisor == 0) return centroid;
    std::ranges::transform(sum_, centroid.begin(),
                           [&](double sum) { return static_cast<float>(sum / divisor); });
    return centroid;
}

void CentroidSum::add_bits(const float* row) {
    for (std::size_t i = 0; i < sum_.size(); ++i) {
        const unsigned byte = byte_of(row[i / kByteBits]);
        sum_[i] += (byte >> (i % kByteBits) & 1U) != 0 ? 1 : -1;
    }
}

std::vector<float> CentroidSum::majority() const {
    std::vector<float> bytes(dimension_);
    for (std::size_t i = 0; i < dimension_; ++i) {
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < kByteBits; ++bit) {
            if (sum_[i * kByteBits + bit] > 0) byte |= 1U << bit;
        }
        bytes[i] = static_cast<float>(byte);
    }
    return bytes;
}

}  // namespace sokkuri::index
