// AVX2 with FMA. The last few components are added one by one: AVX2 has no cheap masked load that
// may cross a page.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd {

namespace {

constexpr std::size_t kLanes = 8;

float reduce(__m256 sum) {
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    const __m128 quarter = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
}

DotAndNorm dot_and_norm(const float* query, const float* row, std::size_t dimension) {
    __m256 dot0 = _mm256_setzero_ps();
    __m256 dot1 = _mm256_setzero_ps();
    __m256 norm0 = _mm256_setzero_ps();
    __m256 norm1 = _mm256_setzero_ps();
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const __m256 x0 = _mm256_loadu_ps(row + i);
        const __m256 x1 = _mm256_loadu_ps(row + i + kLanes);
        dot0 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i), x0, dot0);
        dot1 = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + kLanes), x1, dot1);
        norm0 = _mm256_fmadd_ps(x0, x0, norm0);
        norm1 = _mm256_fmadd_ps(x1, x1, norm1);
    }
    DotAndNorm sums{reduce(_mm256_add_ps(dot0, dot1)), reduce(_mm256_add_ps(norm0, norm1))};
    for (; i < dimension; ++i) {
        sums.dot += query[i] * row[i];
        sums.norm_squared += row[i] * row[i];
    }
    return sums;
}

float squared_l2(const float* query, const float* row, std::size_t dimension) {
    __m256 sum0 = _mm256_setzero_ps();
    __m256 sum1 = _mm256_setzero_ps();
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const __m256 d0 = _mm256_sub_ps(_mm256_loadu_ps(query + i), _mm256_loadu_ps(row + i));
        const __m256 d1 =
            _mm256_sub_ps(_mm256_loadu_ps(query + i + kLanes), _mm256_loadu_ps(row + i + kLanes));
        sum0 = _mm256_fmadd_ps(d0, d0, sum0);
        sum1 = _mm256_fmadd_ps(d1, d1, sum1);
    }
    float sum = reduce(_mm256_add_ps(sum0, sum1));
    for (; i < dimension; ++i) {
        const float difference = query[i] - row[i];
        sum += difference * difference;
    }
    return sum;
}

}  // namespace

extern const Kernels kAvx2Kernels = {
    .name = "avx2",
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
