#include "collection/search.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::collection {
namespace {

/// Pages of one query fit together only if all are taken from the same candidates.
Result<void> validate_diversity(const SearchRequest& request) {
    const Diversity& diversity = *request.diversity;
    TRY(validate(diversity));
    if (request.offset > 0 && diversity.candidates == 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "diversity with offset {}: say the number of candidates, so that pages fit "
                    "together",
                    request.offset);
    }
    const std::size_t wanted = request.offset + request.k;
    if (diversity.candidates == 0 && wanted > Diversity::kCandidatesMax) {
        return fail(ErrorCode::kInvalidArgument, "diversity with k {}: must be at most {}",
                    request.k, Diversity::kCandidatesMax);
    }
    if (diversity.candidates > 0 && diversity.candidates < wanted) {
        return fail(ErrorCode::kInvalidArgument,
                    "diversity: {} candidates: must be at least offset {} + k {}",
                    diversity.candidates, request.offset, request.k);
    }
    const bool is_farthest =
        request.several && request.several->combine == SeveralVectors::Combine::kFarthest;
    if (!is_farthest) return {};
    return fail(ErrorCode::kInvalidArgument,
                "diversity: chooses among the nearest, not among the farthest");
}

}  // namespace

std::size_t SearchRequest::hits_max() const {
    const bool is_for_each = several && several->combine != SeveralVectors::Combine::kMean;
    if (!is_for_each || several->vectors.empty()) return kKMax;
    return kKMax / several->vectors.size();
}

Result<void> SearchRequest::validate() const {
    if (k == 0 || k > kKMax) {
        return fail(ErrorCode::kInvalidArgument, "k {}: must be 1 to {}", k, kKMax);
    }
    if (offset > kKMax - k) {
        return fail(ErrorCode::kInvalidArgument, "offset {} + k {}: must be at most {}", offset, k,
                    kKMax);
    }
    if (filter) TRY(filter->validate());
    if (excluded) TRY(excluded->validate());
    if (group_cap) TRY(collection::validate(*group_cap));
    if (order) TRY(collection::validate(*order));
    if (diversity) TRY(validate_diversity(*this));
    TRY(collection::validate(facets));
    if (distance_max && std::isnan(*distance_max)) {
        return fail(ErrorCode::kInvalidArgument, "distance_max: not a number");
    }
    if (effort.kind == index::Effort::Kind::kRecall && !(effort.recall > 0 && effort.recall <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "recall {}: must be above 0 and at most 1",
                    effort.recall);
    }
    if (effort.kind == index::Effort::Kind::kEf && (effort.ef == 0 || effort.ef > kEfMax)) {
        return fail(ErrorCode::kInvalidArgument, "ef {}: must be 1 to {}", effort.ef, kEfMax);
    }
    return {};
}

void SearchMethod::add(const SearchMethod& other) {
    path = std::max(path, other.path);
    ef = std::max(ef, other.ef);
    rows_decided += other.rows_decided;
    if (!recall_expected || !other.recall_expected) {
        recall_expected.reset();
        return;
    }
    recall_expected = std::min(*recall_expected, *other.recall_expected);
}

std::string_view name_of(SearchMethod::Path path) {
    switch (path) {
        case SearchMethod::Path::kExact:
            return "exact";
        case SearchMethod::Path::kFilteredScan:
            return "filtered_scan";
        case SearchMethod::Path::kGraph:
            return "graph";
        case SearchMethod::Path::kFilteredGraph:
            return "filtered_graph";
    }
    return "exact";
}

}  // namespace sokkuri::collection
