// AVX-512F. Two accumulators a sum hide most of the latency of a fused multiply-add; a scan is
// bound by memory anyway. The tail is read with a mask, so that no byte past the row is touched.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd {

namespace {

constexpr std::size_t kLanes = 16;

__mmask16 tail_mask(std::size_t left) {
    return static_cast<__mmask16>((1U << left) - 1U);
}

DotAndNorm dot_and_norm(const float* query, const float* row, std::size_t dimension) {
    __m512 dot0 = _mm512_setzero_ps();
    __m512 dot1 = _mm512_setzero_ps();
    __m512 norm0 = _mm512_setzero_ps();
    __m512 norm1 = _mm512_setzero_ps();
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const __m512 x0 = _mm512_loadu_ps(row + i);
        const __m512 x1 = _mm512_loadu_ps(row + i + kLanes);
        dot0 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i), x0, dot0);
        dot1 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + kLanes), x1, dot1);
        norm0 = _mm512_fmadd_ps(x0, x0, norm0);
        norm1 = _mm512_fmadd_ps(x1, x1, norm1);
    }
    if (i + kLanes <= dimension) {
        const __m512 x = _mm512_loadu_ps(row + i);
        dot0 = _mm512_fmadd_ps(_mm512_loadu_ps(query + i), x, dot0);
        norm0 = _mm512_fmadd_ps(x, x, norm0);
        i += kLanes;
    }
    if (i < dimension) {
        const __mmask16 mask = tail_mask(dimension - i);
        const __m512 x = _mm512_maskz_loadu_ps(mask, row + i);
        dot1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, query + i), x, dot1);
        norm1 = _mm512_fmadd_ps(x, x, norm1);
    }
    return {_mm512_reduce_add_ps(_mm512_add_ps(dot0, dot1)),
            _mm512_reduce_add_ps(_mm512_add_ps(norm0, norm1))};
}

float squared_l2(const float* query, const float* row, std::size_t dimension) {
    __m512 sum0 = _mm512_setzero_ps();
    __m512 sum1 = _mm512_setzero_ps();
    std::size_t i = 0;
    for (; i + 2 * kLanes <= dimension; i += 2 * kLanes) {
        const __m512 d0 = _mm512_sub_ps(_mm512_loadu_ps(query + i), _mm512_loadu_ps(row + i));
        const __m512 d1 =
            _mm512_sub_ps(_mm512_loadu_ps(query + i + kLanes), _mm512_loadu_ps(row + i + kLanes));
        sum0 = _mm512_fmadd_ps(d0, d0, sum0);
        sum1 = _mm512_fmadd_ps(d1, d1, sum1);
    }
    for (; i < dimension; i += kLanes) {
        const std::size_t left = dimension - i;
        const __mmask16 mask = left >= kLanes ? static_cast<__mmask16>(0xFFFF) : tail_mask(left);
        const __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, query + i),
                                       _mm512_maskz_loadu_ps(mask, row + i));
        sum0 = _mm512_fmadd_ps(d, d, sum0);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

}  // namespace

extern const Kernels kAvx512Kernels = {
    .name = "avx512",
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
