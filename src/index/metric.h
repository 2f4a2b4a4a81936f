// What "near" means for a field of vectors. Below service there is only distance, and smaller is
// nearer.
#pragma once

#include "base/result.h"

#include <optional>
#include <span>
#include <string_view>

namespace sokkuri::index {

enum class Metric {
    kCosine,        // 1 − cos; a zero vector is at distance 1 from everything
    kL2,            // Euclidean, not squared
    kInnerProduct,  // −dot
    kL1,            // sum of absolute differences; by exact scan only
    kLinf,          // largest absolute difference; by exact scan only
    kHamming,       // bits that differ; a component is a byte: a whole number, 0 to 255; by exact
                    // scan only
};

/// "cosine", "l2", "ip", "l1", "linf", "hamming": in catalogs, flags and answers.
std::string_view name_of(Metric metric);
Result<Metric> parse_metric(std::string_view name);

/// The position of the first component that `metric` cannot measure: one that is not finite, or
/// under Hamming no byte. Empty: there is none. O(components).
std::optional<std::size_t> first_unmeasurable(Metric metric, std::span<const float> components);
/// What components must be, for an error about one that is not: "numbers must be finite".
std::string_view demand_of(Metric metric);

/// Codes and graphs speak of L2 alone; these metrics are L2 in another space (l2_space.h).
constexpr bool has_segments(Metric metric) {
    return metric == Metric::kCosine || metric == Metric::kL2 || metric == Metric::kInnerProduct;
}

}  // namespace sokkuri::index
