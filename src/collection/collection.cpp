#include "collection/collection.h"

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
    if (distance_max && std::isnan(*distance_max)) {
        return fail(ErrorCode::kInvalidArgument, "distance_max: not a number");
    }
    return {};
}

}  // namespace sokkuri::collection
