#include "index/robust_prune.h"

#include <algorithm>
#include <numeric>

namespace sokkuri::index {

namespace {

// alpha = 1.15 on distances, so 1.3225 = 529 / 400 on their squares. At 100,000 nodes and ef 64,
// 1.1 scores 5 % fewer nodes and 1.2 2 % more; recall stays within .001.
constexpr std::int64_t kAlphaSquaredNumerator = 529;
constexpr std::int64_t kAlphaSquaredDenominator = 400;

std::uint64_t order_of(std::int32_t key, Ordinal node) {
    return std::uint64_t{static_cast<std::uint32_t>(key) ^ 0x80000000U} << 32 | node;
}

}  // namespace

RobustPrune::RobustPrune(const NodeCodes& codes)
    : codes_(codes),
      packed_(kCandidatesMax * codes.places()),
      queries_(kGroup * codes.places()),
      dots_(kGroup * kCandidatesMax) {}

void RobustPrune::choose(Ordinal node, std::vector<Ordinal>& candidates, NodeLinks links) {
    std::fill(links.begin(), links.end(), kNoOrdinal);
    sort_candidates(node, candidates);
    if (sorted_.empty()) return;
    prepare_tile(node);
    std::size_t kept = 0;
    for (std::size_t next = 0; next < sorted_.size() && kept < kDegree;) {
        next = strike_group(next, links, kept);
        kept = static_cast<std::size_t>(
            std::find(links.begin() + static_cast<std::ptrdiff_t>(kept), links.end(), kNoOrdinal) -
            links.begin());
    }
}

void RobustPrune::sort_candidates(Ordinal node, std::vector<Ordinal>& candidates) {
    std::erase_if(candidates, [&](Ordinal other) { return other == node || other == kNoOrdinal; });
    codes_.write_query(node, queries_.data());
    keys_.resize(candidates.size());
    codes_.dots(queries_.data(), candidates, keys_.data());
    order_.resize(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        order_[i] = order_of(codes_.key_term(candidates[i]) - (keys_[i] << codes_.dot_shift()),
                             candidates[i]);
    }
    std::sort(order_.begin(), order_.end());
    order_.erase(std::unique(order_.begin(), order_.end()), order_.end());
    sorted_.resize(std::min(order_.size(), kCandidatesMax));
    std::transform(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(sorted_.size()),
                   sorted_.begin(),
                   [](std::uint64_t entry) { return static_cast<Ordinal>(entry); });
}

void RobustPrune::prepare_tile(Ordinal node) {
    codes_.pack(sorted_, packed_.data());
    const std::size_t blocks = (sorted_.size() + kBlock - 1) / kBlock;
    // Its query is still there from sorting.
    codes_.kernels().dot_tile(queries_.data(), codes_.places(), 1, packed_.data(), blocks,
                              codes_.places(), dots_.data(), kCandidatesMax);
    std::fill(std::begin(limits_), std::end(limits_), 0);
    std::fill(std::begin(is_out_), std::end(is_out_), -1);
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
        const std::int32_t row = codes_.row_term(sorted_[i]);
        const std::int64_t distance =
            std::int64_t{codes_.query_term(node)} + row - (dots_.data()[i] << codes_.dot_shift());
        const std::int64_t near_enough =
            distance * kAlphaSquaredDenominator / kAlphaSquaredNumerator;
        // d(by, i) = query_term(by) + row − (dot << shift) <= near_enough
        limits_[i] = static_cast<std::int32_t>(row - near_enough);
        is_out_[i] = 0;
    }
}

std::size_t RobustPrune::strike_group(std::size_t next, NodeLinks links, std::size_t kept) {
    std::size_t group[kGroup];
    std::size_t size = 0;
    for (; next < sorted_.size() && size < kGroup; ++next) {
        if (is_out_[next] != 0) continue;
        codes_.write_query(sorted_[next], queries_.data() + size * codes_.places());
        group[size++] = next;
    }
    if (size == 0) return next;
    const std::size_t first_block = group[0] / kBlock;
    const std::size_t blocks = (sorted_.size() + kBlock - 1) / kBlock - first_block;
    codes_.kernels().dot_tile(queries_.data(), codes_.places(), size,
                              packed_.data() + first_block * kBlock * codes_.places(), blocks,
                              codes_.places(), dots_.data(), kCandidatesMax);
    for (std::size_t i = 0; i < size && kept < kDegree; ++i) {
        if (is_out_[group[i]] != 0) continue;
        links[kept++] = sorted_[group[i]];
        strike_out(group[i], dots_.data() + i * kCandidatesMax, first_block);
    }
    return next;
}

void RobustPrune::strike_out(std::size_t by, const std::int32_t* dots, std::size_t first_block) {
    const std::int32_t term = codes_.query_term(sorted_[by]);
    const int shift = codes_.dot_shift();
    for (std::size_t begin = first_block * kBlock; begin < sorted_.size(); begin += kBlock) {
        std::int32_t block[kBlock];  // a copy, so that nothing overlaps
        std::copy_n(dots + (begin - first_block * kBlock), kBlock, block);
        for (std::size_t i = 0; i < kBlock; ++i) {
            is_out_[begin + i] |=
                -static_cast<std::int32_t>(limits_[begin + i] + term <= (block[i] << shift));
        }
    }
}

}  // namespace sokkuri::index
