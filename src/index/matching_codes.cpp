#include "index/matching_codes.h"

#include "index/candidate_pool.h"
#include "index/full_scores.h"
#include "index/tiers.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

// Scored by one kernel call: what it reads and writes stays in the first cache.
constexpr std::size_t kBlock = 256;
// Rows from all over that say how far heads are off, and full codes, whose noise is even.
constexpr std::size_t kHeadsSampled = 32;
constexpr std::size_t kFullCodesSampled = 12;

void score_heads(const MatchingCodes& job, SearchScratch& scratch);
void score_by_full_codes(const MatchingCodes& job, std::span<const std::uint64_t> keys,
                         SearchScratch& scratch, std::span<float> scores);
void decide_rows(const MatchingCodes& job, std::span<const std::uint64_t> keys,
                 SearchScratch& scratch, std::vector<Neighbor>& found);
/// What float64 says, as D² but for |q|², to be held against full scores.
void convert_distances(const MatchingCodes& job, const SearchScratch& scratch,
                       std::span<float> scores);

}  // namespace

ReRanked rank_matching_codes(const MatchingCodes& job, SearchScratch& scratch,
                             std::vector<Neighbor>& found) {
    score_heads(job, scratch);
    std::vector<std::uint64_t>& keys = scratch.keys;
    const std::vector<float> scores =
        measure_enough({.keys = keys,
                        .sampled = kHeadsSampled,
                        .first = job.ef,
                        .k = job.rank.k,
                        .measure = [&](std::span<const std::uint64_t> some, std::span<float> fine) {
                            score_by_full_codes(job, some, scratch, fine);
                        }});
    for (std::size_t i = 0; i < scores.size(); ++i) {
        keys[i] = candidate_key(scores[i], ordinal_of_key(keys[i]));
    }
    keys.resize(scores.size());

    const std::vector<float> decided =
        measure_enough({.keys = keys,
                        .sampled = kFullCodesSampled,
                        .first = decided_max_for(job.rank.k),
                        .k = job.rank.k,
                        .measure = [&](std::span<const std::uint64_t> some, std::span<float> fine) {
                            decide_rows(job, some, scratch, found);
                            convert_distances(job, scratch, fine);
                        }});
    return {.decided = decided.size()};
}

namespace {

void score_heads(const MatchingCodes& job, SearchScratch& scratch) {
    const Segment& segment = job.rank.segment;
    const HeadLayout& layout = segment.parts().model.layout;
    const auto score =
        layout.bits == 4 ? segment.kernels().score_nibbles : segment.kernels().score_bytes;
    const std::span<const Ordinal> ordinals = job.filter.ordinals();
    std::array<float, kBlock> scores;
    scratch.keys.clear();
    scratch.keys.reserve(ordinals.size());
    for (std::size_t first = 0; first < ordinals.size(); first += kBlock) {
        const auto block = ordinals.subspan(first, std::min(kBlock, ordinals.size() - first));
        const simd::CodeRows rows{.rows = segment.parts().heads.data(),
                                  .stride = layout.row_bytes(),
                                  .size = layout.row_bytes(),
                                  .ordinals = block.data(),
                                  .count = block.size()};
        score(rows, scratch.head.codes.data(), scratch.head.multiplier, scores.data());
        for (std::size_t i = 0; i < block.size(); ++i) {
            scratch.keys.push_back(candidate_key(scores[i], block[i]));
        }
    }
}

void score_by_full_codes(const MatchingCodes& job, std::span<const std::uint64_t> keys,
                         SearchScratch& scratch, std::span<float> scores) {
    std::array<Ordinal, kBlock> ordinals;
    for (std::size_t first = 0; first < keys.size(); first += kBlock) {
        const std::size_t count = std::min(kBlock, keys.size() - first);
        std::ranges::transform(keys.subspan(first, count), ordinals.begin(), ordinal_of_key);
        score_full_codes(job.rank.segment, scratch.full, std::span(ordinals).first(count),
                         scratch.dots, scores.subspan(first, count));
    }
}

void decide_rows(const MatchingCodes& job, std::span<const std::uint64_t> keys,
                 SearchScratch& scratch, std::vector<Neighbor>& found) {
    scratch.candidates.clear();
    for (const std::uint64_t key : keys) {
        scratch.candidates.push_back(ordinal_of_key(key));
    }
    decide_nodes(job.rank, scratch.candidates, scratch, found);
}

void convert_distances(const MatchingCodes& job, const SearchScratch& scratch,
                       std::span<float> scores) {
    const L2Space& space = job.rank.segment.parts().space;
    const double raw_norm = std::sqrt(job.rank.decider.query_norm_squared());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const double reach = space.reach_of(scratch.distances[i], raw_norm);
        scores[i] = static_cast<float>(reach * reach - double{scratch.full.norm_squared});
    }
}

}  // namespace

}  // namespace sokkuri::index
