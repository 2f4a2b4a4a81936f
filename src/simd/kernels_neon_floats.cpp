// NEON: floats. Two accumulators a sum hide most of the latency of a fused multiply-add.
#include "simd/kernels_parts.h"

#include <arm_neon.h>

namespace sokkuri::simd::neon {

namespace {

constexpr std::size_t kLanes = 4;
constexpr std::size_t kSums = 16;

/// The sixteen running sums of the kernels that decide, two by two.
struct RunningSums {
    float64x2_t of[8] = {};

    double total() const;
};

/// Sixteen floats in float64, zeros from `count` on: adding a zero to a running sum leaves it as it
/// is (none is ever -0).
struct Doubles {
    Doubles(const float* from, std::size_t count);
    float64x2_t of[8];
};

}  // namespace

DotAndNorm dot_and_norm(const float* query, const float* row, std::size_t dimension) {
    float32x4_t dot0 = vdupq_n_f32(0);
    float32x4_t dot1 = vdupq_n_f32(0);
    float32x4_t norm0 = vdupq_n_f32(0);
    float32x4_t norm1 = vdupq_n_f32(0);
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const float32x4_t x0 = vld1q_f32(row + i);
        const float32x4_t x1 = vld1q_f32(row + i + kLanes);
        dot0 = vfmaq_f32(dot0, vld1q_f32(query + i), x0);
        dot1 = vfmaq_f32(dot1, vld1q_f32(query + i + kLanes), x1);
        norm0 = vfmaq_f32(norm0, x0, x0);
        norm1 = vfmaq_f32(norm1, x1, x1);
    }
    DotAndNorm sums{vaddvq_f32(vaddq_f32(dot0, dot1)), vaddvq_f32(vaddq_f32(norm0, norm1))};
    for (; i < dimension; ++i) {
        sums.dot += query[i] * row[i];
        sums.norm_squared += row[i] * row[i];
    }
    return sums;
}

float squared_l2(const float* query, const float* row, std::size_t dimension) {
    float32x4_t sum0 = vdupq_n_f32(0);
    float32x4_t sum1 = vdupq_n_f32(0);
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const float32x4_t d0 = vsubq_f32(vld1q_f32(query + i), vld1q_f32(row + i));
        const float32x4_t d1 =
            vsubq_f32(vld1q_f32(query + i + kLanes), vld1q_f32(row + i + kLanes));
        sum0 = vfmaq_f32(sum0, d0, d0);
        sum1 = vfmaq_f32(sum1, d1, d1);
    }
    float sum = vaddvq_f32(vaddq_f32(sum0, sum1));
    for (; i < dimension; ++i) {
        const float difference = query[i] - row[i];
        sum += difference * difference;
    }
    return sum;
}

DotAndNorm64 decide_dot(const float* query, const float* row, std::size_t dimension) {
    RunningSums dots;
    RunningSums norms;
    for (std::size_t i = 0; i < dimension; i += kSums) {
        const Doubles q(query + i, dimension - i);
        const Doubles x(row + i, dimension - i);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < 8; ++v) {
            // A product of two float32 is exact in float64: fused or not, it is rounded once.
            dots.of[v] = vfmaq_f64(dots.of[v], q.of[v], x.of[v]);
            norms.of[v] = vfmaq_f64(norms.of[v], x.of[v], x.of[v]);
        }
    }
    return {dots.total(), norms.total()};
}

double decide_squared_l2(const float* query, const float* row, std::size_t dimension) {
    RunningSums sums;
    for (std::size_t i = 0; i < dimension; i += kSums) {
        const Doubles q(query + i, dimension - i);
        const Doubles x(row + i, dimension - i);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < 8; ++v) {
            const float64x2_t difference = vsubq_f64(q.of[v], x.of[v]);
            sums.of[v] = vaddq_f64(sums.of[v], vmulq_f64(difference, difference));
        }
    }
    return sums.total();
}

namespace {

Doubles::Doubles(const float* from, std::size_t count) {
    float part[kSums] = {};
    if (count < kSums) {
        __builtin_memcpy(part, from, count * sizeof(float));
        from = part;
    }
#pragma GCC unroll 4
    for (std::size_t v = 0; v < 4; ++v) {
        const float32x4_t four = vld1q_f32(from + v * kLanes);
        of[2 * v] = vcvt_f64_f32(vget_low_f32(four));
        of[2 * v + 1] = vcvt_high_f64_f32(four);
    }
}

double RunningSums::total() const {
    float64x2_t eight[4];
    for (std::size_t v = 0; v < 4; ++v) {
        eight[v] = vaddq_f64(of[v], of[v + 4]);
    }
    const float64x2_t low = vaddq_f64(eight[0], eight[2]);
    const float64x2_t high = vaddq_f64(eight[1], eight[3]);
    const float64x2_t two = vaddq_f64(low, high);
    return vgetq_lane_f64(two, 0) + vgetq_lane_f64(two, 1);
}

}  // namespace

}  // namespace sokkuri::simd::neon
