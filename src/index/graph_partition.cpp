#include "index/graph_partition.h"

#include "index/bisection.h"
#include "index/packed_nodes.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <tuple>

namespace sokkuri::index {

namespace {

// Measured: leaves of 890 nodes on average when each node is in three.
constexpr std::size_t kNodesPerLeader = 300;
constexpr std::size_t kLeadersPerNode = 3;

/// A node's nearest leaders, as positions in the leaders' order; those beyond their number repeat
/// the first.
struct Membership {
    std::array<std::uint32_t, kLeadersPerNode> leaders;
    std::int32_t key;  // to the first
};

std::vector<Ordinal> choose_leaders(const NodeCodes& codes, std::uint64_t seed);
std::vector<Membership> join_leaders(const NodeCodes& codes, std::span<const Ordinal> leaders,
                                     ThreadPool& threads);
std::vector<std::uint32_t> order_by_leader(std::span<const Membership> memberships);
/// In terms of nodes.
std::vector<std::vector<Ordinal>> gather_leaves(std::span<const Membership> memberships,
                                                std::size_t leaders);
std::vector<std::vector<Ordinal>> split_large(const NodeCodes& codes,
                                              std::vector<std::vector<Ordinal>> leaves,
                                              ThreadPool& threads);
/// From nodes to their ordinals.
void renumber(std::span<std::vector<Ordinal>> leaves, std::span<const std::uint32_t> order,
              ThreadPool& threads);

}  // namespace

Partition partition_nodes(const GraphNodes& nodes, const GraphBuild& build) {
    Partition partition;
    if (nodes.count() == 0) return partition;
    const NodeCodes codes(nodes, build.kernels, build.threads);
    const std::vector<Ordinal> leaders = choose_leaders(codes, build.seed);
    const std::vector<Membership> memberships = join_leaders(codes, leaders, build.threads);
    partition.order = order_by_leader(memberships);
    if (nodes.count() <= kLeafNodesMax) {
        partition.leaves.emplace_back(nodes.count());
        std::iota(partition.leaves.front().begin(), partition.leaves.front().end(), 0U);
        return partition;
    }
    partition.leaves =
        split_large(codes, gather_leaves(memberships, leaders.size()), build.threads);
    renumber(partition.leaves, partition.order, build.threads);
    return partition;
}

namespace {

std::vector<Ordinal> choose_leaders(const NodeCodes& codes, std::uint64_t seed) {
    // One at random out of each run of nodes: all different without looking.
    const std::size_t count = std::max<std::size_t>(1, codes.count() / kNodesPerLeader);
    std::mt19937_64 random(seed);
    std::vector<Ordinal> leaders(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t first = i * codes.count() / count;
        const std::size_t end = (i + 1) * codes.count() / count;
        leaders[i] = static_cast<Ordinal>(first + random() % (end - first));
    }
    bisect(codes, leaders, 1);
    return leaders;
}

std::vector<Membership> join_leaders(const NodeCodes& codes, std::span<const Ordinal> leaders,
                                     ThreadPool& threads) {
    const PackedNodes packed(codes, leaders);
    std::vector<Membership> memberships(codes.count());
    for_each_part(codes.all(), threads, [&](NodeRun part) {
        std::vector<Ordinal> nodes(part.size());
        std::iota(nodes.begin(), nodes.end(), part.first);
        packed.nearest(nodes, kLeadersPerNode, [&](std::size_t i, auto nearest) {
            Membership& membership = memberships[nodes[i]];
            membership.key = nearest.front().key();
            for (std::size_t k = 0; k < kLeadersPerNode; ++k) {
                membership.leaders[k] = nearest[k < nearest.size() ? k : 0].position();
            }
        });
    });
    // Keys leave out what depends on the node alone; within a leaf the distance counts.
    for (Ordinal node = 0; node < memberships.size(); ++node) {
        memberships[node].key += codes.query_term(node);
    }
    return memberships;
}

std::vector<std::uint32_t> order_by_leader(std::span<const Membership> memberships) {
    std::vector<std::uint32_t> order(memberships.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Membership& one = memberships[a];
        const Membership& other = memberships[b];
        return std::tie(one.leaders[0], one.key, a) < std::tie(other.leaders[0], other.key, b);
    });
    return order;
}

std::vector<std::vector<Ordinal>> gather_leaves(std::span<const Membership> memberships,
                                                std::size_t leaders) {
    std::vector<std::vector<Ordinal>> leaves(leaders);
    for (Ordinal node = 0; node < memberships.size(); ++node) {
        const auto& joined = memberships[node].leaders;
        for (std::size_t k = 0; k < kLeadersPerNode; ++k) {
            if (k > 0 && joined[k] == joined[0]) break;
            leaves[joined[k]].push_back(node);
        }
    }
    return leaves;
}

std::vector<std::vector<Ordinal>> split_large(const NodeCodes& codes,
                                              std::vector<std::vector<Ordinal>> leaves,
                                              ThreadPool& threads) {
    std::vector<std::vector<std::size_t>> pieces(leaves.size());
    threads.for_each(leaves.size(), [&](std::size_t leaf) {
        pieces[leaf] = bisect(codes, leaves[leaf], kLeafNodesMax);
    });
    std::vector<std::vector<Ordinal>> result;
    for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
        auto next = leaves[leaf].begin();
        for (const std::size_t size : pieces[leaf]) {
            const auto end = next + static_cast<std::ptrdiff_t>(size);
            result.emplace_back(next, end);
            next = end;
        }
        leaves[leaf] = {};
    }
    return result;
}

void renumber(std::span<std::vector<Ordinal>> leaves, std::span<const std::uint32_t> order,
              ThreadPool& threads) {
    std::vector<Ordinal> ordinal_of(order.size());
    for (Ordinal ordinal = 0; ordinal < order.size(); ++ordinal) {
        ordinal_of[order[ordinal]] = ordinal;
    }
    threads.for_each(leaves.size(), [&](std::size_t leaf) {
        for (Ordinal& node : leaves[leaf]) {
            node = ordinal_of[node];
        }
        std::sort(leaves[leaf].begin(), leaves[leaf].end());
    });
}

}  // namespace

}  // namespace sokkuri::index
