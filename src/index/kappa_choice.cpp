#include "index/kappa_choice.h"

#include "index/exact_batch.h"
#include "index/head_recall.h"
#include "index/slot_ordinals.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

constexpr std::size_t kTrue = 10;
/// Ranks below this cost a search nothing: its pool is wider.
constexpr double kRankFree = 12;
/// Heads that are scored in one call: 512 KiB of the usual ones.
constexpr std::size_t kBlockNodes = 4096;

constexpr auto kKappas = HeadRecall::kKappas;
using Costs = std::array<double, kKappas.size()>;

/// Where the true neighbors of one query stand among all nodes, under each kappa.
class Ranking {
 public:
    Ranking(const Segment& segment, std::span<const float> query);

    void add_neighbor(Ordinal node);
    /// Counts who is before whom. After all neighbors.
    void count_nodes();
    /// The sum over the neighbors of log(rank).
    Costs costs() const;

 private:
    /// Into scores_: of nodes first, first + 1, …
    void score(Ordinal first, std::size_t count);
    /// The score of a node under a kappa that is not the model's.
    float score_under(float kappa, float score, Ordinal node) const;
    void count_node(float score, Ordinal node);

    struct Standing {
        std::vector<float> neighbors;     // scores, ascending once all are there
        std::vector<std::size_t> behind;  // nodes whose place is before that many of them
    };

    const Segment& segment_;
    const SegmentParts& parts_;
    HeadQuery query_;
    std::vector<float> scores_;
    std::array<Standing, kKappas.size()> standings_;
};

/// Some of the queries' rows, side by side.
std::vector<float> rows_of_some(const KappaTrial& trial);
Costs costs_of(const KappaTrial& trial, std::span<const float> query,
               std::span<const Neighbor> nearest, const SlotOrdinals& ordinals);

}  // namespace

float choose_kappa(const KappaTrial& trial) {
    const SegmentParts& parts = trial.segment.parts();
    if (trial.queries.empty() || parts.nodes <= kTrue) return parts.model.kappa;
    const std::vector<float> queries = rows_of_some(trial);
    const std::vector<SegmentAnswer> truth =
        exact_search_batch(trial.segment, trial.rows, queries, {.k = kTrue}, {}, &trial.threads);
    const SlotOrdinals ordinals(parts);
    const std::size_t dimension = trial.rows.dimension();
    std::vector<Costs> costs(truth.size());
    trial.threads.for_each(truth.size(), [&](std::size_t i) {
        costs[i] = costs_of(trial, std::span(queries).subspan(i * dimension, dimension),
                            truth[i].neighbors, ordinals);
    });
    Costs total{};
    for (const Costs& one : costs) {
        for (std::size_t j = 0; j < total.size(); ++j) {
            total[j] += one[j];
        }
    }
    return kKappas[static_cast<std::size_t>(std::ranges::min_element(total) - total.begin())];
}

namespace {

std::vector<float> rows_of_some(const KappaTrial& trial) {
    const std::size_t asked = std::min(kKappaQueries, trial.queries.size());
    std::vector<float> rows;
    for (std::size_t i = 0; i < asked; ++i) {
        const std::span<const float> row =
            trial.rows.row(trial.queries[i * trial.queries.size() / asked]);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return rows;
}

Costs costs_of(const KappaTrial& trial, std::span<const float> query,
               std::span<const Neighbor> nearest, const SlotOrdinals& ordinals) {
    Ranking ranking(trial.segment, query);
    for (const Neighbor& neighbor : nearest.first(std::min(kTrue, nearest.size()))) {
        const Ordinal node = ordinals[neighbor.slot];
        if (node < trial.segment.parts().nodes) ranking.add_neighbor(node);
    }
    ranking.count_nodes();
    return ranking.costs();
}

Ranking::Ranking(const Segment& segment, std::span<const float> query)
    : segment_(segment), parts_(segment.parts()), scores_(kBlockNodes) {
    std::vector<float> mapped(parts_.space.dimension());
    if (!parts_.space.map_query(query, mapped.data())) std::ranges::fill(mapped, 0.0F);
    FullQuery full;
    segment.query_encoder().encode_full(mapped, full);
    segment.query_encoder().encode_head_fast(full, query_);
}

void Ranking::add_neighbor(Ordinal node) {
    score(node, 1);
    for (std::size_t j = 0; j < kKappas.size(); ++j) {
        standings_[j].neighbors.push_back(score_under(kKappas[j], scores_[0], node));
    }
}

void Ranking::count_nodes() {
    for (Standing& standing : standings_) {
        std::ranges::sort(standing.neighbors);
        standing.behind.resize(standing.neighbors.size() + 1);
    }
    if (standings_[0].neighbors.empty()) return;
    for (std::size_t first = 0; first < parts_.nodes; first += kBlockNodes) {
        const std::size_t count = std::min(kBlockNodes, parts_.nodes - first);
        score(static_cast<Ordinal>(first), count);
        for (std::size_t i = 0; i < count; ++i) {
            count_node(scores_[i], static_cast<Ordinal>(first + i));
        }
    }
}

Costs Ranking::costs() const {
    Costs costs{};
    for (std::size_t j = 0; j < kKappas.size(); ++j) {
        const Standing& standing = standings_[j];
        std::size_t rank = 0;
        for (std::size_t i = 0; i < standing.neighbors.size(); ++i) {
            rank += standing.behind[i];
            costs[j] += std::log2(std::max(kRankFree, static_cast<double>(rank)));
        }
    }
    return costs;
}

void Ranking::score(Ordinal first, std::size_t count) {
    const std::size_t row_bytes = parts_.model.layout.row_bytes();
    const simd::Kernels& kernels = segment_.kernels();
    const auto score_rows =
        parts_.model.layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
    score_rows({.rows = parts_.heads.data() + first * row_bytes,
                .stride = row_bytes,
                .size = row_bytes,
                .ordinals = nullptr,
                .count = count},
               query_.codes.data(), query_.multiplier, scores_.data());
}

float Ranking::score_under(float kappa, float score, Ordinal node) const {
    const float tail = parts_.head_tails[node];
    return score + (kappa - parts_.model.kappa) * tail * tail;
}

void Ranking::count_node(float score, Ordinal node) {
    for (std::size_t j = 0; j < kKappas.size(); ++j) {
        Standing& standing = standings_[j];
        const float there = score_under(kKappas[j], score, node);
        if (there >= standing.neighbors.back()) continue;
        const auto after = std::ranges::upper_bound(standing.neighbors, there);
        ++standing.behind[static_cast<std::size_t>(after - standing.neighbors.begin())];
    }
}

}  // namespace

}  // namespace sokkuri::index
