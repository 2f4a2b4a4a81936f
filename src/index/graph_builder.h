// Builds the graph over encoded nodes: partition into overlapping leaves, all pairs inside each by
// tiles, robust pruning, reverse edges, one refinement by search, then every node made reachable
// from the landmarks. Deterministic for any number of threads. After PiPNN (2026) and Vamana
// (Subramanya et al. 2019); ours: 4-bit codes throughout, no far edges.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/segment.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace sokkuri::index {

/// Heads of the nodes in ordinal order.
struct GraphNodes {
    std::span<const std::uint8_t> heads;
    const HeadModel& model;
    std::size_t count() const { return heads.size() / model.layout.row_bytes(); }
};

/// An order in which near nodes lie near each other: order[i] is the node that becomes ordinal i.
/// And the leaves of the partition, in terms of the new ordinals.
struct Partition {
    std::vector<std::uint32_t> order;
    std::vector<std::vector<Ordinal>> leaves;  // overlapping, each at most kLeafNodesMax
};
inline constexpr std::size_t kLeafNodesMax = 2'000;

Partition partition_nodes(const GraphNodes& nodes, std::uint64_t seed, const simd::Kernels& kernels,
                          ThreadPool& threads);

struct Graph {
    std::vector<std::uint32_t> links;  // count × kDegree
    std::vector<Ordinal> landmarks;
};

struct GraphBuild {
    std::uint64_t seed = 1;
    std::stop_token stop;
};

/// `nodes` in the partition's order. kCancelled when asked to stop.
Result<Graph> build_graph(const GraphNodes& nodes, const Partition& partition,
                          const GraphBuild& build, const simd::Kernels& kernels,
                          ThreadPool& threads);

/// Adds nodes graph.links.size() / kDegree … nodes.count() − 1 to a graph over the first ones, in
/// batches; also how a merge puts the rows of small segments into the graph of the largest. Every
/// node is reachable afterwards.
Result<void> add_to_graph(const GraphNodes& nodes, Graph& graph, const GraphBuild& build,
                          const simd::Kernels& kernels, ThreadPool& threads);

/// Nodes that no landmark reaches by links: 0 for a graph that may be published.
std::size_t count_unreachable(const GraphNodes& nodes, const Graph& graph);

}  // namespace sokkuri::index
