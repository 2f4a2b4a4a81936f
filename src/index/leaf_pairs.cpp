#include "index/leaf_pairs.h"

#include "index/packed_nodes.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

/// Which of a node's leaves each membership is: parallel to `leaves`.
std::vector<std::vector<std::uint8_t>> number_memberships(
    std::span<const std::vector<Ordinal>> leaves, NodeRun run);
std::size_t most_memberships(std::span<const std::vector<std::uint8_t>> numbers);

}  // namespace

LeafNeighbors LeafNeighbors::find(const GraphWork& work,
                                  std::span<const std::vector<Ordinal>> leaves, NodeRun run) {
    LeafNeighbors result;
    result.first_ = run.first;
    result.ordinals_.assign(run.size() * kPerNode, kNoOrdinal);
    const auto numbers = number_memberships(leaves, run);
    const std::size_t wanted = kPerNode / most_memberships(numbers);
    work.threads.for_each(leaves.size(), [&](std::size_t leaf) {
        if (work.stop.stop_requested()) return;
        const std::vector<Ordinal>& nodes = leaves[leaf];
        const PackedNodes packed(work.codes, nodes);
        // One more, for each node is its own neighbor.
        packed.nearest(nodes, wanted + 1, [&](std::size_t i, auto nearest) {
            Ordinal* place = result.ordinals_.data() + (nodes[i] - run.first) * kPerNode +
                             numbers[leaf][i] * wanted;
            std::size_t written = 0;
            for (const KeyedPosition near : nearest) {
                if (near.position() == i || written == wanted) continue;
                place[written++] = nodes[near.position()];
            }
        });
    });
    return result;
}

namespace {

std::vector<std::vector<std::uint8_t>> number_memberships(
    std::span<const std::vector<Ordinal>> leaves, NodeRun run) {
    std::vector<std::uint8_t> seen(run.size(), 0);
    std::vector<std::vector<std::uint8_t>> numbers;
    numbers.reserve(leaves.size());
    for (const std::vector<Ordinal>& leaf : leaves) {
        std::vector<std::uint8_t>& of_leaf = numbers.emplace_back();
        of_leaf.reserve(leaf.size());
        for (const Ordinal node : leaf) {
            of_leaf.push_back(seen[node - run.first]++);
        }
    }
    return numbers;
}

std::size_t most_memberships(std::span<const std::vector<std::uint8_t>> numbers) {
    std::uint8_t most = 0;
    for (const std::vector<std::uint8_t>& of_leaf : numbers) {
        for (const std::uint8_t number : of_leaf) {
            most = std::max(most, number);
        }
    }
    return std::size_t{most} + 1;
}

}  // namespace

}  // namespace sokkuri::index
