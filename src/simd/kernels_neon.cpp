// NEON, part of every 64-bit ARM.
#include "simd/kernels_parts.h"

#include <arm_neon.h>

namespace sokkuri::simd {

namespace {

constexpr std::size_t kLanes = 4;

DotAndNorm dot_and_norm(const float* query, const float* row, std::size_t dimension) {
    float32x4_t dot = vdupq_n_f32(0);
    float32x4_t norm = vdupq_n_f32(0);
    std::size_t i = 0;
    for (; i + kLanes <= dimension; i += kLanes) {
        const float32x4_t x = vld1q_f32(row + i);
        dot = vfmaq_f32(dot, vld1q_f32(query + i), x);
        norm = vfmaq_f32(norm, x, x);
    }
    DotAndNorm sums{vaddvq_f32(dot), vaddvq_f32(norm)};
    for (; i < dimension; ++i) {
        sums.dot += query[i] * row[i];
        sums.norm_squared += row[i] * row[i];
    }
    return sums;
}

float squared_l2(const float* query, const float* row, std::size_t dimension) {
    float32x4_t sums = vdupq_n_f32(0);
    std::size_t i = 0;
    for (; i + kLanes <= dimension; i += kLanes) {
        const float32x4_t difference = vsubq_f32(vld1q_f32(query + i), vld1q_f32(row + i));
        sums = vfmaq_f32(sums, difference, difference);
    }
    float sum = vaddvq_f32(sums);
    for (; i < dimension; ++i) {
        const float difference = query[i] - row[i];
        sum += difference * difference;
    }
    return sum;
}

}  // namespace

extern const Kernels kNeonKernels = {
    .name = "neon",
    .dot_and_norm = dot_and_norm,
    .squared_l2 = squared_l2,
    .decide_dot = scalar::decide_dot,
    .decide_squared_l2 = scalar::decide_squared_l2,
    .multiply = scalar::multiply,
    .dot_bytes = scalar::dot_bytes,
    .dot_nibbles = scalar::dot_nibbles,
    .score_bytes = scalar::score_bytes,
    .score_nibbles = scalar::score_nibbles,
    .pack_bytes = scalar::pack_bytes,
    .pack_nibbles = scalar::pack_nibbles,
    .dot_tile = scalar::dot_tile,
    .rows_within = scalar::rows_within,
    .hamming = scalar::hamming,
};

}  // namespace sokkuri::simd
