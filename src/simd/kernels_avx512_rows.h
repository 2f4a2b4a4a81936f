// AVX-512: folding of sums, and what becomes of them. Sixteen rows at a time where there are so
// many; graph search scores about nine rows a call, so that fours are the rule there.
#pragma once

#include "simd/kernels_row_list.h"

#include <immintrin.h>

namespace sokkuri::simd {

namespace {

inline __mmask64 line_mask(std::size_t bytes) {
    return bytes >= kLine ? ~__mmask64{0} : (__mmask64{1} << bytes) - 1;
}

inline __mmask16 lane_mask(std::size_t lanes) {
    return static_cast<__mmask16>((1U << lanes) - 1U);
}

/// Four registers of partial sums to one: in each of its four 128-bit lanes, a part of the sum of
/// the first, the second, the third and the fourth.
[[gnu::always_inline]] inline __m512i fold_quad(__m512i a, __m512i b, __m512i c, __m512i d) {
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
}

/// The four sums of such a register.
[[gnu::always_inline]] inline __m128i sums_of_quad(__m512i quad) {
    const __m256i half =
        _mm256_add_epi32(_mm512_castsi512_si256(quad), _mm512_extracti64x4_epi64(quad, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/// The sixteen sums of four such registers.
[[gnu::always_inline]] inline __m512i sums_of_quads(__m512i a, __m512i b, __m512i c, __m512i d) {
    // Lanes of ab: a0+a2, a1+a3, b0+b2, b1+b3.
    const __m512i ab = _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(1, 0, 1, 0)),
                                        _mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(3, 2, 3, 2)));
    const __m512i cd = _mm512_add_epi32(_mm512_shuffle_i32x4(c, d, _MM_SHUFFLE(1, 0, 1, 0)),
                                        _mm512_shuffle_i32x4(c, d, _MM_SHUFFLE(3, 2, 3, 2)));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, _MM_SHUFFLE(2, 0, 2, 0)),
                            _mm512_shuffle_i32x4(ab, cd, _MM_SHUFFLE(3, 1, 3, 1)));
}

/// What becomes of the dots: they are stored as they are …
struct StoreDots {
    std::int32_t* dots;

    void store_block(std::size_t i, const std::uint8_t* const*, __m512i sums) const {
        _mm512_storeu_si512(dots + i, sums);
    }

    void store_quad(std::size_t i, const std::uint8_t* const*, __m128i sums,
                    std::size_t count) const {
        _mm512_mask_storeu_epi32(dots + i, lane_mask(count), _mm512_castsi128_si512(sums));
    }
};

/// … or become scores.
struct StoreScores {
    float* scores;
    float multiplier;
    std::size_t bias_at;

    [[gnu::always_inline]] void store_block(std::size_t i, const std::uint8_t* const* row,
                                            __m512i sums) const {
        __m512 biases = _mm512_castps128_ps512(biases_of(row));
        biases = _mm512_insertf32x4(biases, biases_of(row + kQuad), 1);
        biases = _mm512_insertf32x4(biases, biases_of(row + 2 * kQuad), 2);
        biases = _mm512_insertf32x4(biases, biases_of(row + 3 * kQuad), 3);
        const __m512 products = _mm512_mul_ps(_mm512_set1_ps(multiplier), _mm512_cvtepi32_ps(sums));
        _mm512_storeu_ps(scores + i, _mm512_add_ps(biases, products));
    }

    [[gnu::always_inline]] void store_quad(std::size_t i, const std::uint8_t* const* row,
                                           __m128i sums, std::size_t count) const {
        const __m128 products = _mm_mul_ps(_mm_set1_ps(multiplier), _mm_cvtepi32_ps(sums));
        const __m128 four = _mm_add_ps(biases_of(row), products);
        _mm512_mask_storeu_ps(scores + i, lane_mask(count), _mm512_castps128_ps512(four));
    }

    [[gnu::always_inline]] __m128 biases_of(const std::uint8_t* const* row) const {
        return _mm_setr_ps(load_as<float>(row[0] + bias_at), load_as<float>(row[1] + bias_at),
                           load_as<float>(row[2] + bias_at), load_as<float>(row[3] + bias_at));
    }
};

}  // namespace

}  // namespace sokkuri::simd
