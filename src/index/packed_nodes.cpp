#include "index/packed_nodes.h"

#include <algorithm>
#include <limits>

namespace sokkuri::index {

namespace {

constexpr std::size_t kBlock = 16;
// Keys looked at together, for how many queries: at 256 bytes a node both the blocks and the dot
// products stay in the second cache.
constexpr std::size_t kSpanBlocks = 128;
constexpr std::size_t kQueries = 12;
// Bytes of blocks in one call of the kernel, and what keeps the rows of dot products off each
// other's places in the first cache; measured with bench/kernels.cpp.
constexpr std::size_t kTileBytes = 128 << 10;
constexpr std::size_t kStrideOffset = 16;

/// The k smallest of a stream of keys, which comes in spans of at most kSpanBlocks blocks.
/// Positions must come in ascending order.
class NearestKeys {
 public:
    void start(std::size_t k);
    /// The keys of `blocks` blocks at positions `first` on: terms − (dots << dot_shift), written
    /// over the dots.
    void offer(std::int32_t* dots, const std::int32_t* terms, int dot_shift, std::size_t blocks,
               std::uint32_t first);
    std::span<const KeyedPosition> finish();

 private:
    std::int32_t bound_of(std::size_t blocks);
    void shrink();

    std::size_t k_ = 0;
    std::int32_t limit_ = 0;                // only keys below it can still be among the nearest
    std::int32_t least_[kSpanBlocks] = {};  // of each block
    std::int32_t sorted_[kSpanBlocks] = {};
    std::size_t count_ = 0;
    std::vector<KeyedPosition> kept_;  // the first `count_`; room for k and a span and a block
};

}  // namespace

PackedNodes::PackedNodes(const NodeCodes& codes, std::span<const Ordinal> nodes)
    : codes_(codes),
      count_(nodes.size()),
      blocks_((count_ + kBlock - 1) / kBlock),
      packed_(blocks_ * kBlock * codes.places()),
      terms_(blocks_ * kBlock, std::numeric_limits<std::int32_t>::max()) {
    codes.pack(nodes, packed_.data());
    std::transform(nodes.begin(), nodes.end(), terms_.begin(),
                   [&](Ordinal node) { return codes.key_term(node); });
}

void PackedNodes::nearest(std::span<const Ordinal> queries, std::size_t k,
                          const Consumer& consume) const {
    const std::size_t places = codes_.places();
    const std::size_t stride = std::min(kSpanBlocks, blocks_) * kBlock + kStrideOffset;
    const std::size_t tile_blocks = std::max<std::size_t>(4, kTileBytes / (kBlock * places));
    LineBuffer<std::int8_t> rows(kQueries * places);
    LineBuffer<std::int32_t> dots(kQueries * stride);
    std::vector<NearestKeys> found(kQueries);
    for (std::size_t first = 0; first < queries.size(); first += kQueries) {
        const std::size_t count = std::min(kQueries, queries.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            codes_.write_query(queries[first + i], rows.data() + i * places);
            found[i].start(k);
        }
        for (std::size_t block = 0; block < blocks_; block += kSpanBlocks) {
            const std::size_t blocks = std::min(kSpanBlocks, blocks_ - block);
            for (std::size_t tile = 0; tile < blocks; tile += tile_blocks) {
                codes_.kernels().dot_tile(rows.data(), places, count,
                                          packed_.data() + (block + tile) * kBlock * places,
                                          std::min(tile_blocks, blocks - tile), places,
                                          dots.data() + tile * kBlock, stride);
            }
            for (std::size_t i = 0; i < count; ++i) {
                found[i].offer(dots.data() + i * stride, terms_.data() + block * kBlock,
                               codes_.dot_shift(), blocks,
                               static_cast<std::uint32_t>(block * kBlock));
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            consume(first + i, found[i].finish());
        }
    }
}

namespace {

void NearestKeys::start(std::size_t k) {
    k_ = k;
    limit_ = std::numeric_limits<std::int32_t>::max();
    count_ = 0;
    kept_.resize(k + (kSpanBlocks + 1) * kBlock);
}

void NearestKeys::offer(std::int32_t* dots, const std::int32_t* terms, int dot_shift,
                        std::size_t blocks, std::uint32_t first) {
    for (std::size_t block = 0; block < blocks; ++block) {
        std::int32_t keys[kBlock];
        std::int32_t least = std::numeric_limits<std::int32_t>::max();
        for (std::size_t i = 0; i < kBlock; ++i) {
            keys[i] = terms[block * kBlock + i] - (dots[block * kBlock + i] << dot_shift);
            least = std::min(least, keys[i]);
        }
        std::copy_n(keys, kBlock, dots + block * kBlock);
        least_[block] = least;
    }
    const std::int32_t bound = bound_of(blocks);
    for (std::size_t block = 0; block < blocks; ++block) {
        if (least_[block] > bound) continue;
        // Without branches: which of them it is cannot be foretold.
        for (std::size_t i = block * kBlock; i < (block + 1) * kBlock; ++i) {
            kept_[count_] = KeyedPosition::of(dots[i], first + static_cast<std::uint32_t>(i));
            count_ += static_cast<std::size_t>(dots[i] <= bound);
        }
    }
    if (count_ > k_) shrink();
}

/// What the k-th smallest key cannot be above: that of the k-th smallest block. Of a thousand keys
/// some 25 pass when k is 20.
std::int32_t NearestKeys::bound_of(std::size_t blocks) {
    if (blocks < k_) return limit_ - 1;
    std::copy_n(least_, blocks, sorted_);
    std::nth_element(sorted_, sorted_ + k_ - 1, sorted_ + blocks);
    return std::min(sorted_[k_ - 1], limit_ - 1);
}

void NearestKeys::shrink() {
    const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(kept_.begin(), last, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
    limit_ = last->key();
    count_ = k_;
}

std::span<const KeyedPosition> NearestKeys::finish() {
    std::sort(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(count_));
    return std::span(kept_).first(count_);
}

}  // namespace

}  // namespace sokkuri::index
