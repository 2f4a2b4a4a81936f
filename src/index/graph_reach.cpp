#include "index/graph_reach.h"

#include "base/check.h"
#include "index/graph_refine.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

// Unreachable nodes that search for a host before any of them gets one: bounds memory, and later
// ones find the earlier ones.
constexpr std::size_t kBatch = 4'096;
constexpr NodeSearch::Width kHostWidth{.ef = 32};

/// A growing tree of links that reach every node that was reached.
class Flood {
 public:
    explicit Flood(std::span<std::uint32_t> links)
        : links_(links), reached_(links.size() / kDegree), needed_(links.size() / kDegree) {}

    /// Everything from `node` on is reached. O(links followed).
    void reach(Ordinal node);
    bool is_reached(Ordinal node) const { return reached_[node]; }
    std::vector<Ordinal> unreached() const;
    /// Gives `node` a link from the first of `hosts` (reached ones, at least one) that has a place
    /// to spare, or from a node further down the tree.
    void attach(Ordinal node, std::span<const Ordinal> hosts);

 private:
    /// Whether `host` could spare a link, which is now one to `node`.
    bool take_in(Ordinal host, Ordinal node);
    Ordinal child_of(Ordinal host, std::size_t choice) const;

    static_assert(kDegree <= 64);
    std::span<std::uint32_t> links_;
    std::vector<bool> reached_;
    std::vector<std::uint64_t> needed_;  // bit i: the tree goes over link i of the node
    std::vector<Ordinal> open_;
};

}  // namespace

std::size_t make_reachable(const GraphWork& work, std::span<const Ordinal> landmarks,
                           std::span<std::uint32_t> links) {
    Flood flood(links);
    for (const Ordinal landmark : landmarks) {
        flood.reach(landmark);
    }
    const std::vector<Ordinal> unreached = flood.unreached();
    const LandmarkHeads heads(work.nodes, landmarks);
    const GraphView graph{work.nodes.heads, work.nodes.model.layout, links};
    for (std::size_t begin = 0; begin < unreached.size(); begin += kBatch) {
        const std::size_t count = std::min(kBatch, unreached.size() - begin);
        std::vector<std::vector<Ordinal>> hosts(count);
        for_each_part({0, static_cast<Ordinal>(count)}, work.threads, [&](NodeRun part) {
            if (work.stop.stop_requested()) return;
            NodeSearch search(work.codes, graph);
            for (Ordinal i = part.first; i < part.end; ++i) {
                if (flood.is_reached(unreached[begin + i])) continue;
                for (const Candidate& found :
                     search.find(unreached[begin + i], heads.view(), kHostWidth)) {
                    hosts[i].push_back(found.ordinal);
                }
            }
        });
        if (work.stop.stop_requested()) break;
        for (std::size_t i = 0; i < count; ++i) {
            if (!flood.is_reached(unreached[begin + i]))
                flood.attach(unreached[begin + i], hosts[i]);
        }
    }
    return unreached.size();
}

std::size_t count_unreachable(std::span<const std::uint32_t> links,
                              std::span<const Ordinal> landmarks) {
    const std::size_t nodes = links.size() / kDegree;
    std::vector<bool> reached(nodes);
    std::vector<Ordinal> open;
    std::size_t left = nodes;
    const auto reach = [&](Ordinal node) {
        if (node >= nodes || reached[node]) return;
        reached[node] = true;
        open.push_back(node);
        --left;
    };
    std::for_each(landmarks.begin(), landmarks.end(), reach);
    while (!open.empty()) {
        const auto own = links_of(links, open.back());
        open.pop_back();
        std::for_each(own.begin(), own.end(), reach);
    }
    return left;
}

namespace {

void Flood::reach(Ordinal node) {
    if (reached_[node]) return;
    reached_[node] = true;
    open_.push_back(node);
    while (!open_.empty()) {
        const Ordinal from = open_.back();
        open_.pop_back();
        const NodeLinks links = links_of(links_, from);
        for (std::size_t i = 0; i < kDegree && links[i] != kNoOrdinal; ++i) {
            if (reached_[links[i]]) continue;
            reached_[links[i]] = true;
            needed_[from] |= std::uint64_t{1} << i;
            open_.push_back(links[i]);
        }
    }
}

std::vector<Ordinal> Flood::unreached() const {
    std::vector<Ordinal> nodes;
    for (Ordinal node = 0; node < reached_.size(); ++node) {
        if (!reached_[node]) nodes.push_back(node);
    }
    return nodes;
}

void Flood::attach(Ordinal node, std::span<const Ordinal> hosts) {
    CHECK(!hosts.empty());
    bool is_attached = false;
    for (std::size_t i = 0; i < hosts.size() && !is_attached; ++i) {
        is_attached = take_in(hosts[i], node);
    }
    // All their links are needed: further down there are leaves, which need none. By the node's
    // number, so that many equal nodes make a wide tree.
    std::size_t choice = node;
    for (Ordinal host = hosts.front(); !is_attached; is_attached = take_in(host, node)) {
        host = child_of(host, choice % kDegree);
        choice = choice / kDegree + node;
    }
    reach(node);
}

bool Flood::take_in(Ordinal host, Ordinal node) {
    const NodeLinks links = links_of(links_, host);
    const auto free = std::find(links.begin(), links.end(), kNoOrdinal);
    std::size_t place = static_cast<std::size_t>(free - links.begin());
    if (place == kDegree) {
        // The farthest that can be spared.
        while (place > 0 && (needed_[host] >> (place - 1) & 1U) != 0)
            --place;
        if (place == 0) return false;
        --place;
    }
    links[place] = node;
    needed_[host] |= std::uint64_t{1} << place;
    return true;
}

Ordinal Flood::child_of(Ordinal host, std::size_t choice) const {
    return links_[host * kDegree + choice];  // all of them are children
}

}  // namespace

}  // namespace sokkuri::index
