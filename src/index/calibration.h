// Calibration: from the recall that somebody asks for to the width of a graph search, and back, by
// the table that a segment carries (measured when it was built: calibration_run.h). Pure functions:
// safe from any number of threads.
#pragma once

#include "index/segment.h"

#include <cstddef>
#include <optional>

namespace sokkuri::index {

/// The smallest ef at which the lower 95 % bound of recall@k reaches `recall`:
/// interpolated between the widths and the ks that were measured, growing as k beyond the largest.
/// At least k. Empty when no width that was measured gets there: search exactly. O(points).
std::optional<std::size_t> ef_for(const SegmentParts& parts, std::size_t k, double recall);

/// Mean recall@k to be expected at width `ef`, interpolated likewise. Empty when the segment is not
/// calibrated, or not for widths so small. O(points).
std::optional<double> expected_recall(const SegmentParts& parts, std::size_t k, std::size_t ef);

}  // namespace sokkuri::index
