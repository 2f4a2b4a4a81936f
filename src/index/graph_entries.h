// The last step of every graph: where searches enter it, and that they get everywhere. Landmarks;
// every node reachable from them; and a landmark of its own for each island: a region with links
// that lead in, of which a best-first search sees none because all of them start far from its way.
#pragma once

#include "index/graph_builder.h"
#include "index/graph_links.h"

namespace sokkuri::index {

/// Chooses graph.landmarks and completes graph.links. O(links) and a search for one node in 16.
/// Deterministic for any number of threads. Leaves things half done when asked to stop.
void settle_entries(const GraphWork& work, Graph& graph);

}  // namespace sokkuri::index
