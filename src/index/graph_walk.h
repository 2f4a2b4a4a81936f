// GraphWalk: a best-first search between two steps, for those who decide which nodes to score:
// take_next() gives the node to expand, visit() notes a node that was not seen before, settle()
// scores all that were noted and takes the good ones into the pool. Inner loop: everything inline,
// nothing allocated. Not for concurrent use.
#pragma once

#include "index/candidate_pool.h"
#include "index/graph_search.h"

#include <algorithm>

namespace sokkuri::index {

class GraphWalk {
 public:
    /// How many nodes may be noted between two calls of settle().
    static constexpr std::size_t kFreshMax = 2 * kDegree;

    GraphWalk(const GraphView& graph, const GraphSearch& search, const simd::Kernels& kernels,
              GraphScratch& scratch)
        : links_(graph.links.data()),
          nodes_(graph.nodes()),
          query_(search.query),
          score_(score_function(graph.layout, kernels)),
          take_unmarked_(kernels.take_unmarked),
          scratch_(scratch),
          pool_((scratch.fit(graph.nodes(), search.ef, kFreshMax), scratch.pool.data()), search.ef),
          visited_(scratch.visited.data()),
          fresh_(scratch.fresh.data()),
          rows_{.rows = graph.heads.data(),
                .stride = graph.layout.row_bytes(),
                .size = graph.layout.row_bytes(),
                .ordinals = scratch.fresh.data(),
                .count = 0} {}

    bool has_next() const { return pool_.has_next(); }
    Ordinal take_next() {
        ++effort_.expansions;
        return pool_.take_next();
    }

    /// The row of links of a node; those of it that count come before the first that is no node
    /// (unused ones are none, nor would those of a damaged file lead anywhere).
    const std::uint32_t* links_of(Ordinal node) const {
        return links_ + std::size_t{node} * kDegree;
    }
    bool is_node(Ordinal ordinal) const { return ordinal < nodes_; }

    bool was_visited(Ordinal ordinal) const {
        return ((visited_[ordinal / 64] >> (ordinal % 64)) & 1U) != 0;
    }
    /// Marks and, if it was not yet marked, notes for settle(). Without branches: whether a
    /// neighbor was seen before is a coin toss to the processor.
    void visit(Ordinal ordinal) {
        fresh_[fresh_count_] = ordinal;
        fresh_count_ += static_cast<std::size_t>(set(ordinal));
    }
    /// The same of all links of a node, in one call; room for them must be left.
    void visit_links(Ordinal node) {
        static_assert(kDegree % 16 == 0, "Kernels::take_unmarked");
        fresh_count_ += take_unmarked_(links_of(node), kDegree, static_cast<std::uint32_t>(nodes_),
                                       visited_, fresh_ + fresh_count_);
    }
    /// Marks without noting. True the first time.
    bool mark(Ordinal ordinal) {
        const bool is_first = set(ordinal);
        if (is_first) log(&ordinal, 1);
        return is_first;
    }

    std::size_t fresh_count() const { return fresh_count_; }
    void settle();
    /// The heads of all that were noted.
    [[gnu::always_inline]] void prefetch_fresh() const {
        for (std::size_t i = 0; i < fresh_count_; ++i) {
            const std::uint8_t* const head = rows_.rows + fresh_[i] * rows_.stride;
            for (std::size_t byte = 0; byte < rows_.size; byte += kCacheLine) {
                __builtin_prefetch(head + byte);
            }
        }
    }
    /// The links of the node that is next unless a better one is found.
    // g++ takes a function that only prefetches for one without effect and drops its calls: always
    // inline.
    [[gnu::always_inline]] void prefetch_next() const {
        if (pool_.has_next()) prefetch_links(ordinal_of_key(pool_.next()));
    }
    [[gnu::always_inline]] void prefetch_links(Ordinal node) const {
        const std::uint32_t* const links = links_of(node);
        __builtin_prefetch(links);
        __builtin_prefetch(links + 16);
        __builtin_prefetch(links + 32);
    }

    /// Leaves the scratch clean and the result in it.
    GraphEffort finish();

 private:
    static constexpr std::size_t kCacheLine = 64;
    using ScoreRows = decltype(simd::Kernels::score_bytes);

    /// True when the mark was not yet set.
    bool set(Ordinal ordinal) {
        std::uint64_t& word = visited_[ordinal / 64];
        const std::uint64_t bit = std::uint64_t{1} << (ordinal % 64);
        const bool is_first = (word & bit) == 0;
        word |= bit;
        return is_first;
    }
    /// Remembers what was marked, so that finish() can take it back.
    void log(const Ordinal* ordinals, std::size_t count) {
        if (marked_count_ + count <= GraphScratch::kMarkedMax) {
            std::copy_n(ordinals, count, scratch_.marked.data() + marked_count_);
        }
        marked_count_ += count;
    }
    static ScoreRows score_function(const HeadLayout& layout, const simd::Kernels& kernels) {
        return layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
    }

    const std::uint32_t* links_;
    std::size_t nodes_;
    const HeadQuery& query_;
    ScoreRows score_;
    decltype(simd::Kernels::take_unmarked) take_unmarked_;
    GraphScratch& scratch_;
    CandidatePool pool_;
    std::uint64_t* visited_;
    Ordinal* fresh_;
    simd::CodeRows rows_;
    std::size_t fresh_count_ = 0;
    std::size_t marked_count_ = 0;
    GraphEffort effort_;
};

inline void GraphWalk::settle() {
    const std::size_t count = fresh_count_;
    rows_.count = count;
    effort_.nodes_scored += count;
    const float* const scores = scratch_.scores.data();
    std::uint64_t* const keys = scratch_.keys.data();
    score_(rows_, query_.codes.data(), query_.multiplier, scratch_.scores.data());
    std::uint64_t best = UINT64_MAX;
    std::size_t good = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t key = candidate_key(scores[i], fresh_[i]);
        best = std::min(best, key);
        keys[good] = key;
        good += static_cast<std::size_t>(pool_.takes(key));
    }
    // It will be the next to be expanded: its links travel while the pool is put in order.
    if (good > 0 && (!pool_.has_next() || best < pool_.next())) {
        prefetch_links(ordinal_of_key(best));
    }
    for (std::size_t i = 0; i < good; ++i) {
        if (pool_.takes(keys[i])) pool_.insert(keys[i]);
    }
    log(fresh_, count);
    fresh_count_ = 0;
}

inline GraphEffort GraphWalk::finish() {
    if (marked_count_ <= GraphScratch::kMarkedMax) {
        for (std::size_t i = 0; i < marked_count_; ++i) {
            visited_[scratch_.marked[i] / 64] = 0;
        }
    } else {
        std::ranges::fill(scratch_.visited, 0);
    }
    scratch_.found.clear();
    for (std::size_t i = 0; i < pool_.size(); ++i) {
        scratch_.found.push_back(candidate_of_key(pool_[i]));
    }
    return effort_;
}

}  // namespace sokkuri::index
