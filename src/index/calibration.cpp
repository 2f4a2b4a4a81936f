#include "index/calibration.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

/// Points of one k, ascending by ef, neither recall falling.
using Curve = std::span<const CalibrationPoint>;

/// The measured ks on both sides of the one asked for, and where it lies between them.
struct Bracket {
    Curve below;
    Curve above;        // the same one when k was measured, or lies outside of all
    double share = 0;   // 0: at `below`, 1: at `above`; by log k
    double beyond = 1;  // k ÷ the largest k that was measured; at least 1
};

std::optional<Bracket> bracket_of(std::span<const CalibrationPoint> points, std::size_t k);
std::optional<double> width_for(Curve curve, double recall);
std::optional<double> recall_at(Curve curve, double ef);
double interpolated(double from, double to, double share);

constexpr double kPerfect = 1e-6;  // what even a table without a miss may miss

/// Misses fall about as a power of the width: straight lines between logarithms.
double hardness(double recall) {
    return -std::log(1 - recall + kPerfect);
}

double recall_of(double hard) {
    return 1 + kPerfect - std::exp(-hard);
}

}  // namespace

std::optional<std::size_t> ef_for(const SegmentParts& parts, std::size_t k, double recall) {
    const std::optional<Bracket> bracket = bracket_of(parts.calibration, k);
    if (!bracket) return std::nullopt;
    const std::optional<double> below = width_for(bracket->below, recall);
    const std::optional<double> above = width_for(bracket->above, recall);
    if (!below || !above) return std::nullopt;
    const double width = std::exp(interpolated(std::log(*below), std::log(*above), bracket->share));
    // What rounding adds to a whole number must not make it the next one.
    const auto ef = static_cast<std::size_t>(std::ceil(width * bracket->beyond - 0.01));
    return std::max(ef, k);
}

std::optional<double> expected_recall(const SegmentParts& parts, std::size_t k, std::size_t ef) {
    const std::optional<Bracket> bracket = bracket_of(parts.calibration, k);
    if (!bracket) return std::nullopt;
    const double width = static_cast<double>(std::max(ef, k)) / bracket->beyond;
    const std::optional<double> below = recall_at(bracket->below, width);
    const std::optional<double> above = recall_at(bracket->above, width);
    if (!below || !above) return std::nullopt;
    if (bracket->share == 0) return *below;
    // Between two ks at one width: tried on tables, this comes closest to interpolated widths.
    const double hard = std::exp(
        interpolated(std::log(hardness(*below)), std::log(hardness(*above)), bracket->share));
    return std::clamp(recall_of(hard), *above, *below);
}

namespace {

std::optional<Bracket> bracket_of(std::span<const CalibrationPoint> points, std::size_t k) {
    Bracket bracket;
    for (auto first = points.begin(); first != points.end();) {
        const auto end = std::find_if(first, points.end(), [&](const CalibrationPoint& point) {
            return point.k != first->k;
        });
        bracket.below = bracket.above.empty() ? Curve(first, end) : bracket.above;
        bracket.above = Curve(first, end);
        if (first->k >= k) break;
        first = end;
    }
    if (bracket.above.empty()) return std::nullopt;
    const double high = bracket.above.front().k;
    const auto asked = static_cast<double>(k);
    if (asked >= high || bracket.below.front().k >= k) {
        // Measured, larger than all, or smaller than all.
        const bool is_small = bracket.below.front().k >= k;
        const Curve curve = is_small ? bracket.below : bracket.above;
        return Bracket{curve, curve, 0, is_small ? 1 : asked / high};
    }
    const double low = bracket.below.front().k;
    bracket.share = (std::log(asked) - std::log(low)) / (std::log(high) - std::log(low));
    return bracket;
}

std::optional<double> width_for(Curve curve, double recall) {
    const auto reached = std::ranges::find_if(
        curve, [&](const CalibrationPoint& point) { return point.recall_low >= recall; });
    if (reached == curve.end()) return std::nullopt;
    if (reached == curve.begin()) return reached->ef;
    const CalibrationPoint& before = *(reached - 1);
    const double from = hardness(before.recall_low);
    const double share = (hardness(recall) - from) / (hardness(reached->recall_low) - from);
    return std::exp(interpolated(std::log(before.ef), std::log(reached->ef), share));
}

std::optional<double> recall_at(Curve curve, double ef) {
    const double width = std::max<double>(ef, curve.front().k);
    if (width < curve.front().ef) return std::nullopt;
    const auto wider = std::ranges::find_if(
        curve, [&](const CalibrationPoint& point) { return point.ef > width; });
    const CalibrationPoint& before = *(wider - 1);
    if (wider == curve.end()) return before.recall;
    const double share =
        (std::log(width) - std::log(before.ef)) / (std::log(wider->ef) - std::log(before.ef));
    const double hard = interpolated(hardness(before.recall), hardness(wider->recall), share);
    return std::clamp<double>(recall_of(hard), before.recall, wider->recall);
}

double interpolated(double from, double to, double share) {
    return from + (to - from) * share;
}

}  // namespace

}  // namespace sokkuri::index
