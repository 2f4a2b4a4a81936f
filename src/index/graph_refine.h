// Refinement: better candidates for the links of a node, by searching for it on a graph that does
// not change meanwhile.
#pragma once

#include "index/graph_links.h"
#include "index/graph_search.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// Searches for nodes; the scratch memory of one thread. Borrows all.
class NodeSearch {
 public:
    NodeSearch(const NodeCodes& codes, const GraphView& graph) : codes_(codes), graph_(graph) {}

    struct Width {
        std::size_t ef = 64;
        std::size_t expansions_max = SIZE_MAX;
    };
    /// The best nodes seen from `entries` on, nearest first; `node` may be among them.
    std::span<const Candidate> find(Ordinal node, std::span<const Ordinal> entries, Width width);
    /// From the landmarks nearest to it on.
    std::span<const Candidate> find(Ordinal node, const LandmarksView& landmarks, Width width);
    /// Whether that finds the node, or so many that look like it to a search that it need not.
    bool sees(Ordinal node, const LandmarksView& landmarks, Width width);

 private:
    /// Under the query of the last search.
    float score_of(Ordinal node) const;

    const NodeCodes& codes_;
    const GraphView graph_;
    HeadQuery query_;
    GraphScratch scratch_;
    std::vector<Ordinal> entries_;
};

/// New links for all nodes: each searches from itself on `graph`; what it finds and its old links
/// are pruned. O(nodes × places), about 25 µs each.
std::vector<std::uint32_t> refine_links(const GraphWork& work,
                                        std::span<const std::uint32_t> links);

}  // namespace sokkuri::index
