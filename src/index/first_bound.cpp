#include "index/first_bound.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

constexpr std::size_t kSampleNodes = 2'048;
// The surroundings of so many of the best are looked at, so many nodes each.
constexpr std::size_t kBestSamples = 8;
constexpr std::size_t kSurroundingNodes = 256;
// Rows measured beyond k: the order of scores is not quite that of distances.
constexpr std::size_t kMoreRows = 8;

struct Scored {
    double score;
    std::size_t position;  // in the set
};

std::vector<std::size_t> all_over(std::size_t count);
std::vector<std::size_t> around(std::span<const Scored> best, std::size_t count);
/// The best `count_max` of them that have a slot that passes, best first.
std::vector<Scored> best_of(const ExactQuery& query, const NodeSet& nodes,
                            std::span<const std::size_t> positions, std::size_t count_max);
void measure(ExactQuery& query, const NodeSet& nodes, std::span<const Scored> best,
             CheckScratch& scratch);

}  // namespace

bool tighten_by_seed(ExactQuery& query, std::span<const Neighbor> seed) {
    std::vector<Neighbor> known(seed.begin(), seed.end());
    std::sort(known.begin(), known.end(),
              [](const Neighbor& a, const Neighbor& b) { return a.slot < b.slot; });
    KthSmallest kth(query.request().k);
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i > 0 && known[i].slot == known[i - 1].slot) continue;
        if (query.passes(known[i].slot)) kth.add(known[i].distance);
    }
    query.tighten(kth.value());
    return kth.value() < std::numeric_limits<double>::infinity();
}

void tighten_by_sample(ExactQuery& query, const NodeSet& nodes, CheckScratch& scratch) {
    const std::size_t rows = query.request().k + kMoreRows;
    if (nodes.count() <= 2 * kSampleNodes) {
        const std::vector<std::size_t> all = all_over(nodes.count());
        measure(query, nodes, best_of(query, nodes, all, rows), scratch);
        return;
    }
    const std::vector<std::size_t> sample = all_over(nodes.count());
    const std::vector<Scored> best = best_of(query, nodes, sample, std::max(rows, kBestSamples));
    std::vector<std::size_t> near =
        around(std::span(best).first(std::min(best.size(), kBestSamples)), nodes.count());
    for (const Scored& scored : best) {
        near.push_back(scored.position);
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    measure(query, nodes, best_of(query, nodes, near, rows), scratch);
}

namespace {

std::vector<std::size_t> all_over(std::size_t count) {
    const std::size_t picks = count <= 2 * kSampleNodes ? count : kSampleNodes;
    std::vector<std::size_t> positions(picks);
    for (std::size_t i = 0; i < picks; ++i) {
        positions[i] = i * count / picks;
    }
    return positions;
}

std::vector<std::size_t> around(std::span<const Scored> best, std::size_t count) {
    std::vector<std::size_t> positions;
    for (const Scored& scored : best) {
        const std::size_t first =
            scored.position - std::min(scored.position, kSurroundingNodes / 2);
        const std::size_t end = std::min(count, first + kSurroundingNodes);
        for (std::size_t position = first; position < end; ++position) {
            positions.push_back(position);
        }
    }
    return positions;
}

std::vector<Scored> best_of(const ExactQuery& query, const NodeSet& nodes,
                            std::span<const std::size_t> positions, std::size_t count_max) {
    std::vector<Ordinal> ordinals(positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i) {
        ordinals[i] = nodes.ordinal_at(positions[i]);
    }
    NodeSet::Columns columns;
    const NodeBlock block = nodes.block(ordinals, columns);
    std::vector<std::int32_t> dots(ordinals.size());
    dot_heads(query.segment(), block.heads, query.head().codes.data(), dots.data());
    std::vector<Scored> scored;
    scored.reserve(ordinals.size());
    const bool passes_all = query.request().filter.passes_all();
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
        const double score = query.head_bound().estimate(block.bounds_of(i), dots[i]);
        if (score != score) continue;
        if (passes_all || query.has_passing_slot(ordinals[i])) {
            scored.push_back({score, positions[i]});
        }
    }
    const std::size_t kept = std::min(count_max, scored.size());
    std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(kept),
                      scored.end(), [](const Scored& a, const Scored& b) {
                          return a.score != b.score ? a.score < b.score : a.position < b.position;
                      });
    scored.resize(kept);
    return scored;
}

void measure(ExactQuery& query, const NodeSet& nodes, std::span<const Scored> best,
             CheckScratch& scratch) {
    KthSmallest kth(query.request().k);
    for (const Scored& scored : best) {
        query.passing_slots(nodes.ordinal_at(scored.position), scratch.slots);
        if (scratch.slots.empty()) continue;
        const double distance = query.distance_of(scratch.slots.front());
        ++scratch.counts.rows_decided;
        for (std::size_t i = 0; i < scratch.slots.size(); ++i) {
            kth.add(distance);
        }
    }
    query.tighten(kth.value());
}

}  // namespace

}  // namespace sokkuri::index
