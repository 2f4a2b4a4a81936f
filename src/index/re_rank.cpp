#include "index/re_rank.h"

#include "index/candidate_pool.h"
#include "index/full_scores.h"

#include <algorithm>
#include <limits>

namespace sokkuri::index {

namespace {

constexpr std::size_t kCacheLine = 64;
// Raw rows asked for before they are decided: so far ahead that memory answers in time, so near
// that the first levels of the cache still hold them (engine-measured: 3 of 5,120 bytes).
constexpr std::size_t kRawRowsAhead = 3;
// From heads that are never wrong to heads that say nothing: this much of the way is too far. One
// query in some hundreds of those that a segment is calibrated by gets there
// (bench_segment_search), nearly all do whose filter lets pass only what is far away.
constexpr double kSpread = 0.4;

/// Of how many of the best the depth is taken: fewer than k is too few for a small k.
constexpr std::size_t best_looked_at(std::size_t k) {
    return std::max<std::size_t>(k, 3);
}

// Always inline: g++ takes a function that only prefetches for one without effect and drops calls.
[[gnu::always_inline]] inline void prefetch(const void* data, std::size_t size) {
    if (data == nullptr) return;
    const auto* const bytes = static_cast<const std::byte*>(data);
    for (std::size_t at = 0; at < size; at += kCacheLine) {
        __builtin_prefetch(bytes + at);
    }
}

double order_by_full_codes(const ReRank& job, SearchScratch& scratch);
void score_candidates(const ReRank& job, SearchScratch& scratch);
const float* row_of(const ReRank& job, Ordinal ordinal);
void append_slots(const ReRank& job, Ordinal ordinal, double distance,
                  std::vector<Neighbor>& found);

}  // namespace

ReRanked re_rank(const ReRank& job, SearchScratch& scratch, std::vector<Neighbor>& found) {
    ReRanked ranked;
    if (scratch.candidates.size() > decided_for(job.k)) {
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
    std::erase_if(scratch.candidates, [&](Ordinal ordinal) {
        return std::ranges::none_of(parts.slots_of(ordinal),
                                    [&](Slot slot) { return filter.passes(slot); });
    });
}

namespace {

/// Leaves the decided_for(k) best, in order. Returns ReRanked::depth.
double order_by_full_codes(const ReRank& job, SearchScratch& scratch) {
    score_candidates(job, scratch);
    std::vector<std::uint64_t>& keys = scratch.keys;
    const std::size_t kept = decided_for(job.k);
    std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(kept), keys.end());
    const std::size_t looked_at = std::min(best_looked_at(job.k), kept);
    std::size_t places = 0;
    for (std::size_t i = 0; i < looked_at; ++i) {
        places += ordinal_of_key(keys[i]);
    }
    scratch.ordered.clear();
    for (std::size_t i = 0; i < kept; ++i) {
        scratch.ordered.push_back(scratch.candidates[ordinal_of_key(keys[i])]);
    }
    scratch.candidates.swap(scratch.ordered);
    return static_cast<double>(places) / static_cast<double>(looked_at * keys.size());
}

/// Into scratch.keys: full scores, with the place among the candidates.
void score_candidates(const ReRank& job, SearchScratch& scratch) {
    const std::size_t count = scratch.candidates.size();
    scratch.scores.resize(count);
    score_full_codes(job.segment, scratch.full, scratch.candidates, scratch.dots, scratch.scores);
    scratch.keys.clear();
    for (std::size_t i = 0; i < count; ++i) {
        scratch.keys.push_back(candidate_key(scratch.scores[i], static_cast<Ordinal>(i)));
    }
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
