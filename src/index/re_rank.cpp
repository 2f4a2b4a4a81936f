#include "index/re_rank.h"

#include "index/candidate_pool.h"
#include "index/full_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace sokkuri::index {

namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kPage = 4096;
// Raw rows asked for before they are decided: so far ahead that memory answers in time, so near
// that the first levels of the cache still hold them (engine-measured: 3 of 5,120 bytes).
constexpr std::size_t kRawRowsAhead = 3;
// Of each page that such a row lies in so many lines: the CPU then sees that it is read in order
// and fetches more at a time than a program can ask for, but never beyond a page (1 M × 1280: 3 %
// more queries than by asking for every line; none and twelve are in between).
constexpr std::size_t kLinesAhead = 4;
// From heads that are never wrong to heads that say nothing: this much of the way is too far. One
// query in some hundreds of those that a segment is calibrated by gets there
// (bench_segment_search), nearly all do whose filter lets pass only what is far away.
constexpr double kSpread = 0.4;

/// Of how many of the best the depth is taken: fewer than k is too few for a small k.
constexpr std::size_t best_looked_at(std::size_t k) {
    return std::max<std::size_t>(k, 3);
}

// Full codes are asked for so many at once; the first time for half as many again as are wanted.
constexpr std::size_t kScoredAtOnce = 8;
// A candidate whose head would have to be wrong by more than this to be among the k best is left
// out, and with it all behind it (1 M features, k 10: of 96 candidates 54 are scored, and .0001 of
// the k best lost; at 2 42 and .0004, at 1.5 32 and .0037).
constexpr double kHeadDeviations = 2.5;
// Likewise for full codes: rows that far behind the k-th are not decided.
constexpr double kFullDeviations = 2;

constexpr std::size_t first_scored_for(std::size_t k) {
    return (k + k / 2 + kScoredAtOnce - 1) / kScoredAtOnce * kScoredAtOnce;
}

/// By how much heads differ from full codes, for one query.
class HeadResiduals {
 public:
    void add(float residual) {
        ++count_;
        const double delta = residual - mean_;
        mean_ += delta / count_;
        squares_ += delta * (residual - mean_);  // Welford 1962
    }
    /// A head that is off by more to the other side is an outlier.
    double least_likely() const { return mean_ - kHeadDeviations * std::sqrt(squares_ / count_); }

 private:
    double count_ = 0;
    double mean_ = 0;
    double squares_ = 0;
};

// Always inline: g++ takes a function that only prefetches for one without effect and drops calls.
[[gnu::always_inline]] inline void prefetch(const void* data, std::size_t size) {
    if (data == nullptr) return;
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    const std::uintptr_t end = first + size;
    for (std::uintptr_t page = first; page < end; page = (page / kPage + 1) * kPage) {
        const std::uintptr_t stop = std::min(page + kLinesAhead * kCacheLine, end);
        for (std::uintptr_t line = page; line < stop; line += kCacheLine) {
            __builtin_prefetch(reinterpret_cast<const void*>(line));
        }
    }
}

double order_by_full_codes(const ReRank& job, SearchScratch& scratch);
void score_likely(const ReRank& job, SearchScratch& scratch);
std::size_t count_undecided(const ReRank& job, const SearchScratch& scratch, std::size_t ordered);
const float* row_of(const ReRank& job, Ordinal ordinal);
void append_slots(const ReRank& job, Ordinal ordinal, double distance,
                  std::vector<Neighbor>& found);

}  // namespace

ReRanked re_rank(const ReRank& job, SearchScratch& scratch, std::vector<Neighbor>& found) {
    ReRanked ranked;
    if (scratch.candidates.size() > job.k) {
        ranked.depth = order_by_full_codes(job, scratch);
    }
    decide_nodes(job, scratch.candidates, scratch, found);
    ranked.decided = static_cast<std::size_t>(
        std::ranges::count_if(scratch.rows, [](const float* row) { return row != nullptr; }));
    return ranked;
}

void decide_nodes(const ReRank& job, std::span<const Ordinal> nodes, SearchScratch& scratch,
                  std::vector<Neighbor>& found) {
    std::vector<const float*>& rows = scratch.rows;
    rows.clear();
    for (const Ordinal node : nodes) {
        rows.push_back(row_of(job, node));
    }
    scratch.distances.assign(rows.size(), std::numeric_limits<double>::infinity());
    const std::size_t row_bytes = job.rows.dimension() * sizeof(float);
    for (std::size_t i = 0; i < std::min(kRawRowsAhead, rows.size()); ++i) {
        prefetch(rows[i], row_bytes);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + kRawRowsAhead < rows.size()) prefetch(rows[i + kRawRowsAhead], row_bytes);
        if (rows[i] == nullptr) continue;
        const double distance = job.decider(rows[i]);
        scratch.distances[i] = distance;
        if (distance <= job.distance_max) append_slots(job, nodes[i], distance, found);
    }
}

bool is_spread(const ReRanked& ranked, std::size_t pool, std::size_t k) {
    const auto looked_at = static_cast<double>(best_looked_at(k));
    // At 0.5 heads say nothing, at the ideal they are never wrong.
    const double ideal = std::min(0.5, 0.5 * looked_at / static_cast<double>(pool));
    return ranked.depth > ideal + kSpread * (0.5 - ideal);
}

