#include "collection/arrangement.h"

#include "collection/filter.h"

namespace sokkuri::collection {

Result<void> validate(const GroupCap& cap) {
    TRY(validate_path(cap.path));
    if (cap.hits_max >= 1) return {};
    return fail(ErrorCode::kInvalidArgument, "group of {}: at most 0 hits: must be 1 or more",
                cap.path);
}

Result<void> validate(const HitOrder& order) {
    return validate_path(order.path);
}

Result<void> validate(const std::vector<FacetRequest>& facets) {
    if (facets.size() > kFacetsMax) {
        return fail(ErrorCode::kInvalidArgument, "{} facets: at most {}", facets.size(),
                    kFacetsMax);
    }
    for (const FacetRequest& facet : facets) {
        TRY(validate_path(facet.path));
        if (facet.values_max >= 1 && facet.values_max <= kFacetCountsMax) continue;
        return fail(ErrorCode::kInvalidArgument, "facet of {}: {} values: must be 1 to {}",
                    facet.path, facet.values_max, kFacetCountsMax);
    }
    return {};
}

Result<void> validate(const Diversity& diversity) {
    if (!(diversity.strength >= 0 && diversity.strength <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "diversity {}: must be 0 to 1",
                    diversity.strength);
    }
    if (diversity.candidates <= Diversity::kCandidatesMax) return {};
    return fail(ErrorCode::kInvalidArgument, "diversity: {} candidates: at most {}",
                diversity.candidates, Diversity::kCandidatesMax);
}

}  // namespace sokkuri::collection
