// AVX-512 F and BW with VNNI, which multiplies four pairs of bytes and adds the products to 32 bits
// in one instruction. All that is not a product of bytes comes from the plain AVX-512 set.
#include "simd/kernels_avx512_codes.h"
#include "simd/kernels_avx512_tile.h"

namespace sokkuri::simd::avx512vnni {

namespace {

struct Multiply {
    static constexpr std::size_t kTileQueries = 6;
    static constexpr std::size_t kTileBlocks = 4;

    [[gnu::always_inline]] static __m512i add_bytes(__m512i sums, __m512i codes, __m512i query) {
        return _mm512_dpbusd_epi32(sums, codes, query);
    }

    [[gnu::always_inline]] static __m512i add_nibbles(__m512i sums, __m512i codes, __m512i query) {
        return _mm512_dpbusd_epi32(sums, codes, query);
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

}  // namespace sokkuri::simd::avx512vnni

namespace sokkuri::simd {

extern const Kernels kAvx512VnniKernels = {
    .name = "avx512vnni",
    .dot_and_norm = avx512::dot_and_norm,
    .squared_l2 = avx512::squared_l2,
    .decide_dot = avx512::decide_dot,
    .decide_squared_l2 = avx512::decide_squared_l2,
    .multiply = avx512::multiply,
    .dot_bytes = avx512vnni::dot_bytes,
    .dot_nibbles = avx512vnni::dot_nibbles,
    .score_bytes = avx512vnni::score_bytes,
    .score_nibbles = avx512vnni::score_nibbles,
    .pack_bytes = avx512::pack_bytes,
    .pack_nibbles = avx512::pack_nibbles,
    .dot_tile = avx512vnni::dot_tile,
    .rows_within = avx512::rows_within,
    .take_unmarked = avx512::take_unmarked,
    .hamming = avx512::hamming,
};

}  // namespace sokkuri::simd
