// AVX-512: six rows × 64 columns of sums in 24 registers.
#include "simd/kernels_multiply.h"

#include <immintrin.h>

namespace sokkuri::simd::avx512 {

namespace {

struct Vector {
    using Of = __m512;
    static constexpr std::size_t kLanes = 16;
    static constexpr std::size_t kTileVectors = 4;

    static Of zero() { return _mm512_setzero_ps(); }
    static Of load(const float* from) { return _mm512_loadu_ps(from); }
    static void store(float* to, Of values) { _mm512_storeu_ps(to, values); }
    static Of broadcast(float value) { return _mm512_set1_ps(value); }
    static Of fused(Of a, Of b, Of c) { return _mm512_fmadd_ps(a, b, c); }
};

}  // namespace

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    multiply_with<Vector>({rows, stride, count}, dimension, matrix, columns, out);
}

}  // namespace sokkuri::simd::avx512
