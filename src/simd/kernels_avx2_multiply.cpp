// AVX2: six rows × 16 columns of sums in 12 registers.
#include "simd/kernels_multiply.h"

#include <immintrin.h>

namespace sokkuri::simd::avx2 {

namespace {

struct Vector {
    using Of = __m256;
    static constexpr std::size_t kLanes = 8;
    static constexpr std::size_t kTileVectors = 2;

    static Of zero() { return _mm256_setzero_ps(); }
    static Of load(const float* from) { return _mm256_loadu_ps(from); }
    static void store(float* to, Of values) { _mm256_storeu_ps(to, values); }
    static Of broadcast(float value) { return _mm256_set1_ps(value); }
    static Of fused(Of a, Of b, Of c) { return _mm256_fmadd_ps(a, b, c); }
};

}  // namespace

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    multiply_with<Vector>({rows, stride, count}, dimension, matrix, columns, out);
}

}  // namespace sokkuri::simd::avx2
