// What "near" means for a field of vectors. Below service there is only distance, and smaller is
// nearer.
#pragma once

#include "base/result.h"

#include <string_view>

namespace sokkuri::index {

enum class Metric {
    kCosine,        // 1 − cos; a zero vector is at distance 1 from everything
    kL2,            // Euclidean, not squared
    kInnerProduct,  // −dot
    kL1,            // sum of absolute differences; by exact scan only
    kLinf,          // largest absolute difference; by exact scan only
};

/// "cosine", "l2", "ip", "l1", "linf": in catalogs, flags and answers.
std::string_view name_of(Metric metric);
Result<Metric> parse_metric(std::string_view name);

/// Codes and graphs speak of L2 alone; these metrics are L2 in another space (l2_space.h).
constexpr bool has_segments(Metric metric) {
    return metric == Metric::kCosine || metric == Metric::kL2 || metric == Metric::kInnerProduct;
}

}  // namespace sokkuri::index
