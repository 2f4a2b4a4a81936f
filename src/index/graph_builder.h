// Builds the graph over encoded nodes: partition into overlapping leaves, all pairs inside each by
// tiles, robust pruning, reverse links, one refinement by search, then every node made reachable
// from the landmarks. Deterministic: the same bytes for any number of threads. After PiPNN (2026)
// and Vamana (Subramanya et al. 2019); ours: codes of few bits throughout, no far links.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/graph_nodes.h"
#include "index/graph_partition.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

struct Graph {
    std::vector<std::uint32_t> links;  // count × kDegree, unused ones kNoOrdinal at the end
    std::vector<Ordinal> landmarks;    // where searches start; from there every node is reachable
};

/// `nodes` in the partition's order. kCancelled when asked to stop. About 50 µs of processor time a
/// node of 128 bytes; beside nodes and result 240 bytes a node.
Result<Graph> build_graph(const GraphNodes& nodes, const Partition& partition,
                          const GraphBuild& build);

/// Adds nodes graph.links.size() / kDegree … nodes.count() − 1 to a graph over the first ones, in
/// batches; also how a merge puts the rows of small segments into the graph of the largest. Chooses
/// landmarks anew. kCancelled leaves the graph unfit for use.
Result<void> add_to_graph(const GraphNodes& nodes, Graph& graph, const GraphBuild& build);

/// The graph over the nodes that stay: `new_ordinals[o]` is kNoOrdinal for those that go, else how
/// many before `o` stay. Nodes that lose links get others instead, from among the links of those
/// that went. kCancelled when asked to stop.
/// Singh et al. 2021 (FreshDiskANN), algorithm 4.
Result<Graph> remove_from_graph(const GraphNodes& nodes, std::span<const std::uint32_t> links,
                                std::span<const Ordinal> new_ordinals, const GraphBuild& build);

/// Nodes that no landmark reaches by links: 0 for a graph that may be published. O(links).
std::size_t count_unreachable(const Graph& graph);

}  // namespace sokkuri::index
