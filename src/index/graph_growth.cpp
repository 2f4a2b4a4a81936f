// add_to_graph: batches of new nodes, each searched for on the graph as it was before the batch and
// compared among themselves, so that neither order nor threads matter within one.
#include "index/graph_builder.h"
#include "index/graph_entries.h"
#include "index/graph_landmarks.h"
#include "index/graph_links.h"
#include "index/graph_refine.h"
#include "index/leaf_pairs.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

constexpr NodeSearch::Width kInsertWidth{.ef = 96};
// A batch is a small part of what is there, so that most neighbors of its nodes can be found.
constexpr std::size_t kShareOfGraph = 10;
constexpr std::size_t kBatchMin = 256;
constexpr std::size_t kBatchMax = 32'768;

std::size_t batch_size(std::size_t nodes_there);
/// Leaves of the nodes of `batch` alone.
std::vector<std::vector<Ordinal>> leaves_of(const GraphNodes& nodes, NodeRun batch,
                                            const GraphBuild& build);
void link_batch(const GraphWork& work, NodeRun batch, std::span<const std::vector<Ordinal>> leaves,
                Graph& graph);

}  // namespace

Result<void> add_to_graph(const GraphNodes& nodes, Graph& graph, const GraphBuild& build) {
    const NodeCodes codes(nodes, build.kernels, build.threads);
    const GraphWork work{nodes, codes, build.stop, build.threads};
    graph.links.reserve(nodes.count() * kDegree);
    for (std::size_t first = graph.links.size() / kDegree; first < nodes.count();) {
        const std::size_t end = std::min(first + batch_size(first), nodes.count());
        const NodeRun batch{static_cast<Ordinal>(first), static_cast<Ordinal>(end)};
        link_batch(work, batch, leaves_of(nodes, batch, build), graph);
        if (build.stop.stop_requested()) return fail(ErrorCode::kCancelled, "graph: asked to stop");
        first = end;
    }
    settle_entries(work, graph);
    if (build.stop.stop_requested()) return fail(ErrorCode::kCancelled, "graph: asked to stop");
    return {};
}

namespace {

std::size_t batch_size(std::size_t nodes_there) {
    return std::clamp(nodes_there / kShareOfGraph, kBatchMin, kBatchMax);
}

std::vector<std::vector<Ordinal>> leaves_of(const GraphNodes& nodes, NodeRun batch,
                                            const GraphBuild& build) {
    const std::size_t row = nodes.model.layout.row_bytes();
    Partition partition = partition_nodes(
        {nodes.heads.subspan(batch.first * row, batch.size() * row), nodes.model}, build);
    for (std::vector<Ordinal>& leaf : partition.leaves) {
        for (Ordinal& node : leaf) {
            node = batch.first + partition.order[node];
        }
    }
    return std::move(partition.leaves);
}

void link_batch(const GraphWork& work, NodeRun batch, std::span<const std::vector<Ordinal>> leaves,
                Graph& graph) {
    const LeafNeighbors neighbors = LeafNeighbors::find(work, leaves, batch);
    const LandmarkHeads landmarks(work.nodes, graph.landmarks);
    graph.links.resize(batch.end * kDegree, kNoOrdinal);
    const std::span<std::uint32_t> links(graph.links);
    const GraphView before{work.nodes.heads, work.nodes.model.layout,
                           links.first(batch.first * kDegree)};
    for_each_part(batch, work.threads, [&](NodeRun part) {
        if (work.stop.stop_requested()) return;
        NodeSearch search(work.codes, before);
        RobustPrune prune(work.codes);
        std::vector<Ordinal> candidates;
        for (Ordinal node = part.first; node < part.end; ++node) {
            const auto near = neighbors.of(node);
            candidates.assign(near.begin(), near.end());
            for (const Candidate& found : search.find(node, landmarks.view(), kInsertWidth)) {
                candidates.push_back(found.ordinal);
            }
            prune.choose(node, candidates, links_of(links, node));
        }
    });
    add_reverse_links(work, links, batch.first);
}

}  // namespace

}  // namespace sokkuri::index
