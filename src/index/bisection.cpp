#include "index/bisection.h"

#include <algorithm>
#include <utility>

namespace sokkuri::index {

namespace {

/// The one farthest from `from`; the first of several.
Ordinal farthest(const NodeCodes& codes, Ordinal from, std::span<const Ordinal> nodes);
/// Sorts by how much nearer a node is to one pole than to the other.
void sort_between_poles(const NodeCodes& codes, std::span<Ordinal> nodes);

}  // namespace

std::vector<std::size_t> bisect(const NodeCodes& codes, std::span<Ordinal> nodes,
                                std::size_t piece_max) {
    std::vector<std::size_t> pieces;
    std::vector<std::span<Ordinal>> open = {nodes};
    while (!open.empty()) {
        const std::span<Ordinal> part = open.back();
        open.pop_back();
        if (part.size() <= piece_max) {
            if (!part.empty()) pieces.push_back(part.size());
            continue;
        }
        sort_between_poles(codes, part);
        const std::size_t half = part.size() / 2;
        open.push_back(part.subspan(half));
        open.push_back(part.first(half));
    }
    return pieces;
}

namespace {

void sort_between_poles(const NodeCodes& codes, std::span<Ordinal> nodes) {
    const Ordinal one = farthest(codes, nodes.front(), nodes);
    const Ordinal other = farthest(codes, one, nodes);
    std::vector<std::int32_t> to_one(nodes.size());
    std::vector<std::int32_t> to_other(nodes.size());
    codes.distances(codes.query_of(one), nodes, to_one.data());
    codes.distances(codes.query_of(other), nodes, to_other.data());
    std::vector<std::pair<std::int32_t, Ordinal>> keyed(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        keyed[i] = {to_one[i] - to_other[i], nodes[i]};
    }
    std::sort(keyed.begin(), keyed.end());
    std::transform(keyed.begin(), keyed.end(), nodes.begin(),
                   [](const auto& entry) { return entry.second; });
}

Ordinal farthest(const NodeCodes& codes, Ordinal from, std::span<const Ordinal> nodes) {
    std::vector<std::int32_t> distances(nodes.size());
    codes.distances(codes.query_of(from), nodes, distances.data());
    return nodes[static_cast<std::size_t>(std::max_element(distances.begin(), distances.end()) -
                                          distances.begin())];
}

}  // namespace

}  // namespace sokkuri::index
