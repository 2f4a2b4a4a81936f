// remove_from_graph: a node that loses a link takes over the links of the neighbor it lost. The
// measure is the full degree, not what the node happened to have: after many removals a graph must
// not be thinner than a fresh one.
#include "index/graph_builder.h"
#include "index/graph_entries.h"
#include "index/graph_links.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

/// Which nodes stay, and the graph they were in.
struct Removal {
    std::span<const std::uint32_t> links;
    std::span<const Ordinal> new_ordinals;

    bool stays(Ordinal node) const { return new_ordinals[node] != kNoOrdinal; }
};

std::vector<std::uint8_t> heads_that_stay(const GraphNodes& nodes, const Removal& removal);
/// In the new ordinals.
std::vector<std::uint32_t> repaired_links(const GraphWork& work, const Removal& removal);
/// Links of `node` that stay and, if some go, what those led to, at most two steps away.
bool gather_candidates(const Removal& removal, Ordinal node, std::vector<Ordinal>& candidates);

}  // namespace

Result<Graph> remove_from_graph(const GraphNodes& nodes, std::span<const std::uint32_t> links,
                                std::span<const Ordinal> new_ordinals, const GraphBuild& build) {
    const Removal removal{links, new_ordinals};
    Graph graph;
    {
        const NodeCodes codes(nodes, build.kernels, build.threads);
        graph.links = repaired_links({nodes, codes, build.stop, build.threads}, removal);
    }
    const std::vector<std::uint8_t> heads = heads_that_stay(nodes, removal);
    const GraphNodes staying{heads, nodes.model};
    const NodeCodes codes(staying, build.kernels, build.threads);
    const GraphWork work{staying, codes, build.stop, build.threads};
    add_reverse_links(work, graph.links, 0);
    settle_entries(work, graph);
    if (build.stop.stop_requested()) return fail(ErrorCode::kCancelled, "graph: asked to stop");
    return graph;
}

namespace {

std::vector<std::uint8_t> heads_that_stay(const GraphNodes& nodes, const Removal& removal) {
    const std::size_t row = nodes.model.layout.row_bytes();
    std::vector<std::uint8_t> heads;
    for (Ordinal node = 0; node < nodes.count(); ++node) {
        if (!removal.stays(node)) continue;
        const auto head = nodes.heads.subspan(node * row, row);
        heads.insert(heads.end(), head.begin(), head.end());
    }
    return heads;
}

std::vector<std::uint32_t> repaired_links(const GraphWork& work, const Removal& removal) {
    const auto staying = std::count_if(removal.new_ordinals.begin(), removal.new_ordinals.end(),
                                       [](Ordinal ordinal) { return ordinal != kNoOrdinal; });
    std::vector<std::uint32_t> repaired(static_cast<std::size_t>(staying) * kDegree, kNoOrdinal);
    for_each_part(work.codes.all(), work.threads, [&](NodeRun part) {
        if (work.stop.stop_requested()) return;
        RobustPrune prune(work.codes);
        std::vector<Ordinal> candidates;
        for (Ordinal node = part.first; node < part.end; ++node) {
            if (!removal.stays(node)) continue;
            const NodeLinks own = links_of(std::span(repaired), removal.new_ordinals[node]);
            if (gather_candidates(removal, node, candidates)) {
                prune.choose(node, candidates, own);
            } else {
                std::copy(candidates.begin(), candidates.end(), own.begin());
            }
            for (std::uint32_t& link : own) {
                if (link != kNoOrdinal) link = removal.new_ordinals[link];
            }
        }
    });
    return repaired;
}

bool gather_candidates(const Removal& removal, Ordinal node, std::vector<Ordinal>& candidates) {
    candidates.clear();
    std::vector<Ordinal> gone;
    const auto follow = [&](Ordinal from) {
        for (const Ordinal link : links_of(removal.links, from)) {
            if (link >= removal.new_ordinals.size()) break;  // unused, or of a damaged file
            (removal.stays(link) ? candidates : gone).push_back(link);
        }
    };
    follow(node);
    const std::size_t lost = gone.size();
    for (std::size_t i = 0; i < lost; ++i) {
        follow(gone[i]);
    }
    // Where most of a neighborhood went, one step is not enough.
    const std::size_t found = gone.size();
    for (std::size_t i = lost; i < found && candidates.size() < RobustPrune::kCandidatesMax; ++i) {
        follow(gone[i]);
    }
    return lost > 0;
}

}  // namespace

}  // namespace sokkuri::index
