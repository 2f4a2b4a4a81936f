#include "index/rough_distance.h"

#include <cmath>

namespace sokkuri::index {

namespace {

// Outside this range of squared norms a float32 sum may have lost everything to underflow or
// overflow; such rows are left to float64.
constexpr double kNormSquaredMin = 1e-20;
constexpr double kNormSquaredMax = 1e+30;

bool is_trustworthy(double norm_squared) {
    return norm_squared > kNormSquaredMin && norm_squared < kNormSquaredMax;
}

}  // namespace

RoughDistance::RoughDistance(Metric metric, std::span<const float> query,
                             const simd::Kernels& kernels)
    : metric_(metric),
      kernels_(kernels),
      decider_(metric, query, kernels),
      query_norm_(std::sqrt(decider_.query_norm_squared())),
      // dimension + 16 roundings of half an ulp each (simd/kernels.h), doubled: second-order terms
      // and the arithmetic below are far smaller than that.
      slack_(2 * (static_cast<double>(query.size()) + 16) * std::ldexp(1.0, -24)) {}

Interval RoughDistance::of(const float* row, double limit) const {
    switch (metric_) {
        case Metric::kCosine:
            return cosine(row);
        case Metric::kL2:
            return l2(row);
        case Metric::kInnerProduct:
            return inner_product(row);
        case Metric::kL1:
        case Metric::kLinf:
        case Metric::kHamming:
            return by_parts(row, limit);
    }
    return {};
}

Interval RoughDistance::cosine(const float* row) const {
    const auto query = decider_.query();
    const auto [dot, norm_squared] = kernels_.dot_and_norm(query.data(), row, query.size());
    if (!is_trustworthy(norm_squared) || !is_trustworthy(query_norm_ * query_norm_)) return {};
    const double distance = 1 - double{dot} / (query_norm_ * std::sqrt(double{norm_squared}));
    // The norm's own relative error is slack / 2 at most, on a quotient of at most about 1.
    return {distance - 2 * slack_, distance + 2 * slack_};
}

Interval RoughDistance::l2(const float* row) const {
    const auto query = decider_.query();
    const float squared = kernels_.squared_l2(query.data(), row, query.size());
    if (!is_trustworthy(squared)) return {};
    // All terms are positive, so the error is relative to the sum itself; a root halves it.
    const double distance = std::sqrt(double{squared});
    return {distance * (1 - slack_), distance * (1 + slack_)};
}

Interval RoughDistance::inner_product(const float* row) const {
    const auto query = decider_.query();
    const auto [dot, norm_squared] = kernels_.dot_and_norm(query.data(), row, query.size());
    if (!is_trustworthy(norm_squared) || !is_trustworthy(query_norm_ * query_norm_)) return {};
    const double error = slack_ * query_norm_ * std::sqrt(double{norm_squared}) * (1 + slack_);
    return {-double{dot} - error, -double{dot} + error};
}

Interval RoughDistance::by_parts(const float* row, double limit) const {
    const double at_least = decider_.within(limit, row);
    if (at_least > limit) return {.low = at_least};
    return {at_least, at_least};
}

}  // namespace sokkuri::index
