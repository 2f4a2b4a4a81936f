// SeveralVectors: a search by several vectors at once: near their weighted mean, near to any of
// them, or far from all of them. What each means in every metric is said in
// index/multi_vector_search.h and index/farthest_rows.h.
#pragma once

#include <cstddef>
#include <vector>

namespace sokkuri::collection {

struct SeveralVectors {
    enum class Combine {
        kMean,      // distances to the weighted mean (under cosine, of unit vectors)
        kNearest,   // the smallest of the distances to all of them
        kFarthest,  // the same, and the hits are the farthest, first: always by an exact scan
    };
    Combine combine = Combine::kMean;
    std::vector<std::vector<float>> vectors;  // 1 … kVectorsMax
    std::vector<float> weights;  // one each; empty: all 1. Negative: away from it. kMean alone

    static constexpr std::size_t kVectorsMax = 1'000;
};

}  // namespace sokkuri::collection
