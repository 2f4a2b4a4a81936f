// AVX2 with FMA: floats. Two accumulators a sum hide most of the latency of a fused multiply-add; a
// scan is bound by memory anyway.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd::avx2 {

namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kSums = 16;

/// The sixteen running sums of the kernels that decide, four by four.
struct RunningSums {
    __m256d of[4] = {};

    double total() const;
};

/// Sixteen floats in float64, zeros from `count` on: adding a zero to a running sum leaves it as it
/// is (none is ever -0).
struct Doubles {
    Doubles(const float* from, std::size_t count);
    __m256d of[4];
};

float reduce(__m256 sum);

}  // namespace

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

DotAndNorm64 decide_dot(const float* query, const float* row, std::size_t dimension) {
    RunningSums dots;
    RunningSums norms;
    for (std::size_t i = 0; i < dimension; i += kSums) {
        const Doubles q(query + i, dimension - i);
        const Doubles x(row + i, dimension - i);
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            // A product of two float32 is exact in float64: fused or not, it is rounded once.
            dots.of[v] = _mm256_fmadd_pd(q.of[v], x.of[v], dots.of[v]);
            norms.of[v] = _mm256_fmadd_pd(x.of[v], x.of[v], norms.of[v]);
        }
    }
    return {dots.total(), norms.total()};
}

double decide_squared_l2(const float* query, const float* row, std::size_t dimension) {
    RunningSums sums;
    for (std::size_t i = 0; i < dimension; i += kSums) {
        const Doubles q(query + i, dimension - i);
        const Doubles x(row + i, dimension - i);
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            const __m256d difference = _mm256_sub_pd(q.of[v], x.of[v]);
            sums.of[v] = _mm256_add_pd(sums.of[v], _mm256_mul_pd(difference, difference));
        }
    }
    return sums.total();
}

namespace {

float reduce(__m256 sum) {
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    const __m128 quarter = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
}

Doubles::Doubles(const float* from, std::size_t count) {
    if (count >= kSums) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            of[v] = _mm256_cvtps_pd(_mm_loadu_ps(from + 4 * v));
        }
        return;
    }
    float part[kSums] = {};
    __builtin_memcpy(part, from, count * sizeof(float));
    for (std::size_t v = 0; v < 4; ++v) {
        of[v] = _mm256_cvtps_pd(_mm_loadu_ps(part + 4 * v));
    }
}

double RunningSums::total() const {
    const __m256d low = _mm256_add_pd(of[0], of[2]);
    const __m256d high = _mm256_add_pd(of[1], of[3]);
    const __m256d four = _mm256_add_pd(low, high);
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

}  // namespace

}  // namespace sokkuri::simd::avx2
