// SeveralVectors: a search by several vectors at once: near their weighted mean, or near to any of
// them. What each means in every metric is said in index/multi_vector_search.h.
#pragma once

#include <cstddef>
#include <vector>

namespace sokkuri::collection {

struct SeveralVectors {
    enum class Combine {
        kMean,     // distances to the weighted mean (under cosine, of unit vectors)
        kNearest,  // the smallest of the distances to all of them
    };
    Combine combine = Combine::kMean;
    std::vector<std::vector<float>> vectors;  // 1 … kVectorsMax
    std::vector<float> weights;  // one each; empty: all 1. Negative: away from it. kMean alone

    static constexpr std::size_t kVectorsMax = 64;
};

}  // namespace sokkuri::collection
