#include "index/graph_links.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

/// Who links to whom: sources of node v are sources[ends[v − 1] … ends[v]), ascending.
struct ReverseLinks {
    std::vector<std::uint64_t> ends;
    std::vector<Ordinal> sources;

    std::span<const Ordinal> of(Ordinal node) const {
        const std::uint64_t first = node == 0 ? 0 : ends[node - 1];
        return std::span(sources).subspan(first, ends[node] - first);
    }
};

ReverseLinks reverse(std::span<const std::uint32_t> links, Ordinal from);
/// Adds `sources` to the links of `node`; false if there is no room for all of them.
bool append_links(NodeLinks links, std::span<const Ordinal> sources);

}  // namespace

void add_reverse_links(const GraphWork& work, std::span<std::uint32_t> links, Ordinal from) {
    const ReverseLinks reversed = reverse(links, from);
    const NodeRun all{0, static_cast<Ordinal>(links.size() / kDegree)};
    for_each_part(all, work.threads, [&](NodeRun part) {
        if (work.stop.stop_requested()) return;
        RobustPrune prune(work.codes);
        std::vector<Ordinal> candidates;
        for (Ordinal node = part.first; node < part.end; ++node) {
            const NodeLinks own = links_of(links, node);
            const std::span<const Ordinal> sources = reversed.of(node);
            if (sources.empty() || append_links(own, sources)) continue;
            candidates.assign(own.begin(), own.end());
            candidates.insert(candidates.end(), sources.begin(), sources.end());
            prune.choose(node, candidates, own);
        }
    });
}

namespace {

ReverseLinks reverse(std::span<const std::uint32_t> links, Ordinal from) {
    ReverseLinks reversed;
    const std::size_t nodes = links.size() / kDegree;
    reversed.ends.assign(nodes + 1, 0);
    for (std::size_t i = from * kDegree; i < links.size(); ++i) {
        if (links[i] != kNoOrdinal) ++reversed.ends[links[i] + 1];
    }
    for (std::size_t node = 0; node < nodes; ++node) {
        reversed.ends[node + 1] += reversed.ends[node];
    }
    // ends[v] is where the next source of v goes; at last it is where they end.
    reversed.sources.resize(reversed.ends.back());
    for (std::size_t i = from * kDegree; i < links.size(); ++i) {
        if (links[i] == kNoOrdinal) continue;
        reversed.sources[reversed.ends[links[i]]++] = static_cast<Ordinal>(i / kDegree);
    }
    return reversed;
}

bool append_links(NodeLinks links, std::span<const Ordinal> sources) {
    auto used = std::find(links.begin(), links.end(), kNoOrdinal);
    const auto before = used;
    for (const Ordinal source : sources) {
        if (std::find(links.begin(), before, source) != before) continue;
        if (used == links.end()) {
            std::fill(before, links.end(), kNoOrdinal);
            return false;
        }
        *used++ = source;
    }
    return true;
}

}  // namespace

}  // namespace sokkuri::index
