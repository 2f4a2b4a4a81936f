#include "collection/several_search.h"

#include "collection/farthest_search.h"
#include "collection/validation.h"
#include "index/distance.h"
#include "index/multi_vector_search.h"

#include <algorithm>
#include <limits>
#include <map>

namespace sokkuri::collection {

namespace {

using Combine = SeveralVectors::Combine;

/// Length of a mean of unit vectors in float32 below which it is rounding.
constexpr double kNoDirection = 1e-6;

/// A record that is near to one of the vectors at least.
struct Found {
    double distance = 0;
    store::RecordRow record;
};

Result<void> check(const SeveralVectors& several, const SearchRequest& request,
                   const FieldSpec& field);
Result<SearchAnswer> search_mean(const FieldSearch& search, const SearchRequest& request);
/// Under cosine a mean that points nowhere finds anything.
Result<void> require_direction(index::Metric metric, std::span<const float> mean);
Result<SearchAnswer> search_nearest(const FieldSearch& search, const SearchRequest& request);
Result<std::vector<Found>> distances_to_nearest(const FieldSearch& search,
                                                const SeveralVectors& several,
                                                std::span<const SearchAnswer> answers);

}  // namespace

Result<SearchAnswer> search_several(const FieldSearch& search, const SearchRequest& request) {
    TRY(check(*request.several, request, search.field.spec));
    switch (request.several->combine) {
        case Combine::kMean:
            return search_mean(search, request);
        case Combine::kNearest:
            return search_nearest(search, request);
        case Combine::kFarthest:
            break;
    }
    return search_farthest(search, request);
}

Result<std::vector<float>> mean_query(const FieldSpec& field, const SeveralVectors& several) {
    std::vector<float> side_by_side;
    for (const std::vector<float>& vector : several.vectors) {
        side_by_side.insert(side_by_side.end(), vector.begin(), vector.end());
    }
    std::vector<float> mean =
        TRY(index::compose_query(field.metric, side_by_side, several.weights, field.dimension));
    TRY(require_direction(field.metric, mean));
    return mean;
}

namespace {

static_assert(SeveralVectors::kVectorsMax == index::MultiVectorQuery::kVectorsMax);

Result<void> check(const SeveralVectors& several, const SearchRequest& request,
                   const FieldSpec& field) {
    const std::size_t count = several.vectors.size();
    if (count == 0 || count > SeveralVectors::kVectorsMax) {
        return fail(ErrorCode::kInvalidArgument, "{} vectors: 1 to {} are one search", count,
                    SeveralVectors::kVectorsMax);
    }
    for (std::size_t i = 0; i < count; ++i) {
        TRY(validate_vector(fmt::format("vector {}", i), several.vectors[i], field));
    }
    if (several.combine == Combine::kMean) return {};
    if (!several.weights.empty()) {
        return fail(ErrorCode::kInvalidArgument, "weights: the {} several vectors knows none",
                    several.combine == Combine::kNearest ? "nearest to any of" : "farthest from");
    }
    if (several.combine == Combine::kFarthest && request.distance_max) {
        return fail(ErrorCode::kInvalidArgument,
                    "the farthest records: a largest distance says nothing of them");
    }
    if (request.offset + request.k <= request.hits_max()) return {};
    return fail(ErrorCode::kInvalidArgument,
                "offset {} + k {}: must be at most {} for each of {} vectors", request.offset,
                request.k, request.hits_max(), count);
}

Result<SearchAnswer> search_mean(const FieldSearch& search, const SearchRequest& request) {
    SearchRequest one = request;
    one.several.reset();
    one.query = TRY(mean_query(search.field.spec, *request.several));
    return search_field(search, one);
}

Result<void> require_direction(index::Metric metric, std::span<const float> mean) {
    if (metric != index::Metric::kCosine) return {};
    double squares = 0;
    for (const float value : mean)
        squares += double{value} * double{value};
    if (squares > kNoDirection * kNoDirection) return {};
    return fail(ErrorCode::kInvalidArgument,
                "the vectors cancel each other out: their weighted mean is 0, and everything is as "
                "near to it");
}

/// The nearest to any are among the nearest to each.
Result<SearchAnswer> search_nearest(const FieldSearch& search, const SearchRequest& request) {
    SearchRequest shared = request;
    shared.several.reset();
    shared.k = request.offset + request.k;
    shared.offset = 0;
    shared.documents = Documents::kOmit;
    const std::vector<SearchAnswer> answers =
        TRY(search_field(search, shared, request.several->vectors));
    std::vector<Found> found = TRY(distances_to_nearest(search, *request.several, answers));
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.distance != b.distance ? a.distance < b.distance
                                        : a.record.number < b.record.number;
    });
    SearchAnswer answer;
    answer.generation = answers.front().generation;
    answer.rows_searched = answers.front().rows_searched;
    answer.method = answers.front().method;
    for (const SearchAnswer& one : std::span(answers).subspan(1)) {
        answer.method.add(one.method);
    }
    const std::size_t end = std::min(found.size(), request.offset + request.k);
    for (std::size_t i = request.offset; i < end; ++i) {
        Found& one = found[i];
        if (request.documents == Documents::kOmit) one.record.document.clear();
        answer.hits.push_back({std::move(one.record.id), static_cast<float>(one.distance),
                               std::move(one.record.document)});
    }
    return answer;
}

Result<std::vector<Found>> distances_to_nearest(const FieldSearch& search,
                                                const SeveralVectors& several,
                                                std::span<const SearchAnswer> answers) {
    const FieldSnapshot& field = search.field;
    std::vector<index::Decider> deciders;
    for (const std::vector<float>& vector : several.vectors) {
        deciders.emplace_back(field.spec.metric, vector, search.kernels);
    }
    std::map<std::string_view, bool> seen;
    std::vector<Found> found;
    for (const SearchAnswer& answer : answers) {
        for (const Hit& hit : answer.hits) {
            if (!seen.emplace(hit.id, true).second) continue;
            std::optional<store::RecordRow> record = TRY(search.transaction.record(hit.id));
            if (!record) continue;
            const auto slot = TRY(search.transaction.slot_of_record(field.number, record->number));
            if (!slot || *slot >= field.committed) continue;
            double nearest = std::numeric_limits<double>::infinity();
            for (const index::Decider& decider : deciders) {
                nearest = std::min(nearest, decider(field.row(*slot).data()));
            }
            found.push_back({nearest, std::move(*record)});
        }
    }
    return found;
}

}  // namespace

}  // namespace sokkuri::collection
