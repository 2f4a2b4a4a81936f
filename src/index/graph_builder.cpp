#include "index/graph_builder.h"

#include "index/graph_landmarks.h"
#include "index/graph_links.h"
#include "index/graph_reach.h"
#include "index/graph_refine.h"
#include "index/leaf_pairs.h"

namespace sokkuri::index {

namespace {

/// From all pairs inside leaves.
std::vector<std::uint32_t> first_links(const GraphWork& work, const Partition& partition);

}  // namespace

Result<Graph> build_graph(const GraphNodes& nodes, const Partition& partition,
                          const GraphBuild& build) {
    const NodeCodes codes(nodes, build.kernels, build.threads);
    const GraphWork work{nodes, codes, build.stop, build.threads};
    Graph graph;
    graph.links = first_links(work, partition);
    add_reverse_links(work, graph.links, 0);
    graph.links = refine_links(work, graph.links);
    add_reverse_links(work, graph.links, 0);
    graph.landmarks = choose_landmarks(codes);
    make_reachable(work, graph.landmarks, graph.links);
    if (build.stop.stop_requested()) return fail(ErrorCode::kCancelled, "graph: asked to stop");
    return graph;
}

std::size_t count_unreachable(const Graph& graph) {
    return count_unreachable(graph.links, graph.landmarks);
}

namespace {

std::vector<std::uint32_t> first_links(const GraphWork& work, const Partition& partition) {
    std::vector<std::uint32_t> links(work.codes.count() * kDegree, kNoOrdinal);
    const LeafNeighbors neighbors = LeafNeighbors::find(work, partition.leaves, work.codes.all());
    for_each_part(work.codes.all(), work.threads, [&](NodeRun part) {
        if (work.stop.stop_requested()) return;
        RobustPrune prune(work.codes);
        std::vector<Ordinal> candidates;
        for (Ordinal node = part.first; node < part.end; ++node) {
            const auto near = neighbors.of(node);
            candidates.assign(near.begin(), near.end());
            prune.choose(node, candidates, links_of(std::span(links), node));
        }
    });
    return links;
}

}  // namespace

}  // namespace sokkuri::index
