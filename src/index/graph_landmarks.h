// Landmarks of a graph: nodes spread as the data are, where searches start and from where every
// node must be reachable.
#pragma once

#include "index/graph_search.h"
#include "index/node_codes.h"

#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// At most 512; one node in 64 of a small graph. Ascending; at least one if there is a node.
std::vector<Ordinal> choose_landmarks(const NodeCodes& codes);

/// Landmarks and their heads side by side, for choose_entries.
class LandmarkHeads {
 public:
    LandmarkHeads(const GraphNodes& nodes, std::span<const Ordinal> landmarks);
    LandmarksView view() const { return {heads_, layout_, ordinals_}; }

 private:
    HeadLayout layout_;
    std::vector<Ordinal> ordinals_;
    std::vector<std::uint8_t> heads_;
};

}  // namespace sokkuri::index
