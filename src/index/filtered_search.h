// Filtered search: through the graph, from passing node to passing node, looking through those that
// do not pass. Where few pass, matching_codes.h looks at all of them; where most do, a graph search
// that is wide enough needs nothing from here.
#pragma once

#include "index/graph_search.h"
#include "index/prepared_filter.h"

#include <cstddef>

namespace sokkuri::index {

/// As search_graph, over the graph of passing nodes in which two are linked when they are in
/// `graph`, or through one node that does not pass; each has at most about kDegree of such links.
/// Of search.entries those count that pass, and of others their passing neighbors.
/// Patel et al. 2024 (ACORN), its γ = 1; ours: a node is looked through once, and entries among the
/// passing nodes make up for parts that do not hang together.
GraphEffort search_passing_graph(const GraphView& graph, const PreparedFilter& filter,
                                 const GraphSearch& search, const simd::Kernels& kernels,
                                 GraphScratch& scratch);

}  // namespace sokkuri::index
