// AVX2: codes against queries. Bytes are widened to 16 bits, because their products in pairs
// (255 · 127 · 2) would saturate there; nibbles need it only once for eight products.
#include "simd/kernels_row_list.h"

#include <immintrin.h>

namespace sokkuri::simd::avx2 {

namespace {

constexpr std::size_t kVector = 32;
constexpr std::size_t kTileQueries = 4;

/// Even and odd bytes of a query apart, as 16 bits.
struct Query {
    explicit Query(__m256i bytes)
        : even(_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8)),
          odd(_mm256_srai_epi16(bytes, 8)) {}

    /// Of each 32-bit lane, the four products with codes.
    __m256i dot(__m256i even_codes, __m256i odd_codes) const {
        return _mm256_add_epi32(_mm256_madd_epi16(even_codes, even),
                                _mm256_madd_epi16(odd_codes, odd));
    }

    __m256i even;
    __m256i odd;
};

__m256i even_bytes(__m256i bytes) {
    return _mm256_and_si256(bytes, _mm256_set1_epi16(255));
}
__m256i odd_bytes(__m256i bytes) {
    return _mm256_srli_epi16(bytes, 8);
}
__m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

/// The sums of four rows of bytes.
struct Bytes {
    static __m128i quad(const std::uint8_t* const* row, const std::int8_t* query, std::size_t size);
};

/// The sums of four rows of nibbles.
struct Nibbles {
    static __m128i quad(const std::uint8_t* const* row, const std::int8_t* query, std::size_t size);
};

struct StoreDots {
    std::int32_t* dots;
    void operator()(std::size_t i, const std::uint8_t* const* row, __m128i sums,
                    std::size_t count) const;
};

struct StoreScores {
    float* scores;
    float multiplier;
    std::size_t bias_at;
    void operator()(std::size_t i, const std::uint8_t* const* row, __m128i sums,
                    std::size_t count) const;
};

template <class Format, class Store>
void for_rows(const CodeRows& rows, const std::int8_t* query, const Store& store);
__m128i fold_quad(const __m256i* sums);
template <std::size_t QueryCount>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride);

}  // namespace

void dot_bytes(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows<Bytes>(rows, query, StoreDots{dots});
}

void dot_nibbles(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows<Nibbles>(rows, query, StoreDots{dots});
}

void score_bytes(const CodeRows& rows, const std::int8_t* query, float multiplier, float* scores) {
    for_rows<Bytes>(rows, query, StoreScores{scores, multiplier, rows.size - kBiasBytes});
}

void score_nibbles(const CodeRows& rows, const std::int8_t* query, float multiplier,
                   float* scores) {
    for_rows<Nibbles>(rows, query, StoreScores{scores, multiplier, rows.size - kBiasBytes});
}

void dot_tile(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
              const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
              std::size_t dots_stride) {
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::uint8_t* codes = packed + block * kBlockRows * size;
        std::int32_t* block_dots = dots + block * kBlockRows;
        std::size_t q = 0;
        for (; q + kTileQueries <= query_count; q += kTileQueries) {
            tile<kTileQueries>(queries + q * query_stride, query_stride, codes, size,
                               block_dots + q * dots_stride, dots_stride);
        }
        for (; q < query_count; ++q) {
            tile<1>(queries + q * query_stride, query_stride, codes, size,
                    block_dots + q * dots_stride, dots_stride);
        }
    }
}

namespace {

template <class Format, class Store>
void for_rows(const CodeRows& rows, const std::int8_t* query, const Store& store) {
    const RowList list(rows);
    list.prefetch_first();
    for (std::size_t i = 0; i < rows.count; i += kQuad) {
        list.prefetch_after(i, kQuad);
        const std::size_t count = rows.count - i < kQuad ? rows.count - i : kQuad;
        const std::uint8_t* row[kQuad];
        for (std::size_t r = 0; r < kQuad; ++r) {
            row[r] = list[r < count ? i + r : i];
        }
        store(i, row, Format::quad(row, query, rows.size), count);
    }
}

__m128i Bytes::quad(const std::uint8_t* const* row, const std::int8_t* query, std::size_t size) {
    __m256i sums[kQuad] = {};
    std::size_t j = 0;
    for (; j + kVector <= size; j += kVector) {
        const Query q(load(query + j));
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kQuad; ++r) {
            const __m256i codes = load(row[r] + j);
            sums[r] = _mm256_add_epi32(sums[r], q.dot(even_bytes(codes), odd_bytes(codes)));
        }
    }
    if (j < size) {
        alignas(kVector) std::uint8_t part[kVector] = {};
        __builtin_memcpy(part, query + j, size - j);
        const Query q(load(part));
        for (std::size_t r = 0; r < kQuad; ++r) {
            __builtin_memcpy(part, row[r] + j, size - j);
            const __m256i codes = load(part);
            sums[r] = _mm256_add_epi32(sums[r], q.dot(even_bytes(codes), odd_bytes(codes)));
        }
    }
    return fold_quad(sums);
}

