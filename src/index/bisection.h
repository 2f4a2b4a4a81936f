// Recursive bisection of nodes by two far ones among them: pieces of near nodes, neighboring pieces
// side by side.
#pragma once

#include "index/node_codes.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// Reorders `nodes` and cuts them into runs of at most `piece_max`; returns their sizes in order.
/// Halves are equal by count, so equal nodes end, too. O(count × places × log(count / piece_max)).
std::vector<std::size_t> bisect(const NodeCodes& codes, std::span<Ordinal> nodes,
                                std::size_t piece_max);

}  // namespace sokkuri::index
