// Recommend: what goes with some items and not with others; or what is least like all of them. A
// search by several (search.h), put together from what somebody likes and dislikes. Pure.
#pragma once

#include "base/result.h"
#include "service/search.h"

#include <vector>

namespace sokkuri::service {

struct Taste {
    enum class Wish {
        kAlike,   // near the weighted mean of what is liked, away from what is disliked
        kUnlike,  // the items whose nearest of all that is given is farthest, exactly
    };
    std::vector<BySeveral::Part> positive;  // weights above 0
    std::vector<BySeveral::Part> negative;  // likewise: how much they push away
    Wish wish = Wish::kAlike;
};

/// kInvalidArgument: nothing given, too much of it, weights that are not above 0; with kUnlike
/// negatives and weights, too, because what is given is kept away from already.
Result<BySeveral> search_of(const Taste& taste);

}  // namespace sokkuri::service
