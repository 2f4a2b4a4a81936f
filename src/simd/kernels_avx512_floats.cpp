// AVX-512: floats. Two accumulators a sum hide most of the latency of a fused multiply-add; a scan
// is bound by memory anyway. Tails are read with masks, so that no byte past a row is touched.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd::avx512 {

namespace {

constexpr std::size_t kLanes = 16;

__mmask16 lanes_of(std::size_t left);

/// The sixteen running sums of the kernels that decide: 0 … 7 and 8 … 15.
struct RunningSums {
    __m512d low = _mm512_setzero_pd();
    __m512d high = _mm512_setzero_pd();

    double total() const;
};

/// Sixteen floats in float64, zeros where the mask is off: adding a zero to a running sum leaves
/// it as it is (none is ever -0).
struct Doubles {
    explicit Doubles(const float* from)
        : low(_mm512_cvtps_pd(_mm256_loadu_ps(from))),
          high(_mm512_cvtps_pd(_mm256_loadu_ps(from + kLanes / 2))) {}
    Doubles(__mmask16 mask, const float* from);
    __m512d low;
    __m512d high;
};

}  // namespace

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
    for (; i < dimension; i += kLanes) {
        const __mmask16 mask = lanes_of(dimension - i);
        const __m512 x = _mm512_maskz_loadu_ps(mask, row + i);
        dot0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, query + i), x, dot0);
        norm0 = _mm512_fmadd_ps(x, x, norm0);
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
        const __mmask16 mask = lanes_of(dimension - i);
        const __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, query + i),
                                       _mm512_maskz_loadu_ps(mask, row + i));
        sum0 = _mm512_fmadd_ps(d, d, sum0);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(sum0, sum1));
}

DotAndNorm64 decide_dot(const float* query, const float* row, std::size_t dimension) {
    RunningSums dots;
    RunningSums norms;
    const auto add = [&](const Doubles& q, const Doubles& x) {
        // A product of two float32 is exact in float64: fused or not, it is rounded once.
        dots.low = _mm512_fmadd_pd(q.low, x.low, dots.low);
        dots.high = _mm512_fmadd_pd(q.high, x.high, dots.high);
        norms.low = _mm512_fmadd_pd(x.low, x.low, norms.low);
        norms.high = _mm512_fmadd_pd(x.high, x.high, norms.high);
    };
    std::size_t i = 0;
    for (; i + kLanes <= dimension; i += kLanes) {
        add(Doubles(query + i), Doubles(row + i));
    }
    const __mmask16 mask = lanes_of(dimension - i);
    add(Doubles(mask, query + i), Doubles(mask, row + i));
    return {dots.total(), norms.total()};
}

double decide_squared_l2(const float* query, const float* row, std::size_t dimension) {
    RunningSums sums;
    const auto add = [&](const Doubles& q, const Doubles& x) {
        const __m512d low = _mm512_sub_pd(q.low, x.low);
        const __m512d high = _mm512_sub_pd(q.high, x.high);
        sums.low = _mm512_add_pd(sums.low, _mm512_mul_pd(low, low));
        sums.high = _mm512_add_pd(sums.high, _mm512_mul_pd(high, high));
    };
    std::size_t i = 0;
    for (; i + kLanes <= dimension; i += kLanes) {
        add(Doubles(query + i), Doubles(row + i));
    }
    const __mmask16 mask = lanes_of(dimension - i);
    add(Doubles(mask, query + i), Doubles(mask, row + i));
    return sums.total();
}

namespace {

__mmask16 lanes_of(std::size_t left) {
    return static_cast<__mmask16>(left >= kLanes ? 0xFFFFU : (1U << left) - 1U);
}

Doubles::Doubles(__mmask16 mask, const float* from) {
    const __m512 floats = _mm512_maskz_loadu_ps(mask, from);
    low = _mm512_cvtps_pd(_mm512_castps512_ps256(floats));
    high = _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(floats), 1)));
}

double RunningSums::total() const {
    const __m512d eight = _mm512_add_pd(low, high);
    const __m256d four =
        _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd(eight, 1));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

}  // namespace

}  // namespace sokkuri::simd::avx512
