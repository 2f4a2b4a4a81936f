// Partition of the nodes into overlapping leaves of near ones, and an order of all nodes in which
// near ones lie near each other. Leaders are random nodes; each node joins the leaves of its three
// nearest. After PiPNN (2026).
#pragma once

#include "index/graph_nodes.h"

#include <cstdint>
#include <vector>

namespace sokkuri::index {

inline constexpr std::size_t kLeafNodesMax = 2'000;

/// order[i] is the node that becomes ordinal i. The leaves are in terms of the new ordinals.
struct Partition {
    std::vector<std::uint32_t> order;
    std::vector<std::vector<Ordinal>> leaves;  // each at most kLeafNodesMax
};

/// O(count² / 300 × places). The same for any number of threads.
Partition partition_nodes(const GraphNodes& nodes, const GraphBuild& build);

}  // namespace sokkuri::index
