#include "index/l2_space.h"

#include "base/check.h"
#include "index/lanes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace sokkuri::index {

namespace {

// The 99th percentile of the norms of this many rows is what norms are measured by: half of the
// rows could be short, but rows beyond 64 times it are rare by its very definition.
constexpr std::size_t kSampleRows = 10'000;
// After scaling. Beyond it a row would cost all others: heads have one step for all of them, and
// under the inner product D² = 1 + M² − 2 dot drowns the dots of rows much shorter than M in M²
// (64 leaves float32 three digits of them). At most a row in a hundred is refused.
constexpr double kRowNormMax = 64;
// Float32 bounds are relative to |q|² + |x|²: from here on they tell nothing about ordinary rows.
constexpr double kQueryNormMax = 1e6;

double norm_of(std::span<const float> components);
double typical_norm(const RawRows& rows, std::span<const Slot> slots);
double power_of_two_for(double norm);
void scale_into(std::span<const float> raw, double factor, float* out);

}  // namespace

bool L2Space::map_row(const float* raw, float* out) const {
    const std::span<const float> row(raw, raw_dimension);
    const double norm = norm_of(row);
    switch (metric) {
        case Metric::kCosine:
            if (norm == 0 || !std::isfinite(norm)) return false;
            scale_into(row, 1 / norm, out);
            return true;
        case Metric::kInnerProduct: {
            const double scaled = norm * scale;
            if (!(scaled <= norm_max)) return false;
            scale_into(row, scale, out);
            // (M − |x|)(M + |x|) loses nothing where M² − |x|² would cancel.
            out[raw_dimension] =
                static_cast<float>(std::sqrt((norm_max - scaled) * (norm_max + scaled)));
            return true;
        }
        default:
            if (!(norm * scale <= kRowNormMax)) return false;
            scale_into(row, scale, out);
            return true;
    }
}

std::optional<double> L2Space::map_query(std::span<const float> raw, float* out) const {
    DCHECK(raw.size() == raw_dimension);
    const double norm = norm_of(raw);
    if (!std::isfinite(norm)) return std::nullopt;
    if (metric == Metric::kL2) {
        if (norm * scale > kQueryNormMax) return std::nullopt;
        scale_into(raw, scale, out);
        return norm;
    }
    if (norm == 0) return std::nullopt;
    scale_into(raw, 1 / norm, out);
    if (metric == Metric::kInnerProduct) out[raw_dimension] = 0;
    return norm;
}

double L2Space::reach_of(double distance, double raw_query_norm) const {
    // What the float64 sums of exact_distance can be off by, relative to the norms: no more than
    // dimension + 64 roundings.
    const double rounding = (static_cast<double>(raw_dimension) + 64) * std::ldexp(1.0, -53);
    switch (metric) {
        case Metric::kCosine:
            return std::sqrt(2 * (std::max(distance, 0.0) + rounding)) + 2 * kSpaceSlack;
        case Metric::kInnerProduct: {
            const double squared = 1 + norm_max * norm_max + 2 * distance * scale / raw_query_norm +
                                   4 * rounding * (1 + norm_max * norm_max);
            return std::sqrt(std::max(squared, 0.0)) + 2 * kSpaceSlack;
        }
        default:
            // A power of two rounds nothing but what falls below 2^-149.
            return std::max(distance, 0.0) * scale * (1 + rounding) + 1e-30;
    }
}

L2Space L2Space::fit(Metric metric, const RawRows& rows, std::span<const Slot> slots) {
    DCHECK(has_segments(metric));
    L2Space space{.metric = metric, .raw_dimension = rows.dimension()};
    if (metric == Metric::kCosine) return space;
    const double typical = typical_norm(rows, slots);
    space.scale = power_of_two_for(typical);
    if (metric == Metric::kL2) return space;
    double largest = 0;
    for (const Slot slot : slots) {
        const double norm = norm_of(rows.row(slot));
        if (norm * space.scale <= kRowNormMax) largest = std::max(largest, norm);
    }
    space.scale = power_of_two_for(largest);
    space.norm_max = largest * space.scale;
    return space;
}

namespace {

double norm_of(std::span<const float> components) {
    std::array<double, kLanes> sums{};
    std::size_t i = 0;
    for (; i + kLanes <= components.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double value = components[i + lane];
            sums[lane] += value * value;
        }
    }
    double total = 0;
    for (; i < components.size(); ++i) {
        total += double{components[i]} * double{components[i]};
    }
    for (const double sum : sums) {
        total += sum;
    }
    return std::sqrt(total);
}

double typical_norm(const RawRows& rows, std::span<const Slot> slots) {
    const std::size_t count = std::min(slots.size(), kSampleRows);
    if (count == 0) return 0;
    std::vector<double> norms(count);
    for (std::size_t i = 0; i < count; ++i) {
        norms[i] = norm_of(rows.row(slots[i * slots.size() / count]));
    }
    const auto typical = norms.begin() + static_cast<std::ptrdiff_t>((count - 1) * 99 / 100);
    std::nth_element(norms.begin(), typical, norms.end());
    if (*typical > 0) return *typical;
    return *std::max_element(typical, norms.end());
}

// Brings `norm` into [½, 1).
double power_of_two_for(double norm) {
    if (!(norm > 0) || !std::isfinite(norm)) return 1;
    int exponent = 0;
    std::frexp(norm, &exponent);
    return std::ldexp(1.0, -exponent);
}

void scale_into(std::span<const float> raw, double factor, float* out) {
    transform_lanes(raw.data(), raw.size(), out,
                    [=](float value) { return static_cast<float>(double{value} * factor); });
}

}  // namespace

}  // namespace sokkuri::index
