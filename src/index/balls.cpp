#include "index/balls.h"

#include "base/check.h"
#include "index/code_rounding.h"
#include "index/codes.h"
#include "index/head_codes.h"
#include "index/head_projection.h"
#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sokkuri::index {

namespace {

/// Balls that a thread makes in one go: their centers are lifted by one product.
constexpr std::size_t kTurnBalls = 32;
/// Sums of squares in float64, some dozens of roundings.
constexpr double kDoubleSlack = 1e-12;

/// A center, as what comes after the search for it needs it.
struct Center {
    double norm_squared = 0;
    double tail = 0;
    const float* lifted = nullptr;  // ĉ among vectors: dimension
};

/// What a thread works with.
class Turn {
 public:
    Turn(const SegmentParts& parts, const HeadLift& lift, const simd::Kernels& kernels)
        : parts_(parts),
          lift_(lift),
          kernels_(kernels),
          codes_(parts.model.layout.places()),
          sums_(codes_.size()),
          heads_(kTurnBalls * parts.model.columns()),
          lifted_(kTurnBalls * lift.stride()),
          row_(parts.model.dimension) {}

    /// Balls [first, first + count).
    void make(std::size_t first, std::size_t count, Balls& balls);

 private:
    std::size_t end_of(std::size_t ball) const {
        return std::min<std::size_t>(parts_.nodes, (ball + 1) * kBallNodes);
    }
    /// Head, norm and tail.
    void find_center(std::size_t ball, float* head, Balls& balls);
    double radius_of(std::size_t ball, const Center& center);
    /// No p(x) of the node is farther from the center.
    double farthest(Ordinal node, const Center& center);

    const SegmentParts& parts_;
    const HeadLift& lift_;
    const simd::Kernels& kernels_;
    std::vector<std::uint8_t> codes_;
    std::vector<std::uint32_t> sums_;
    std::vector<float> heads_;   // decoded centers, columns each
    std::vector<float> lifted_;  // lift.stride() each
    std::vector<float> row_;
};

}  // namespace

void extend_balls(const SegmentParts& parts, const simd::Kernels& kernels, ThreadPool& threads,
                  Balls& balls) {
    CHECK(balls.nodes <= parts.nodes);
    const std::size_t whole = balls.nodes / kBallNodes;
    const std::size_t count = (parts.nodes + kBallNodes - 1) / kBallNodes;
    balls.nodes = parts.nodes;
    balls.heads.resize(count * parts.model.layout.row_bytes());
    balls.norms.resize(count);
    balls.tails.resize(count);
    balls.radii.resize(count);
    const HeadLift lift(parts.model);
    const std::size_t turns = (count - whole + kTurnBalls - 1) / kTurnBalls;
    threads.for_each(turns, [&](std::size_t turn) {
        const std::size_t first = whole + turn * kTurnBalls;
        Turn(parts, lift, kernels).make(first, std::min(kTurnBalls, count - first), balls);
    });
}

namespace {

void Turn::make(std::size_t first, std::size_t count, Balls& balls) {
    const std::size_t columns = parts_.model.columns();
    for (std::size_t i = 0; i < count; ++i) {
        find_center(first + i, heads_.data() + i * columns, balls);
    }
    lift_.lift(kernels_, heads_.data(), count, lifted_.data());
    for (std::size_t i = 0; i < count; ++i) {
        const float* head = heads_.data() + i * columns;
        const Center center{.norm_squared = kernels_.decide_dot(head, head, columns).dot,
                            .tail = balls.tails[first + i],
                            .lifted = lifted_.data() + i * lift_.stride()};
        balls.norms[first + i] = static_cast<float>(center.norm_squared);
        balls.radii[first + i] = rounded_up(radius_of(first + i, center));
    }
}

// Any point will do for a center: the mean of the codes is near the mean of the rows, and is a
// code.
void Turn::find_center(std::size_t ball, float* head, Balls& balls) {
    const HeadLayout layout = parts_.model.layout;
    const std::size_t stride = layout.row_bytes();
    const std::size_t first = ball * kBallNodes;
    const std::size_t end = end_of(ball);
    const auto count = static_cast<std::uint32_t>(end - first);
    std::ranges::fill(sums_, 0);
    double tails = 0;
    for (std::size_t node = first; node < end; ++node) {
        unpack_head(layout, parts_.heads.data() + node * stride, codes_.data());
        transform_lanes(sums_.data(), codes_.data(), sums_.size(), sums_.data(),
                        [](std::uint32_t sum, std::uint8_t code) { return sum + code; });
        tails += double{parts_.head_tails[node]};
    }
    std::ranges::transform(sums_, codes_.begin(), [count](std::uint32_t sum) {
        return static_cast<std::uint8_t>((2 * sum + count) / (2 * count));
    });
    pack_head(layout, codes_.data(), balls.heads.data() + ball * stride);
    std::fill_n(head, parts_.model.columns(), 0.0F);
    decode_head(parts_.model, codes_.data(), head);
    const auto tail = static_cast<float>(tails / count);
    balls.tails[ball] = tail == tail ? tail : 0.0F;
}

double Turn::radius_of(std::size_t ball, const Center& center) {
    double radius = 0;
    for (std::size_t node = ball * kBallNodes; node < end_of(ball); ++node) {
        radius = std::max(radius, farthest(static_cast<Ordinal>(node), center));
    }
    // Decoding the center rounded each of its components once.
    return radius + std::ldexp(std::sqrt(center.norm_squared), -23);
}

// With x̂, the full code's vector, and y = x̂ − mean: |p(x) − p(x̂)| ≤ |x − x̂|, and as |y|² = |y_u|² +
// |y_t|²,
//   |p(x̂) − (ĉ, t)|² = |y|² + |ĉ|² + t² − 2 y_u·ĉ − 2 |y_t| t.
// y_u·ĉ is the dot of y with the lifted center, off by lift.slack() · |ĉ| · |y| at most; |y_t| is
// at least the tail that is known of x less its slack and |x − x̂|. Taking off the mean rounds y.
double Turn::farthest(Ordinal node, const Center& center) {
    const double tail = parts_.head_tails[node];
    if (std::isnan(tail)) return std::numeric_limits<double>::infinity();
    const std::size_t dimension = parts_.model.dimension;
    const std::uint8_t* code = parts_.full.data() + node * full_code_stride(dimension);
    FullMeta meta;
    std::memcpy(&meta, code + full_meta_at(dimension), sizeof meta);
    transform_lanes(code, parts_.model.mean.data(), dimension, row_.data(),
                    [low = meta.low, scale = meta.scale](std::uint8_t byte, float mean) {
                        return low + scale * static_cast<float>(byte) - mean;
                    });
    const simd::DotAndNorm64 found = kernels_.decide_dot(center.lifted, row_.data(), dimension);
    const double tail_low = std::max(0.0, tail - double{parts_.model.tail_slack} - meta.error);
    const double norm = std::sqrt(found.norm_squared);
    const double squares = found.norm_squared + center.norm_squared + center.tail * center.tail;
    const double squared = squares * (1 + kDoubleSlack) - 2 * found.dot -
                           2 * tail_low * center.tail +
                           2 * lift_.slack() * std::sqrt(center.norm_squared) * norm;
    return std::sqrt(std::max(0.0, squared)) + meta.error + std::ldexp(norm, -23) + kTiny;
}

}  // namespace

}  // namespace sokkuri::index
