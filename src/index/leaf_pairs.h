// Leaf pairs: all pairs inside each leaf of a partition, by tiles: the first guess of who is near
// whom. After PiPNN (2026).
#pragma once

#include "index/graph_partition.h"
#include "index/node_codes.h"

#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::index {

/// For each node the nearest others of each of its leaves; a node met in two leaves comes twice.
class LeafNeighbors {
 public:
    /// Places for neighbors of a node; what a leaf leaves empty is kNoOrdinal.
    static constexpr std::size_t kPerNode = 60;

    /// The leaves hold nodes of `run` alone. O(Σ leaf² × places). Deterministic for any number of
    /// threads.
    static LeafNeighbors find(const GraphWork& work, std::span<const std::vector<Ordinal>> leaves,
                              NodeRun run);

    std::span<const Ordinal> of(Ordinal node) const {
        return std::span(ordinals_).subspan((node - first_) * kPerNode, kPerNode);
    }

 private:
    Ordinal first_ = 0;
    std::vector<Ordinal> ordinals_;  // nodes of the run × kPerNode
};

}  // namespace sokkuri::index
