#include "index/graph_builder.h"

#include "index/graph_entries.h"
#include "index/graph_links.h"
#include "index/graph_reach.h"
#include "index/graph_refine.h"
#include "index/leaf_pairs.h"

#include <utility>

namespace sokkuri::index {

namespace {

std::vector<std::uint32_t> first_links(const GraphWork& work, LeafNeighbors neighbors);

}  // namespace

Result<Graph> build_graph(const GraphNodes& nodes, const Partition& partition,
                          const GraphBuild& build) {
    const NodeCodes codes(nodes, build.kernels, build.threads);
    const GraphWork work{nodes, codes, build.stop, build.threads};
    const auto begin = [&](const char* stage) {
        if (build.on_stage) build.on_stage(stage);
    };
    Graph graph;
    begin("leaf pairs");
    auto neighbors = LeafNeighbors::find(work, partition.leaves, codes.all());
    begin("first links");
    graph.links = first_links(work, std::exchange(neighbors, {}));
    begin("first reverse links");
    add_reverse_links(work, graph.links, 0);
    begin("refinement");
    graph.links = refine_links(work, graph.links);
    begin("reverse links");
    add_reverse_links(work, graph.links, 0);
    begin("reach");
    settle_entries(work, graph);
    if (build.stop.stop_requested()) return fail(ErrorCode::kCancelled, "graph: asked to stop");
    return graph;
}

std::size_t count_unreachable(const Graph& graph) {
    return count_unreachable(graph.links, graph.landmarks);
}

namespace {

std::vector<std::uint32_t> first_links(const GraphWork& work, LeafNeighbors neighbors) {
    std::vector<std::uint32_t> links(work.codes.count() * kDegree, kNoOrdinal);
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
