// RobustPrune: which of the candidates become links of a node. Nearest first, each one kept strikes
// out those that it is nearer to than the node is, by more than the factor alpha: a search will get
// to them through it. Subramanya et al. 2019, algorithm 2; ours: exact in integers, not strict (of
// nodes with equal heads one stands for all, so they cannot form a clique), and what was struck out
// does not come back to fill up.
#pragma once

#include "index/line_buffer.h"
#include "index/node_codes.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Links of one node: the first ones are used, kNoOrdinal stands in the rest.
using NodeLinks = std::span<std::uint32_t, kDegree>;

/// Scratch memory of one thread. Borrows the codes.
class RobustPrune {
 public:
    /// Of more candidates only the nearest are looked at.
    static constexpr std::size_t kCandidatesMax = 112;

    explicit RobustPrune(const NodeCodes& codes);

    /// Writes at most kDegree of `candidates` (any order; repeated ones, `node` and kNoOrdinal are
    /// passed over), nearest first by (steering key, ordinal). Changes `candidates`.
    void choose(Ordinal node, std::vector<Ordinal>& candidates, NodeLinks links);

 private:
    void sort_candidates(Ordinal node, std::vector<Ordinal>& candidates);
    void prepare_tile(Ordinal node);
    std::size_t strike_group(std::size_t next, NodeLinks links, std::size_t kept);
    void strike_out(std::size_t by, const std::int32_t* dots, std::size_t first_block);

    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kBlocksMax = kCandidatesMax / kBlock;
    // Rows of the triangle computed at once, before it is known which of them will be kept.
    static constexpr std::size_t kGroup = 6;

    const NodeCodes& codes_;
    std::vector<Ordinal> sorted_;
    std::vector<std::int32_t> keys_;
    std::vector<std::uint64_t> order_;
    LineBuffer<std::uint8_t> packed_;
    LineBuffer<std::int8_t> queries_;
    LineBuffer<std::int32_t> dots_;
    std::int32_t limits_[kCandidatesMax];  // struck out when (dot << shift) − term reaches it
    std::int32_t is_out_[kCandidatesMax];  // −1 or 0
};

}  // namespace sokkuri::index
