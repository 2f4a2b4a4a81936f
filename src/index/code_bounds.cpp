#include "index/code_bounds.h"

#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sokkuri::index {

namespace {

constexpr double kUnit = 0x1p-24;  // half an ulp of float32, relative

// rows_within computes D² = (c + n) + m · dot in float32, n being the row's |ẑ|², c the constant.
// With S = |ẑ_q|² + |what the center adds| + n: |m · dot| = |2 ẑ_q · ẑ + what the center adds| <=
// S, |c + n| <= S and D² <= 2 S. In units of kUnit · S: m, dot and their product 3; c, with the
// sums it is made of, 2; n 1; c + n 1; D² 2; taking off the slack 2: makes 11. Then come the root
// and two differences: if the true gap is not negative, both subtrahends are at most the root s, so
// the gap is off by at most 3 · kUnit · s, as if D² were off by 6 · kUnit · s² <= 12 · kUnit · S.
// (If it is negative, so is the computed one: rounding is monotonic.) That is 23; doubled for
// second orders.
constexpr double kCoarseSlack = 48 * kUnit;
// Squaring gap and tail difference, their sum, and the difference itself: below 8 roundings of a
// sum of squares, which must not exceed the limit if the true one does not.
constexpr double kLimitSlack = 16 * kUnit;
// A ball's left side is D² of above, with that slack, and the square of a difference, at most 3
// roundings and the sum's; the right side a sum, its square and this factor: 5. Below 16 of the
// larger side; doubled for second orders.
constexpr double kBallSlack = 32 * kUnit;
// In float64 only the float32 members of rows and queries are rounded: three of them, by a unit.
constexpr double kFineSlack = 4 * kUnit;
// Sums and products in float64, a few dozen at most.
constexpr double kDoubleSlack = 1e-13;
// In D: what underflow of float32 may take from squares, a dozen times 2^-126 at the very most.
// (The space brings ordinary norms near 1.)
constexpr double kTiny = 1e-18;

/// Balls [first, first + size) of `rows`, as bits. (Inlined by order: of a whole group the copies
/// are registers.)
[[gnu::always_inline]] inline std::uint64_t lanes_within(const BallRows& rows, std::size_t first,
                                                         std::size_t size, const BallQuery& query) {
    constexpr auto kSlack = static_cast<float>(kCoarseSlack);
    constexpr auto kMore = static_cast<float>(1 + kBallSlack);
    std::int32_t dots[kLanes] = {};
    float norms[kLanes] = {};
    float tails[kLanes] = {};
    float radii[kLanes] = {};
    std::memcpy(dots, rows.dots + first, size * sizeof(*dots));
    std::memcpy(norms, rows.norms_squared + first, size * sizeof(*norms));
    std::memcpy(tails, rows.tails + first, size * sizeof(*tails));
    std::memcpy(radii, rows.radii + first, size * sizeof(*radii));
    std::uint32_t bits[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
        const float head = query.constant + norms[i] +
                           query.multiplier * static_cast<float>(dots[i]) -
                           kSlack * (query.constant_slack + norms[i]);
        const float tail = query.tail - tails[i];
        const float limit = query.reach + radii[i];
        bits[i] = head + tail * tail > limit * limit * kMore ? 0U : 1U << i;
    }
    std::uint32_t within = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
        within |= bits[i];
    }
    return within & ((std::uint64_t{1} << size) - 1);
}

float rounded_up(double value) {
    const auto rounded = static_cast<float>(value);
    if (!(double{rounded} < value)) return rounded;
    return std::nextafter(rounded, std::numeric_limits<float>::infinity());
}

}  // namespace

HeadBound::HeadBound(const HeadModel& model, const HeadQuery& query)
    : multiplier_(-2 * double{model.step} * double{query.step}),
      coarse_error_(query.coarse_error),
      error_(query.error),
      tail_(query.tail),
      tail_slack_(query.tail_slack) {
    const double center = 2 * double{model.step} * double{model.center()};
    const double coarse_shift = center * double{query.coarse_codes_sum};
    const double shift = center * double{query.codes_sum};
    coarse_constant_ = double{query.coarse_norm_squared} + coarse_shift;
    coarse_magnitude_ = double{query.coarse_norm_squared} + std::abs(coarse_shift);
    constant_ = double{query.norm_squared} + shift;
    magnitude_ = double{query.norm_squared} + std::abs(shift);
}

