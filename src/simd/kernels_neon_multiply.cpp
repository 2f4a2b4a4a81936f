// NEON: six rows × 16 columns of sums in 24 registers.
#include "simd/kernels_multiply.h"

#include <arm_neon.h>

namespace sokkuri::simd::neon {

namespace {

struct Vector {
    using Of = float32x4_t;
    static constexpr std::size_t kLanes = 4;
    static constexpr std::size_t kTileVectors = 4;

    static Of zero() { return vdupq_n_f32(0); }
    static Of load(const float* from) { return vld1q_f32(from); }
    static void store(float* to, Of values) { vst1q_f32(to, values); }
    static Of broadcast(float value) { return vdupq_n_f32(value); }
    static Of fused(Of a, Of b, Of c) { return vfmaq_f32(c, a, b); }
};

}  // namespace

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    multiply_with<Vector>({rows, stride, count}, dimension, matrix, columns, out);
}

}  // namespace sokkuri::simd::neon
