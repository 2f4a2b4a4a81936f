// Multi-vector search: one search by several vectors at once, near their weighted mean or near to
// any of them. Deliberately no other combinations: these two can be promised like a search by one
// vector, because the mean is one and the nearest to any are among the nearest to each.
#pragma once

#include "base/result.h"
#include "index/metric.h"
#include "index/segment_search.h"

#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::index {

struct MultiVectorQuery {
    enum class Combine {
        /// The distance to compose_query's vector. Under cosine and inner product the order is that
        /// of the weighted sum of the distances to all vectors, too.
        kMean,
        /// The smallest of the distances to all vectors; weights do not count.
        kNearest,
    };
    Combine combine = Combine::kMean;
    std::span<const float> vectors;  // count × raw dimension, finite; 1 … kVectorsMax
    std::span<const float> weights;  // count, finite; empty: all 1. Negative: away from it
    SegmentQuery shared;             // all but `vector`

    static constexpr std::size_t kVectorsMax = 1'000;
};

/// The one vector that stands for several: under cosine Σ wᵢ · vᵢ / |vᵢ| divided by Σ |wᵢ| (zero
/// vectors add nothing), under inner product Σ wᵢ · vᵢ / Σ |wᵢ|, under L2, L1 and Linf Σ wᵢ · vᵢ /
/// Σ wᵢ, the point that balances, under Hamming each bit as most of the weight has it, 0 where that
/// is undecided. kInvalidArgument: no vector or too many, weights of another
/// count, not finite or all zero, a sum of weights that is not positive where it divides.
Result<std::vector<float>> compose_query(Metric metric, std::span<const float> vectors,
                                         std::span<const float> weights, std::size_t dimension);

/// As search_segment, with distances as `query.combine` defines them; recall_expected is that of
/// one search. Errors as compose_query (kNearest: those about vectors). Safe from any number of
/// threads.
Result<SegmentAnswer> search_segment(const Segment& segment, const RawRows& rows,
                                     const MultiVectorQuery& query, ThreadPool* threads);

}  // namespace sokkuri::index
