// Exact search over rows of bytes by Hamming distance: the number of bits that differ. Integers:
// nothing to bound, nothing to decide. Safe from any number of threads.
#pragma once

#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/neighbor.h"
#include "simd/kernels.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Rows that lie side by side in memory; slots count on from `first`. Borrowed for the length of
/// a call.
struct ByteRowsView {
    std::span<const std::uint8_t> values;  // count × size of the query
    Slot first = 0;
};

struct HammingScan {
    std::span<const std::uint8_t> query;  // at least 1 byte
    std::size_t k = 10;                   // at least 1
    SlotFilter filter;
    double distance_max = std::numeric_limits<double>::infinity();
    const simd::Kernels* kernels = nullptr;
    ThreadPool* threads = nullptr;  // null: the caller alone
};

/// The k nearest rows and every further row that is exactly as far as the k-th, nearest first, then
/// by slot. O(rows × bytes), bound by memory.
std::vector<Neighbor> nearest_by_hamming(const HammingScan& scan,
                                         std::span<const ByteRowsView> rows);

}  // namespace sokkuri::index
