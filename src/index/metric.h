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
};

/// "cosine", "l2", "ip": in catalogs, flags and answers.
std::string_view name_of(Metric metric);
Result<Metric> parse_metric(std::string_view name);

}  // namespace sokkuri::index
