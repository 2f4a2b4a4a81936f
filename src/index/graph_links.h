// Links of a graph: a fixed number of places a node, and their reverse side.
#pragma once

#include "index/node_codes.h"
#include "index/robust_prune.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

inline NodeLinks links_of(std::span<std::uint32_t> links, std::size_t node) {
    return links.subspan(node * kDegree).first<kDegree>();
}
inline std::span<const std::uint32_t, kDegree> links_of(std::span<const std::uint32_t> links,
                                                        std::size_t node) {
    return links.subspan(node * kDegree).first<kDegree>();
}

/// Gives every node that was linked to a link back, as far as there is room or pruning leaves it:
/// all links are looked at before the first is changed, so order does not matter. `from` limits
/// that to links of the nodes from there on. O(links × places).
void add_reverse_links(const GraphWork& work, std::span<std::uint32_t> links, Ordinal from);

}  // namespace sokkuri::index
