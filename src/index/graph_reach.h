// Reach: every node can be walked to from the landmarks, or it would never be found. A flood finds
// those that cannot; each gets a link from a near node that can. Only links that the flood did not
// need are given up for that, so nothing gets lost while something is found.
#pragma once

#include "index/graph_landmarks.h"
#include "index/graph_links.h"

#include <span>

namespace sokkuri::index {

/// Makes all nodes reachable from `landmarks` (at least one if there is a node); returns how many
/// were not. Deterministic for any number of threads.
std::size_t make_reachable(const GraphWork& work, std::span<const Ordinal> landmarks,
                           std::span<std::uint32_t> links);

/// O(links).
std::size_t count_unreachable(std::span<const std::uint32_t> links,
                              std::span<const Ordinal> landmarks);

}  // namespace sokkuri::index
