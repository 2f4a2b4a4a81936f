#include "index/packed_nodes.h"

#include <algorithm>
#include <limits>

namespace sokkuri::index {

namespace {

constexpr std::size_t kBlock = 16;
// Queries and blocks of one tile: 32 queries of 256 bytes stay in the first cache, 32 blocks of
// 16 · 256 bytes in the second.
constexpr std::size_t kTileQueries = 32;
constexpr std::size_t kTileBlocks = 32;

/// The k smallest of a stream of keys. Positions must come in ascending order.
class NearestKeys {
 public:
    void start(std::size_t k);
    /// `count` is a multiple of kBlock.
    void offer(const std::int32_t* dots, const std::int32_t* terms, int dot_shift,
               std::size_t count, std::uint32_t first);
    std::span<const KeyedPosition> finish();

 private:
    void shrink();

    std::size_t k_ = 0;
    std::int32_t limit_ = 0;  // keys below it are among the nearest so far
    std::vector<KeyedPosition> kept_;
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
    std::vector<std::int8_t> rows(kTileQueries * places);
    std::vector<std::int32_t> dots(kTileQueries * kTileBlocks * kBlock);
    std::vector<NearestKeys> found(kTileQueries);
    for (std::size_t first = 0; first < queries.size(); first += kTileQueries) {
        const std::size_t count = std::min(kTileQueries, queries.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            codes_.write_query(queries[first + i], rows.data() + i * places);
            found[i].start(k);
        }
        for (std::size_t block = 0; block < blocks_; block += kTileBlocks) {
            const std::size_t blocks = std::min(kTileBlocks, blocks_ - block);
            const std::size_t width = blocks * kBlock;
            codes_.kernels().dot_tile(rows.data(), places, count,
                                      packed_.data() + block * kBlock * places, blocks, places,
                                      dots.data(), width);
            for (std::size_t i = 0; i < count; ++i) {
                found[i].offer(dots.data() + i * width, terms_.data() + block * kBlock,
                               codes_.dot_shift(), width,
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
    kept_.clear();
    kept_.reserve(2 * k + kBlock);
}

void NearestKeys::offer(const std::int32_t* dots, const std::int32_t* terms, int dot_shift,
                        std::size_t count, std::uint32_t first) {
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
        std::int32_t keys[kBlock];
        std::int32_t are_below = 0;
        for (std::size_t i = 0; i < kBlock; ++i) {
            keys[i] = terms[begin + i] - (dots[begin + i] << dot_shift);
            are_below |= -static_cast<std::int32_t>(keys[i] < limit_);
        }
        if (are_below == 0) continue;
        for (std::size_t i = 0; i < kBlock; ++i) {
            if (keys[i] >= limit_) continue;
            kept_.push_back(
                KeyedPosition::of(keys[i], static_cast<std::uint32_t>(first + begin + i)));
        }
        if (kept_.size() >= 2 * k_) shrink();
    }
}

void NearestKeys::shrink() {
    const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(kept_.begin(), last, kept_.end());
    limit_ = last->key();
    kept_.resize(k_);
}

std::span<const KeyedPosition> NearestKeys::finish() {
    std::sort(kept_.begin(), kept_.end());
    if (kept_.size() > k_) kept_.resize(k_);
    return kept_;
}

}  // namespace

}  // namespace sokkuri::index