__m128i Nibbles::quad(const std::uint8_t* const* row, const std::int8_t* query, std::size_t size) {
    const __m256i low_nibbles = _mm256_set1_epi8(15);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sums[kQuad] = {};
    for (std::size_t line = 0; line < size; line += kLine) {
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kQuad; ++r) {
            __m256i products = _mm256_setzero_si256();  // at most 8 · 15 · 128 = 15,360
#pragma GCC unroll 2
            for (std::size_t half = 0; half < kLine; half += kVector) {
                const std::int8_t* q = query + 2 * line + half;
                const __m256i codes = load(row[r] + line + half);
                const __m256i low = _mm256_and_si256(codes, low_nibbles);
                const __m256i high = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low_nibbles);
                products = _mm256_add_epi16(products, _mm256_maddubs_epi16(low, load(q)));
                products = _mm256_add_epi16(products, _mm256_maddubs_epi16(high, load(q + kLine)));
            }
            sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(products, ones));
        }
    }
    return fold_quad(sums);
}

__m128i fold_quad(const __m256i* sums) {
    const __m256i all =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

/// The first `count` lanes.
__m128i lanes_below(std::size_t count) {
    return _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(count)), _mm_setr_epi32(0, 1, 2, 3));
}

void StoreDots::operator()(std::size_t i, const std::uint8_t* const*, __m128i sums,
                           std::size_t count) const {
    _mm_maskstore_epi32(dots + i, lanes_below(count), sums);
}

void StoreScores::operator()(std::size_t i, const std::uint8_t* const* row, __m128i sums,
                             std::size_t count) const {
    const __m128 biases =
        _mm_setr_ps(load_as<float>(row[0] + bias_at), load_as<float>(row[1] + bias_at),
                    load_as<float>(row[2] + bias_at), load_as<float>(row[3] + bias_at));
    const __m128 products = _mm_mul_ps(_mm_set1_ps(multiplier), _mm_cvtepi32_ps(sums));
    _mm_maskstore_ps(scores + i, lanes_below(count), _mm_add_ps(biases, products));
}

template <std::size_t QueryCount>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride) {
    __m256i sums[QueryCount][2] = {};
    for (std::size_t b = 0; b < size; b += 4) {
        const __m256i rows_0 = load(packed + b * kBlockRows);
        const __m256i rows_8 = load(packed + b * kBlockRows + kVector);
        const __m256i even_0 = even_bytes(rows_0);
        const __m256i even_8 = even_bytes(rows_8);
        const __m256i odd_0 = odd_bytes(rows_0);
        const __m256i odd_8 = odd_bytes(rows_8);
#pragma GCC unroll 4
        for (std::size_t q = 0; q < QueryCount; ++q) {
            const auto four = load_as<std::int32_t>(queries + q * query_stride + b);
            const Query query(_mm256_set1_epi32(four));
            sums[q][0] = _mm256_add_epi32(sums[q][0], query.dot(even_0, odd_0));
            sums[q][1] = _mm256_add_epi32(sums[q][1], query.dot(even_8, odd_8));
        }
    }
#pragma GCC unroll 4
    for (std::size_t q = 0; q < QueryCount; ++q) {
        for (std::size_t half = 0; half < 2; ++half) {
            std::int32_t* to = dots + q * dots_stride + half * 8;
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums[q][half]);
        }
    }
}

}  // namespace

}  // namespace sokkuri::simd::avx2
