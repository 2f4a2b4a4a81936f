// What the codes of rows and of queries share: the range that steps divide, and error bounds that
// never round down.
#pragma once

#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace sokkuri::index {

/// Below it a row's spread counts as none: its reciprocal would overflow.
inline constexpr float kScaleMin = 1e-30F;
/// Covers what underflow can take from sums of squares.
inline constexpr double kTiny = 1e-30;

struct Range {
    float low;
    float high;
};

/// Least and greatest of `count` ≥ 1 values.
inline Range range_of(const float* values, std::size_t count) {
    float lows[kLanes];
    float highs[kLanes];
    std::fill_n(lows, kLanes, values[0]);
    std::fill_n(highs, kLanes, values[0]);
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float value = values[i + lane];
            lows[lane] = value < lows[lane] ? value : lows[lane];
            highs[lane] = value > highs[lane] ? value : highs[lane];
        }
    }
    for (; i < count; ++i) {
        lows[0] = std::min(lows[0], values[i]);
        highs[0] = std::max(highs[0], values[i]);
    }
    return {*std::min_element(lows, lows + kLanes), *std::max_element(highs, highs + kLanes)};
}

/// The least float that is not below `value`.
inline float rounded_up(double value) {
    const auto rounded = static_cast<float>(value);
    if (double{rounded} >= value) return rounded;
    return std::nextafter(rounded, std::numeric_limits<float>::infinity());
}

}  // namespace sokkuri::index
