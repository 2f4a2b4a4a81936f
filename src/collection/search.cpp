#include "collection/search.h"

#include <cmath>

namespace sokkuri::collection {

Result<void> SearchRequest::validate() const {
    if (k == 0 || k > kKMax) {
        return fail(ErrorCode::kInvalidArgument, "k {}: must be 1 to {}", k, kKMax);
    }
    if (offset > kKMax - k) {
        return fail(ErrorCode::kInvalidArgument, "offset {} + k {}: must be at most {}", offset, k,
                    kKMax);
    }
    if (filter) TRY(filter->validate());
    if (group_cap) TRY(collection::validate(*group_cap));
    if (order) TRY(collection::validate(*order));
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
