#include "index/graph_entries.h"

#include "index/graph_landmarks.h"
#include "index/graph_reach.h"
#include "index/graph_refine.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

// Near nodes have near ordinals, so an island of that many is met, and most smaller ones. Of
// 1 M nodes 129 became landmarks.
constexpr std::size_t kNodesPerLook = 16;
constexpr std::size_t kIslandsMax = 512;
// As narrow as searches are: who finds a node at this width finds it at any larger one.
constexpr NodeSearch::Width kLookWidth{.ef = 24};

/// Of one node in kNodesPerLook, those that a search for them does not see. Ascending.
std::vector<Ordinal> lost_nodes(const GraphWork& work, const Graph& graph);
/// Makes some of `lost` landmarks, so that searches see all of them.
void add_islands(const GraphWork& work, std::span<const Ordinal> lost, Graph& graph);

}  // namespace

void settle_entries(const GraphWork& work, Graph& graph) {
    graph.landmarks = choose_landmarks(work.codes);
    make_reachable(work, graph.landmarks, graph.links);
    add_islands(work, lost_nodes(work, graph), graph);
}

namespace {

std::vector<Ordinal> lost_nodes(const GraphWork& work, const Graph& graph) {
    const GraphView view{work.nodes.heads, work.nodes.model.layout, graph.links};
    const LandmarkHeads landmarks(work.nodes, graph.landmarks);
    std::vector<std::uint8_t> is_lost(work.codes.count() / kNodesPerLook + 1);
    for_each_part(work.codes.all(), work.threads, [&](NodeRun part) {
        if (work.stop.stop_requested()) return;
        NodeSearch search(work.codes, view);
        for (Ordinal node = part.first; node < part.end; ++node) {
            if (node % kNodesPerLook != 0) continue;
            is_lost[node / kNodesPerLook] = !search.sees(node, landmarks.view(), kLookWidth);
        }
    });
    std::vector<Ordinal> lost;
    for (std::size_t i = 0; i < is_lost.size(); ++i) {
        if (is_lost[i] != 0) lost.push_back(static_cast<Ordinal>(i * kNodesPerLook));
    }
    return lost;
}

void add_islands(const GraphWork& work, std::span<const Ordinal> lost, Graph& graph) {
    const GraphView view{work.nodes.heads, work.nodes.model.layout, graph.links};
    NodeSearch search(work.codes, view);
    std::size_t islands = 0;
    for (const Ordinal node : lost) {
        if (islands == kIslandsMax || work.stop.stop_requested()) break;
        const LandmarkHeads landmarks(work.nodes, graph.landmarks);
        if (search.sees(node, landmarks.view(), kLookWidth)) continue;
        graph.landmarks.push_back(node);
        ++islands;
    }
    std::ranges::sort(graph.landmarks);
}

}  // namespace

}  // namespace sokkuri::index
