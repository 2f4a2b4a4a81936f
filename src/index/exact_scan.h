// Exact search over plain float32 rows: a fast float32 pass keeps every row that its rounding error
// could still make one of the k nearest, then float64 decides. The answer is that of a float64 scan
// over all rows, ties included. For rows that no segment holds, and for filters that leave so few
// rows that codes would not pay.
#pragma once

#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/metric.h"
#include "index/neighbor.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Rows that lie side by side in memory; slots count on from `first`. Borrowed for the length of
/// a call.
struct RowsView {
    std::span<const float> values;  // count × dimension
    Slot first = 0;
};

struct ExactScan {
    Metric metric = Metric::kCosine;
    std::span<const float> query;      // dimension floats, finite
    std::size_t k = 10;                // at least 1
    const Bitmap* left_out = nullptr;  // rows that must not be returned
    const Bitmap* allowed = nullptr;   // the only rows that may be
    double distance_max = std::numeric_limits<double>::infinity();
    const simd::Kernels* kernels = nullptr;
    ThreadPool* threads = nullptr;  // null: the caller alone
};

/// The k nearest rows and every further row that is exactly as far as the k-th (the caller breaks
/// ties by what it knows), nearest first, then by slot. O(rows × dimension), bound by memory.
/// Components of rows must be finite.
std::vector<Neighbor> nearest_rows(const ExactScan& scan, std::span<const RowsView> rows);

/// The same among the rows of `slots` (ascending, so that memory is walked in order). Slots beyond
/// `rows` are passed over.
std::vector<Neighbor> nearest_rows(const ExactScan& scan, const RawRows& rows,
                                   std::span<const Slot> slots);

/// Many queries (count × `dimension` floats) share each pass over the rows; `shared.query` is
/// ignored. One answer a query, each as of nearest_rows.
std::vector<std::vector<Neighbor>> nearest_rows_of_each(const ExactScan& shared,
                                                        std::span<const float> queries,
                                                        std::size_t dimension,
                                                        std::span<const RowsView> rows);

}  // namespace sokkuri::index
