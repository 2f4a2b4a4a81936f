#include "index/multi_vector_search.h"

#include "index/distance.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

Result<void> check_vectors(std::span<const float> vectors, std::size_t dimension);
Result<double> sum_of_weights(Metric metric, std::span<const float> weights, std::size_t count);
double length_of(std::span<const float> vector);
std::vector<float> majority_of(std::span<const float> vectors, std::span<const float> weights,
                               std::size_t dimension);
SegmentAnswer search_nearest(const Segment& segment, const RawRows& rows,
                             const MultiVectorQuery& query, ThreadPool* threads);
std::vector<Slot> union_of(std::span<const SegmentAnswer> answers, const RawRows& rows);

}  // namespace

Result<std::vector<float>> compose_query(Metric metric, std::span<const float> vectors,
                                         std::span<const float> weights, std::size_t dimension) {
    TRY(check_vectors(vectors, dimension));
    const std::size_t count = vectors.size() / dimension;
    const double sum = TRY(sum_of_weights(metric, weights, count));
    if (metric == Metric::kHamming) return majority_of(vectors, weights, dimension);
    std::vector<double> mean(dimension);
    for (std::size_t i = 0; i < count; ++i) {
        const auto vector = vectors.subspan(i * dimension, dimension);
        double factor = (weights.empty() ? 1.0 : double{weights[i]}) / sum;
        if (metric == Metric::kCosine) {
            const double length = length_of(vector);
            factor = length > 0 ? factor / length : 0;
        }
        for (std::size_t j = 0; j < dimension; ++j) {
            mean[j] += factor * double{vector[j]};
        }
    }
    std::vector<float> composed(dimension);
    std::ranges::transform(mean, composed.begin(), [](double v) { return static_cast<float>(v); });
    if (!std::ranges::all_of(composed, [](float v) { return std::isfinite(v); })) {
        return fail(ErrorCode::kInvalidArgument,
                    "the weighted mean of these vectors is too long for float32");
    }
    return composed;
}

Result<SegmentAnswer> search_segment(const Segment& segment, const RawRows& rows,
                                     const MultiVectorQuery& query, ThreadPool* threads) {
    if (query.combine == MultiVectorQuery::Combine::kNearest) {
        TRY(check_vectors(query.vectors, rows.dimension()));
        return search_nearest(segment, rows, query, threads);
    }
    const std::vector<float> composed = TRY(compose_query(
        segment.parts().space.metric, query.vectors, query.weights, rows.dimension()));
    SegmentQuery one = query.shared;
    one.vector = composed;
    return search_segment(segment, rows, one, threads);
}

namespace {

Result<void> check_vectors(std::span<const float> vectors, std::size_t dimension) {
    const std::size_t count = dimension == 0 ? 0 : vectors.size() / dimension;
    if (count == 0 || count > MultiVectorQuery::kVectorsMax || vectors.size() % dimension != 0) {
        return fail(ErrorCode::kInvalidArgument, "{} components are not 1 to {} vectors of {}",
                    vectors.size(), MultiVectorQuery::kVectorsMax, dimension);
    }
    return {};
}

/// What the sum of weighted vectors is divided by.
Result<double> sum_of_weights(Metric metric, std::span<const float> weights, std::size_t count) {
    if (weights.empty()) return static_cast<double>(count);
    if (weights.size() != count) {
        return fail(ErrorCode::kInvalidArgument, "{} weights for {} vectors", weights.size(),
                    count);
    }
    const bool has_angles = metric == Metric::kCosine || metric == Metric::kInnerProduct;
    double sum = 0;
    for (const float weight : weights) {
        sum += has_angles ? std::abs(double{weight}) : double{weight};
    }
    if (!std::isfinite(sum) || sum <= 0) {
        return fail(ErrorCode::kInvalidArgument, "weights must sum to more than 0 under {}, not {}",
                    name_of(metric), sum);
    }
    return sum;
}

double length_of(std::span<const float> vector) {
    double squared = 0;
    for (const float component : vector) {
        squared += double{component} * double{component};
    }
    return std::sqrt(squared);
}

std::vector<float> majority_of(std::span<const float> vectors, std::span<const float> weights,
                               std::size_t dimension) {
    std::vector<float> majority(dimension);
    for (std::size_t j = 0; j < dimension; ++j) {
        std::array<double, 8> ones{};  // weight of those that have the bit, less that of the others
        for (std::size_t i = 0; i * dimension < vectors.size(); ++i) {
            const double weight = weights.empty() ? 1.0 : double{weights[i]};
            const auto byte = static_cast<unsigned>(vectors[i * dimension + j]);
            for (unsigned bit = 0; bit < 8; ++bit) {
                ones[bit] += (byte >> bit & 1U) != 0 ? weight : -weight;
            }
        }
        unsigned byte = 0;
        for (unsigned bit = 0; bit < 8; ++bit) {
            if (ones[bit] > 0) byte |= 1U << bit;
        }
        majority[j] = static_cast<float>(byte);
    }
    return majority;
}

/// A row among the k nearest to any vector is among the k nearest to the one it is nearest to: the
/// union of all answers holds the answer.
SegmentAnswer search_nearest(const Segment& segment, const RawRows& rows,
                             const MultiVectorQuery& query, ThreadPool* threads) {
    const std::vector<SegmentAnswer> answers =
        search_segment(segment, rows, query.vectors, query.shared, threads);
    std::vector<Decider> deciders;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        deciders.emplace_back(segment.parts().space.metric,
                              query.vectors.subspan(i * rows.dimension(), rows.dimension()),
                              segment.kernels());
    }
    SegmentAnswer answer{.report = answers.front().report};
    answer.report.nodes_scored = 0;
    answer.report.rows_decided = 0;
    for (const SegmentAnswer& one : answers) {
        answer.report.nodes_scored += one.report.nodes_scored;
        answer.report.rows_decided += one.report.rows_decided;
    }
    for (const Slot slot : union_of(answers, rows)) {
        double nearest = std::numeric_limits<double>::infinity();
        for (const Decider& decider : deciders) {
            nearest = std::min(nearest, decider(rows[slot]));
        }
        answer.neighbors.push_back({slot, nearest});
    }
    answer.report.rows_decided += answer.neighbors.size() * deciders.size();
    keep_nearest(answer.neighbors, query.shared.k, query.shared.distance_max);
    return answer;
}

std::vector<Slot> union_of(std::span<const SegmentAnswer> answers, const RawRows& rows) {
    std::vector<Slot> slots;
    for (const SegmentAnswer& answer : answers) {
        for (const Neighbor& neighbor : answer.neighbors) {
            if (neighbor.slot < rows.count()) slots.push_back(neighbor.slot);
        }
    }
    std::ranges::sort(slots);
    const auto repeated = std::ranges::unique(slots);
    slots.erase(repeated.begin(), repeated.end());
    return slots;
}

}  // namespace

}  // namespace sokkuri::index
