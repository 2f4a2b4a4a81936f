// PackedNodes: a set of nodes laid out for tiles, and the nearest of them for many queries at once.
// What assigns points to leaders, compares all pairs of a leaf and finds landmarks.
// Immutable; safe from any number of threads. Borrows the codes.
#pragma once

#include "index/line_buffer.h"
#include "index/node_codes.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sokkuri::index {

/// One of the nearest: smaller steering key first, ties by position. Positions are those in the
/// set.
struct KeyedPosition {
    std::uint64_t order;  // key, made unsigned, above the position

    std::uint32_t position() const { return static_cast<std::uint32_t>(order); }
    std::int32_t key() const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(order >> 32) ^ 0x80000000U);
    }
    static KeyedPosition of(std::int32_t key, std::uint32_t position) {
        const std::uint32_t high = static_cast<std::uint32_t>(key) ^ 0x80000000U;
        return {std::uint64_t{high} << 32 | position};
    }
    auto operator<=>(const KeyedPosition&) const = default;
};

class PackedNodes {
 public:
    /// count × places() bytes, and a copy of the row terms.
    PackedNodes(const NodeCodes& codes, std::span<const Ordinal> nodes);

    std::size_t count() const { return count_; }

    /// For each of `queries` in turn: consume(its index, its min(k, count()) nearest positions,
    /// nearest first). O(queries × count × places).
    using Consumer = std::function<void(std::size_t, std::span<const KeyedPosition>)>;
    void nearest(std::span<const Ordinal> queries, std::size_t k, const Consumer& consume) const;

 private:
    const NodeCodes& codes_;
    const std::size_t count_;
    const std::size_t blocks_;
    LineBuffer<std::uint8_t> packed_;
    std::vector<std::int32_t> terms_;  // of the padding: so large that it is never near
};

}  // namespace sokkuri::index
