// AVX-512 F and BW, without the instructions for neural networks: bytes are widened to 16 bits,
// because their products in pairs (255 · 127 · 2) would saturate there.
#include "simd/kernels_avx512_codes.h"

#include "simd/kernels_avx512_tile.h"

namespace sokkuri::simd::avx512 {

namespace {

struct Multiply {
    static constexpr std::size_t kTileQueries = 4;
    static constexpr std::size_t kTileBlocks = 2;

    /// Even and odd bytes apart, which needs no byte to change its 32-bit lane.
    [[gnu::always_inline]] static __m512i add_bytes(__m512i sums, __m512i codes, __m512i query) {
        const __m512i even = _mm512_and_si512(codes, _mm512_set1_epi16(255));
        const __m512i odd = _mm512_srli_epi16(codes, 8);
        const __m512i query_even = _mm512_srai_epi16(_mm512_slli_epi16(query, 8), 8);
        const __m512i query_odd = _mm512_srai_epi16(query, 8);
        return _mm512_add_epi32(sums, _mm512_add_epi32(_mm512_madd_epi16(even, query_even),
                                                       _mm512_madd_epi16(odd, query_odd)));
    }

    [[gnu::always_inline]] static __m512i add_nibbles(__m512i sums, __m512i codes, __m512i query) {
        const __m512i pairs = _mm512_maddubs_epi16(codes, query);  // at most 2 · 15 · 128
        return _mm512_add_epi32(sums, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }
};

}  // namespace

void dot_bytes(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows_of_bytes<Multiply>(rows, query, StoreDots{dots});
}

void dot_nibbles(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows_of_nibbles<Multiply>(rows, query, StoreDots{dots});
}

void score_bytes(const CodeRows& rows, const std::int8_t* query, float multiplier, float* scores) {
    for_rows_of_bytes<Multiply>(rows, query,
                                StoreScores{scores, multiplier, rows.size - kBiasBytes});
}

void score_nibbles(const CodeRows& rows, const std::int8_t* query, float multiplier,
                   float* scores) {
    for_rows_of_nibbles<Multiply>(rows, query,
                                  StoreScores{scores, multiplier, rows.size - kBiasBytes});
}

void dot_tile(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
              const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
              std::size_t dots_stride) {
    all_tiles<Multiply>(queries, query_stride, query_count, packed, blocks, size, dots,
                        dots_stride);
}

}  // namespace sokkuri::simd::avx512
