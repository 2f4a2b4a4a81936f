#include "index/distance.h"

#include "base/check.h"
#include "index/byte_row.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Running sums of the L1 distance, added up in order at the end: the order is part of the
// definition, and wide enough for any CPU.
constexpr std::size_t kSums = 8;
// Components between two looks at the limit.
constexpr std::size_t kRunComponents = 128;
constexpr std::size_t kRunBytes = 512;

double l1_distance(std::span<const float> query, const float* row, double limit);
double linf_distance(std::span<const float> query, const float* row, double limit);

}  // namespace

Decider::Decider(Metric metric, std::span<const float> query, const simd::Kernels& kernels)
    : metric_(metric),
      query_(query),
      kernels_(kernels),
      query_norm_squared_(
          kernels.decide_dot(query.data(), query.data(), query.size()).norm_squared) {
    if (metric != Metric::kHamming) return;
    query_bytes_.resize(query.size());
    std::ranges::transform(query, query_bytes_.begin(), byte_of);
}

double Decider::operator()(const float* row) const {
    return within(kInfinity, row);
}

double Decider::within(double limit, const float* row) const {
    switch (metric_) {
        case Metric::kCosine:
            return cosine_distance(row);
        case Metric::kL2:
            return std::sqrt(kernels_.decide_squared_l2(query_.data(), row, query_.size()));
        case Metric::kInnerProduct:
            return -kernels_.decide_dot(query_.data(), row, query_.size()).dot;
        case Metric::kL1:
            return l1_distance(query_, row, limit);
        case Metric::kLinf:
            return linf_distance(query_, row, limit);
        case Metric::kHamming:
            return hamming_distance(row, limit);
    }
    return 0;
}

double Decider::cosine_distance(const float* row) const {
    const auto [dot, norm_squared] = kernels_.decide_dot(query_.data(), row, query_.size());
    const double norms = query_norm_squared_ * norm_squared;
    if (norms == 0) return 1;
    return std::clamp(1 - dot / std::sqrt(norms), 0.0, 2.0);
}

double Decider::hamming_distance(const float* row, double limit) const {
    std::array<std::uint8_t, kRunBytes> bytes;
    std::uint64_t bits = 0;
    const std::size_t dimension = query_.size();
    for (std::size_t first = 0; first < dimension; first += kRunBytes) {
        const std::size_t count = std::min(kRunBytes, dimension - first);
        std::transform(row + first, row + first + count, bytes.begin(), byte_of);
        bits += kernels_.hamming(query_bytes_.data() + first, bytes.data(), count);
        if (static_cast<double>(bits) > limit) break;
    }
    return static_cast<double>(bits);
}

double exact_distance(Metric metric, std::span<const float> query, std::span<const float> row) {
    DCHECK(query.size() == row.size());
    return Decider(metric, query, simd::kScalarKernels)(row.data());
}

namespace {

double total_of(const std::array<double, kSums>& sums) {
    double total = 0;
    for (const double sum : sums) {
        total += sum;
    }
    return total;
}

// A sum of float64 terms that are not negative never falls as terms are added, in whatever order it
// is rounded: one that is beyond the limit stays there.
double l1_distance(std::span<const float> query, const float* row, double limit) {
    const std::size_t dimension = query.size();
    std::array<double, kSums> sums{};
    std::size_t i = 0;
    for (; i + kSums <= dimension; i += kSums) {
        for (std::size_t lane = 0; lane < kSums; ++lane) {
            sums[lane] += std::abs(double{query[i + lane]} - double{row[i + lane]});
        }
        if (i % kRunComponents == kRunComponents - kSums && total_of(sums) > limit) {
            return total_of(sums);
        }
    }
    for (std::size_t lane = 0; i < dimension; ++i, ++lane) {
        sums[lane] += std::abs(double{query[i]} - double{row[i]});
    }
    return total_of(sums);
}

double linf_distance(std::span<const float> query, const float* row, double limit) {
    const std::size_t dimension = query.size();
    double largest = 0;
    for (std::size_t first = 0; first < dimension && largest <= limit; first += kRunComponents) {
        const std::size_t end = std::min(dimension, first + kRunComponents);
        std::array<double, kSums> lanes{};
        std::size_t i = first;
        for (; i + kSums <= end; i += kSums) {
            for (std::size_t lane = 0; lane < kSums; ++lane) {
                const double difference = std::abs(double{query[i + lane]} - double{row[i + lane]});
                lanes[lane] = lanes[lane] < difference ? difference : lanes[lane];
            }
        }
        for (; i < end; ++i) {
            lanes[0] = std::max(lanes[0], std::abs(double{query[i]} - double{row[i]}));
        }
        largest = std::max(largest, *std::max_element(lanes.begin(), lanes.end()));
    }
    return largest;
}

}  // namespace

}  // namespace sokkuri::index