void drop_filtered_out(const SegmentParts& parts, const SlotFilter& filter,
                       SearchScratch& scratch) {
    // In three passes, so that memory works on all candidates at once.
    for (const Ordinal ordinal : scratch.candidates) {
        __builtin_prefetch(&parts.posting_ends[ordinal]);
    }
    for (const Ordinal ordinal : scratch.candidates) {
        const auto slots = parts.slots_of(ordinal);
        if (!slots.empty()) __builtin_prefetch(slots.data());
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < scratch.candidates.size(); ++i) {
        const Ordinal ordinal = scratch.candidates[i];
        const bool passes = std::ranges::any_of(parts.slots_of(ordinal),
                                                [&](Slot slot) { return filter.passes(slot); });
        if (!passes) continue;
        scratch.candidates[kept] = ordinal;
        scratch.candidate_scores[kept] = scratch.candidate_scores[i];
        ++kept;
    }
    scratch.cut_candidates(kept);
}

namespace {

/// Leaves those to be decided, in order. Returns ReRanked::depth.
double order_by_full_codes(const ReRank& job, SearchScratch& scratch) {
    const std::size_t pool = scratch.candidates.size();
    score_likely(job, scratch);
    std::vector<std::uint64_t>& keys = scratch.keys;
    const std::size_t ordered = std::min(keys.size(), decided_max_for(job.k));
    std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(ordered),
                      keys.end());
    const std::size_t looked_at = std::min(best_looked_at(job.k), ordered);
    std::size_t places = 0;
    for (std::size_t i = 0; i < looked_at; ++i) {
        places += ordinal_of_key(keys[i]);
    }
    const std::size_t kept = count_undecided(job, scratch, ordered);
    scratch.ordered.clear();
    for (std::size_t i = 0; i < kept; ++i) {
        scratch.ordered.push_back(scratch.candidates[ordinal_of_key(keys[i])]);
    }
    scratch.candidates.swap(scratch.ordered);
    return static_cast<double>(places) / static_cast<double>(looked_at * pool);
}

/// Into scratch.keys: D² but for |q|² by full codes, with the place among the candidates; of all
/// candidates, or of the first ones when it is unlikely that another is among the k best.
void score_likely(const ReRank& job, SearchScratch& scratch) {
    const std::span<const Ordinal> candidates = scratch.candidates;
    const std::span<const float> heads = scratch.candidate_scores;
    std::vector<std::uint64_t>& keys = scratch.keys;
    keys.clear();
    scratch.scores.resize(candidates.size());
    const bool may_stop = heads.size() == candidates.size();
    HeadResiduals residuals;
    std::size_t block = may_stop ? first_scored_for(job.k) : candidates.size();
    for (std::size_t first = 0; first < candidates.size(); block = kScoredAtOnce) {
        block = std::min(block, candidates.size() - first);
        const std::span<float> scores = std::span(scratch.scores).subspan(first, block);
        score_full_codes(job.segment, scratch.full, candidates.subspan(first, block), scratch.dots,
                         scores);
        for (std::size_t i = 0; i < block; ++i) {
            keys.push_back(candidate_key(scores[i], static_cast<Ordinal>(first + i)));
            if (may_stop) residuals.add(scores[i] - heads[first + i]);
        }
        first += block;
        if (!may_stop || first == candidates.size()) continue;
        const auto nth = keys.begin() + static_cast<std::ptrdiff_t>(job.k - 1);
        std::nth_element(keys.begin(), nth, keys.end());
        if (heads[first] + residuals.least_likely() > candidate_of_key(*nth).score) break;
    }
}

/// Of `ordered` keys in order: those that may be among the k best, as far as full codes can tell.
std::size_t count_undecided(const ReRank& job, const SearchScratch& scratch, std::size_t ordered) {
    if (ordered <= job.k) return ordered;
    const std::span<const std::uint64_t> keys = scratch.keys;
    const Candidate last = candidate_of_key(keys[job.k - 1]);
    const float scale = full_scale(job.segment, scratch.candidates[last.ordinal]);
    const double distance = std::sqrt(std::max(0.0F, last.score + scratch.full.norm_squared));
    // A component is off by a uniform share of a step, of the row and of the query; what the query
    // is off moves near rows alike but for what they differ.
    const double step = std::hypot(double{scale}, std::sqrt(2.0) * double{scratch.full.step});
    const double deviation = 2 * distance * step / std::sqrt(12.0);
    const auto limit = static_cast<float>(double{last.score} + kFullDeviations * deviation);
    std::size_t count = job.k;
    while (count < ordered && candidate_of_key(keys[count]).score <= limit) {
        ++count;
    }
    return count;
}

/// Any of its slots that passes: their components are the same. Null when none does.
const float* row_of(const ReRank& job, Ordinal ordinal) {
    for (const Slot slot : job.segment.parts().slots_of(ordinal)) {
        if (slot < job.rows.count() && job.filter.passes(slot)) return job.rows[slot];
    }
    return nullptr;
}

void append_slots(const ReRank& job, Ordinal ordinal, double distance,
                  std::vector<Neighbor>& found) {
    for (const Slot slot : job.segment.parts().slots_of(ordinal)) {
        if (slot < job.rows.count() && job.filter.passes(slot)) found.push_back({slot, distance});
    }
}

}  // namespace

}  // namespace sokkuri::index
