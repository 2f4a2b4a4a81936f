#include "index/graph_search.h"

#include "base/check.h"
#include "index/candidate_pool.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

using ScoreRows = void (*)(const simd::CodeRows& rows, const std::int8_t* query, float multiplier,
                           float* scores);

/// A search between two steps: gather() finds whom to score and asks memory for their codes,
/// settle() scores them and takes the good ones.
class Walk {
 public:
    Walk(const GraphView& graph, const GraphSearch& search, ScoreRows score, GraphScratch& scratch);

    /// Entries first.
    void enter(std::span<const Ordinal> entries);
    bool has_next() const { return pool_.has_next(); }
    void gather();
    void settle();
    /// Leaves the scratch clean and the result in it.
    GraphEffort finish();

 private:
    void visit(Ordinal ordinal);
    void prefetch_links(Ordinal ordinal) const;

    const std::uint32_t* links_;
    std::size_t nodes_;
    const HeadQuery& query_;
    ScoreRows score_;
    simd::CodeRows rows_;
    GraphScratch& scratch_;
    CandidatePool pool_;
    std::size_t fresh_count_ = 0;
    std::size_t touched_count_ = 0;
    GraphEffort effort_;
};

ScoreRows score_function(const HeadLayout& layout, const simd::Kernels& kernels);

}  // namespace

GraphEffort search_graph(const GraphView& graph, const GraphSearch& search,
                         const simd::Kernels& kernels, GraphScratch& scratch) {
    DCHECK(search.ef > 0 && graph.nodes() < (std::size_t{1} << 31));
    scratch.fit(graph.nodes(), search.ef, search.entries.size());
    Walk walk(graph, search, score_function(graph.layout, kernels), scratch);
    walk.enter(search.entries);
    for (std::size_t left = search.expansions_max; left > 0 && walk.has_next(); --left) {
        walk.gather();
        walk.settle();
    }
    return walk.finish();
}

void choose_entries(const LandmarksView& landmarks, const HeadQuery& query,
                    const simd::Kernels& kernels, GraphScratch& scratch) {
    const std::size_t count = landmarks.ordinals.size();
    if (scratch.scores.size() < count) scratch.scores.resize(count);
    if (scratch.pool.size() < kEntries + 1) scratch.pool.resize(kEntries + 1);
    const simd::CodeRows rows{.rows = landmarks.heads.data(),
                              .stride = landmarks.layout.row_bytes(),
                              .size = landmarks.layout.row_bytes(),
                              .ordinals = nullptr,
                              .count = count};
    const ScoreRows score = score_function(landmarks.layout, kernels);
    score(rows, query.codes.data(), query.multiplier, scratch.scores.data());
    CandidatePool best(scratch.pool.data(), kEntries);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t key = candidate_key(scratch.scores[i], landmarks.ordinals[i]);
        if (best.takes(key)) best.insert(key);
    }
    scratch.entries.clear();
    for (std::size_t i = 0; i < best.size(); ++i) {
        scratch.entries.push_back(ordinal_of_key(best[i]));
    }
}

namespace {

ScoreRows score_function(const HeadLayout& layout, const simd::Kernels& kernels) {
    return layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
}

Walk::Walk(const GraphView& graph, const GraphSearch& search, ScoreRows score,
           GraphScratch& scratch)
    : links_(graph.links.data()),
      nodes_(graph.nodes()),
      query_(search.query),
      score_(score),
      rows_{.rows = graph.heads.data(),
            .stride = graph.layout.row_bytes(),
            .size = graph.layout.row_bytes(),
            .ordinals = scratch.fresh.data(),
            .count = 0},
      scratch_(scratch),
      pool_(scratch.pool.data(), search.ef) {}

void Walk::enter(std::span<const Ordinal> entries) {
    for (const Ordinal entry : entries) {
        visit(entry);
    }
    settle();
}

void Walk::gather() {
    const Ordinal node = pool_.take_next();
    const std::uint32_t* links = links_ + std::size_t{node} * kDegree;
    // Unused links are no node's; nor would those of a damaged file lead anywhere.
    for (std::size_t i = 0; i < kDegree && links[i] < nodes_; ++i) {
        visit(links[i]);
    }
    ++effort_.expansions;
    // While these are scored: the row of links that is next unless one of them comes before it.
    if (pool_.has_next()) prefetch_links(ordinal_of_key(pool_.next()));
}

void Walk::settle() {
    rows_.count = fresh_count_;
    effort_.nodes_scored += fresh_count_;
    float* const scores = scratch_.scores.data();
    score_(rows_, query_.codes.data(), query_.multiplier, scores);
    std::uint64_t best = UINT64_MAX;
    for (std::size_t i = 0; i < fresh_count_; ++i) {
        best = std::min(best, candidate_key(scores[i], scratch_.fresh[i]));
    }
    // It will be the next to be expanded: its links travel while the pool is put in order.
    if (pool_.takes(best) && (!pool_.has_next() || best < pool_.next())) {
        prefetch_links(ordinal_of_key(best));
    }
    for (std::size_t i = 0; i < fresh_count_; ++i) {
        const std::uint64_t key = candidate_key(scores[i], scratch_.fresh[i]);
        if (pool_.takes(key)) pool_.insert(key);
    }
    fresh_count_ = 0;
}

GraphEffort Walk::finish() {
    for (std::size_t i = 0; i < touched_count_; ++i) {
        scratch_.visited[scratch_.touched[i]] = 0;
    }
    scratch_.found.clear();
    for (std::size_t i = 0; i < pool_.size(); ++i) {
        scratch_.found.push_back(candidate_of_key(pool_[i]));
    }
    return effort_;
}

/// Without branches: whether a neighbor was seen before is a coin toss to the processor.
inline void Walk::visit(Ordinal ordinal) {
    std::uint64_t& word = scratch_.visited[ordinal / 64];
    const std::uint64_t bit = std::uint64_t{1} << (ordinal % 64);
    scratch_.touched[touched_count_] = ordinal / 64;
    touched_count_ += static_cast<std::size_t>(word == 0);
    scratch_.fresh[fresh_count_] = ordinal;
    fresh_count_ += static_cast<std::size_t>((word & bit) == 0);
    word |= bit;
}

inline void Walk::prefetch_links(Ordinal ordinal) const {
    const std::uint32_t* const links = links_ + std::size_t{ordinal} * kDegree;
    __builtin_prefetch(links);
    __builtin_prefetch(links + 16);
    __builtin_prefetch(links + 32);
}

}  // namespace

}  // namespace sokkuri::index
