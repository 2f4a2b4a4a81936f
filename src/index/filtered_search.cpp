#include "index/filtered_search.h"

#include "index/graph_walk.h"

#include <algorithm>
#include <array>

namespace sokkuri::index {

namespace {

// Passing nodes, evenly spread over the segment (ordinals follow the partition), that are scored as
// entries: with the landmarks they find every part of a filter's nodes that is worth it.
constexpr std::size_t kSampledEntries = 128;
// Rows of links asked for before they are looked through; the last ones are often not needed.
constexpr std::size_t kLinkRowsAhead = 8;

void enter(const PreparedFilter& filter, const GraphSearch& search, GraphWalk& walk);
std::size_t visit_passing_links(Ordinal node, const PreparedFilter& filter, GraphWalk& walk);
void expand(Ordinal node, const PreparedFilter& filter, GraphWalk& walk);

}  // namespace

GraphEffort search_passing_graph(const GraphView& graph, const PreparedFilter& filter,
                                 const GraphSearch& search, const simd::Kernels& kernels,
                                 GraphScratch& scratch) {
    GraphWalk walk(graph, search, kernels, scratch);
    enter(filter, search, walk);
    for (std::size_t left = search.expansions_max; left > 0 && walk.has_next(); --left) {
        expand(walk.take_next(), filter, walk);
        walk.prefetch_next();
        walk.settle();
    }
    return walk.finish();
}

namespace {

void enter(const PreparedFilter& filter, const GraphSearch& search, GraphWalk& walk) {
    for (const Ordinal entry : search.entries) {
        if (filter.passes(entry)) {
            walk.visit(entry);
        } else if (walk.mark(entry)) {
            visit_passing_links(entry, filter, walk);
        }
        if (walk.fresh_count() >= kDegree) walk.settle();
    }
    const std::span<const Ordinal> ordinals = filter.ordinals();
    const std::size_t step = ordinals.size() / kSampledEntries + 1;
    for (std::size_t i = step / 2; i < ordinals.size(); i += step) {
        walk.visit(ordinals[i]);
        if (walk.fresh_count() >= kDegree) walk.settle();
    }
    walk.settle();
}

/// Returns how many of the node's links pass, visited before or not: at most kDegree.
std::size_t visit_passing_links(Ordinal node, const PreparedFilter& filter, GraphWalk& walk) {
    const std::uint32_t* const links = walk.links_of(node);
    std::size_t passing = 0;
    for (std::size_t i = 0; i < kDegree && walk.is_node(links[i]); ++i) {
        if (!filter.passes(links[i])) continue;
        walk.visit(links[i]);
        ++passing;
    }
    return passing;
}

/// Neighbors that pass; then, until they are kDegree, what passes among the neighbors of others,
/// nearest ones first as links are ordered.
void expand(Ordinal node, const PreparedFilter& filter, GraphWalk& walk) {
    std::array<Ordinal, kDegree> others;
    std::size_t other_count = 0;
    std::size_t passing = 0;
    const std::uint32_t* const links = walk.links_of(node);
    for (std::size_t i = 0; i < kDegree && walk.is_node(links[i]); ++i) {
        if (filter.passes(links[i])) {
            walk.visit(links[i]);
            ++passing;
        } else if (!walk.was_visited(links[i])) {
            others[other_count++] = links[i];
        }
    }
    for (std::size_t i = 0; i < std::min(kLinkRowsAhead, other_count); ++i) {
        walk.prefetch_links(others[i]);
    }
    for (std::size_t i = 0; i < other_count && passing < kDegree; ++i) {
        if (i + kLinkRowsAhead < other_count) walk.prefetch_links(others[i + kLinkRowsAhead]);
        walk.mark(others[i]);
        passing += visit_passing_links(others[i], filter, walk);
    }
}

}  // namespace

}  // namespace sokkuri::index
