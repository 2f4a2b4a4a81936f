// Neighbor: what every search of a segment or of plain rows returns, and the rule by which a list
// of them is cut: nearest first, ties by slot, and every further row that is exactly as far as the
// k-th, because only callers know how ties are to be broken (by record).
#pragma once

#include "index/raw_rows.h"

#include <cstddef>
#include <limits>
#include <vector>

namespace sokkuri::index {

struct Neighbor {
    Slot slot = 0;
    double distance = 0;

    bool operator==(const Neighbor&) const = default;
};

/// Sorts by (distance, slot) and cuts after the k-th and its ties, and beyond `distance_max`.
/// O(n log n).
void keep_nearest(std::vector<Neighbor>& neighbors, std::size_t k,
                  double distance_max = std::numeric_limits<double>::infinity());

}  // namespace sokkuri::index