simd::BoundQuery HeadBound::coarse(double reach) const {
    const double limit = reach + tail_slack_ + kTiny;
    return {.constant = static_cast<float>(coarse_constant_),
            .constant_slack = rounded_up(coarse_magnitude_),
            .multiplier = static_cast<float>(multiplier_),
            .slack = static_cast<float>(kCoarseSlack),
            .error = rounded_up(coarse_error_),
            .tail = static_cast<float>(tail_),
            .limit_squared = rounded_up(limit * limit * (1 + kLimitSlack))};
}

// A row x in reach has |p(q) − p(x)| <= reach, with p(q) off (ẑ_q, tail) by error and slack of the
// tail, and p(x) off the center by the radius.
BallQuery HeadBound::balls(double reach) const {
    return {.constant = static_cast<float>(coarse_constant_),
            .constant_slack = rounded_up(coarse_magnitude_),
            .multiplier = static_cast<float>(multiplier_),
            .tail = static_cast<float>(tail_),
            .reach = rounded_up(reach + tail_slack_ + coarse_error_ + kTiny)};
}

std::uint64_t balls_within(const BallRows& rows, const BallQuery& query) {
    std::uint64_t within = 0;
    std::size_t first = 0;
    for (; first + kLanes <= rows.count; first += kLanes) {
        within |= lanes_within(rows, first, kLanes, query) << first;
    }
    if (first < rows.count) within |= lanes_within(rows, first, rows.count - first, query) << first;
    return within;
}

bool HeadBound::may_reach(double reach, const HeadBounds& row, double dot) const {
    const double norm = row.norm_squared;
    const double squared =
        constant_ + norm + multiplier_ / 128 * dot - kFineSlack * (magnitude_ + norm);
    const double gap = std::sqrt(std::max(0.0, squared)) - error_ - double{row.error};
    const double head = std::max(0.0, gap);
    const double tail = tail_ - double{row.tail};
    const double limit = (reach + tail_slack_ + kTiny) * (1 + kDoubleSlack);
    // A NaN may reach.
    const bool is_beyond = head * head + tail * tail > limit * limit * (1 + kDoubleSlack);
    return !is_beyond;
}

double HeadBound::coarse_lower(const HeadBounds& row, std::int32_t dot) const {
    const double norm = row.norm_squared;
    const double squared =
        coarse_constant_ + norm + multiplier_ * dot - kFineSlack * (coarse_magnitude_ + norm);
    const double gap = std::sqrt(std::max(0.0, squared)) - coarse_error_ - double{row.error};
    const double head = std::max(0.0, gap);
    const double tail = tail_ - double{row.tail};
    const double lower =
        std::sqrt(head * head + tail * tail) * (1 - kDoubleSlack) - tail_slack_ - kTiny;
    return lower > 0 ? lower : 0;  // of a NaN, 0
}

double HeadBound::estimate(const HeadBounds& row, std::int32_t dot) const {
    const double tail = tail_ - double{row.tail};
    return coarse_constant_ + double{row.norm_squared} + multiplier_ * dot + tail * tail;
}

FullBound::FullBound(const FullQuery& query)
    : coarse_{.norm_squared = query.coarse_norm_squared,
              .sum = double{query.step} * query.codes_sum,
              .step = query.step,
              .error = query.coarse_error},
      both_{.norm_squared = query.norm_squared,
            .sum = query.sum,
            .step = double{query.step} / 128,
            .error = query.error} {}

double FullBound::lower_of(const Planes& planes, const FullMeta& row, double dot) {
    const double low_part = double{row.low} * planes.sum;
    const double scale_part = double{row.scale} * planes.step * dot;
    const double norms = planes.norm_squared + double{row.norm_squared};
    const double squared = norms - 2 * (low_part + scale_part);
    // Float32 holds both norms and the sum; the rest is float64.
    const double slack = kFineSlack * (norms + 2 * std::abs(low_part)) +
                         kDoubleSlack * (norms + std::abs(low_part) + std::abs(scale_part));
    const double root = std::sqrt(std::max(0.0, squared - slack));
    return std::max(0.0, (root - planes.error - double{row.error}) * (1 - kDoubleSlack) - kTiny);
}

}  // namespace sokkuri::index
