// Filtered search: the candidates of a search that only some nodes may answer. Two ways, both with
// a pool of passing nodes alone: over the heads of all of them where they are few, else through the
// graph, from passing node to passing node, looking through those that do not pass. A third way,
// a graph search that is wide enough for a filter that lets most pass, needs nothing from here.
#pragma once

#include "index/graph_search.h"
#include "index/prepared_filter.h"

#include <cstddef>

namespace sokkuri::index {

/// The `ef` best of the nodes that pass, nearest first, in scratch.found. O(nodes that pass).
GraphEffort scan_passing_nodes(const GraphView& graph, const PreparedFilter& filter,
                               const HeadQuery& query, std::size_t ef, const simd::Kernels& kernels,
                               GraphScratch& scratch);

/// As search_graph, over the graph of passing nodes in which two are linked when they are in
/// `graph`, or through one node that does not pass; each has at most about kDegree of such links.
/// Of search.entries those count that pass, and of others their passing neighbors.
/// Patel et al. 2024 (ACORN), its γ = 1; ours: a node is looked through once, and entries among the
/// passing nodes make up for parts that do not hang together.
GraphEffort search_passing_graph(const GraphView& graph, const PreparedFilter& filter,
                                 const GraphSearch& search, const simd::Kernels& kernels,
                                 GraphScratch& scratch);

}  // namespace sokkuri::index
