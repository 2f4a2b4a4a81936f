// AVX2: what goes over rows besides sums of products: packing, bounds, marks, bits.
#include "simd/kernels_marks.h"
#include "simd/kernels_row_list.h"

#include <immintrin.h>

namespace sokkuri::simd::avx2 {

namespace {

constexpr std::size_t kVector = 32;
constexpr std::size_t kLanes = 8;

/// Eight parts of 32 bytes, one of each row of half a block.
struct Parts {
    __m256i of[kLanes];
};

Parts load_parts(const RowList& list, std::size_t first, std::size_t byte, __m256i mask);
void store_transposed(const Parts& parts, std::uint8_t* packed, std::size_t size);
Parts low_nibbles(const Parts& codes);
Parts high_nibbles(const Parts& codes);
__m256i within_limit(__m256i mask, const std::int32_t* dots, const BoundRows& rows,
                     const BoundQuery& query);
__m256i bits_of(__m256i a, __m256i b);
__m256i lanes_below(std::size_t count);

}  // namespace

void pack_bytes(const CodeRows& rows, std::uint8_t* packed) {
    const RowList list(rows);
    for (std::size_t first = 0; first < rows.count; first += kBlockRows) {
        for (std::size_t byte = 0; byte < rows.size; byte += kVector) {
            const std::size_t size = rows.size - byte < kVector ? rows.size - byte : kVector;
            const __m256i mask = lanes_below(size / 4);
            for (std::size_t half = 0; half < kBlockRows; half += kLanes) {
                store_transposed(load_parts(list, first + half, byte, mask), packed + half * 4,
                                 size);
            }
            packed += size * kBlockRows;
        }
    }
}

void pack_nibbles(const CodeRows& rows, std::uint8_t* packed) {
    const RowList list(rows);
    for (std::size_t first = 0; first < rows.count; first += kBlockRows) {
        for (std::size_t byte = 0; byte < rows.size; byte += kVector) {
            const bool has_bias = byte + kVector >= rows.size;
            const __m256i mask = lanes_below(has_bias ? kLanes - 1 : kLanes);
            // Component of the first low nibble; its high nibble is a line of components further.
            const std::size_t component = byte / kLine * 2 * kLine + byte % kLine;
            std::uint8_t* to = packed + component * kBlockRows;
            for (std::size_t half = 0; half < kBlockRows; half += kLanes) {
                const Parts codes = load_parts(list, first + half, byte, mask);
                store_transposed(low_nibbles(codes), to + half * 4, kVector);
                store_transposed(high_nibbles(codes), to + kLine * kBlockRows + half * 4, kVector);
            }
        }
        packed += 2 * rows.size * kBlockRows;
    }
}

std::size_t rows_within(const std::int32_t* dots, const BoundRows& rows, std::size_t count,
                        const BoundQuery& query, std::uint32_t* survivors) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; i += kLanes) {
        const __m256i mask = lanes_below(count - i < kLanes ? count - i : kLanes);
        const BoundRows part{rows.norms_squared + i, rows.errors + i, rows.tails + i};
        const __m256i within = within_limit(mask, dots + i, part, query);
        auto lanes = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(within)));
        for (; lanes != 0; lanes &= lanes - 1) {
            survivors[found++] =
                static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(__builtin_ctz(lanes));
        }
    }
    return found;
}

std::size_t take_unmarked(const std::uint32_t* ordinals, std::size_t count, std::uint32_t end,
                          std::uint64_t* marks, std::uint32_t* fresh) {
    return take_one_by_one(ordinals, count, end, marks, fresh);
}

std::uint32_t hamming(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    __m256i sums = _mm256_setzero_si256();
    std::size_t i = 0;
    for (; i + kVector <= size; i += kVector) {
        const __m256i bits = bits_of(load_as<__m256i>(a + i), load_as<__m256i>(b + i));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bits, _mm256_setzero_si256()));
    }
    if (i < size) {
        std::uint8_t part_a[kVector] = {};
        std::uint8_t part_b[kVector] = {};
        __builtin_memcpy(part_a, a + i, size - i);
        __builtin_memcpy(part_b, b + i, size - i);
        const __m256i bits = bits_of(load_as<__m256i>(part_a), load_as<__m256i>(part_b));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bits, _mm256_setzero_si256()));
    }
    const __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return static_cast<std::uint32_t>(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
}

namespace {

/// Rows that are missing, and lanes that are off, are zero.
Parts load_parts(const RowList& list, std::size_t first, std::size_t byte, __m256i mask) {
    Parts parts;
    for (std::size_t r = 0; r < kLanes; ++r) {
        if (first + r >= list.count()) {
            parts.of[r] = _mm256_setzero_si256();
            continue;
        }
        const auto* from = reinterpret_cast<const int*>(list[first + r] + byte);
        parts.of[r] = _mm256_maskload_epi32(from, mask);
    }
    return parts;
}

/// Stores the 32-bit columns of the parts a line apart, `size` / 4 of them.
void store_transposed(const Parts& parts, std::uint8_t* packed, std::size_t size) {
    __m256i pairs[kLanes];  // of rows, then of fours of rows
    __m256i quads[kLanes];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kLanes; r += 2) {
        pairs[r] = _mm256_unpacklo_epi32(parts.of[r], parts.of[r + 1]);
        pairs[r + 1] = _mm256_unpackhi_epi32(parts.of[r], parts.of[r + 1]);
    }
    // quads[4g + c]: lane l has column 4l + c of rows 4g … 4g + 3.
#pragma GCC unroll 8
    for (std::size_t g = 0; g < kLanes; g += 4) {
        quads[g] = _mm256_unpacklo_epi64(pairs[g], pairs[g + 2]);
        quads[g + 1] = _mm256_unpackhi_epi64(pairs[g], pairs[g + 2]);
        quads[g + 2] = _mm256_unpacklo_epi64(pairs[g + 1], pairs[g + 3]);
        quads[g + 3] = _mm256_unpackhi_epi64(pairs[g + 1], pairs[g + 3]);
    }
    __m256i columns[kLanes];
#pragma GCC unroll 8
    for (std::size_t c = 0; c < 4; ++c) {
        columns[c] = _mm256_permute2x128_si256(quads[c], quads[c + 4], 0x20);
        columns[c + 4] = _mm256_permute2x128_si256(quads[c], quads[c + 4], 0x31);
    }
    for (std::size_t c = 0; c < size / 4; ++c) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(packed + c * kLine), columns[c]);
    }
}

Parts low_nibbles(const Parts& codes) {
    Parts low;
    for (std::size_t r = 0; r < kLanes; ++r) {
        low.of[r] = _mm256_and_si256(codes.of[r], _mm256_set1_epi8(15));
    }
    return low;
}

Parts high_nibbles(const Parts& codes) {
    Parts high;
    for (std::size_t r = 0; r < kLanes; ++r) {
        high.of[r] = _mm256_and_si256(_mm256_srli_epi16(codes.of[r], 4), _mm256_set1_epi8(15));
    }
    return high;
}

__m256i within_limit(__m256i mask, const std::int32_t* dots, const BoundRows& rows,
                     const BoundQuery& query) {
    const __m256 zero = _mm256_setzero_ps();
    const __m256 norms = _mm256_maskload_ps(rows.norms_squared, mask);
    const __m256 products = _mm256_mul_ps(_mm256_set1_ps(query.multiplier),
                                          _mm256_cvtepi32_ps(_mm256_maskload_epi32(dots, mask)));
    const __m256 slack = _mm256_mul_ps(_mm256_set1_ps(query.slack),
                                       _mm256_add_ps(_mm256_set1_ps(query.constant_slack), norms));
    const __m256 squared = _mm256_sub_ps(
        _mm256_add_ps(_mm256_add_ps(_mm256_set1_ps(query.constant), norms), products), slack);
    // The maximum of two is its second operand if either is NaN.
    const __m256 root = _mm256_sqrt_ps(_mm256_max_ps(zero, squared));
    const __m256 gap = _mm256_sub_ps(_mm256_sub_ps(root, _mm256_set1_ps(query.error)),
                                     _mm256_maskload_ps(rows.errors, mask));
    const __m256 head = _mm256_max_ps(zero, gap);
    const __m256 tail =
        _mm256_sub_ps(_mm256_set1_ps(query.tail), _mm256_maskload_ps(rows.tails, mask));
    const __m256 bound = _mm256_add_ps(_mm256_mul_ps(head, head), _mm256_mul_ps(tail, tail));
    const __m256 within = _mm256_cmp_ps(bound, _mm256_set1_ps(query.limit_squared), _CMP_NGT_UQ);
    return _mm256_and_si256(mask, _mm256_castps_si256(within));
}

/// Of each byte, in how many bits they differ.
__m256i bits_of(__m256i a, __m256i b) {
    const __m256i bits_of_nibble = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                                    0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i mask = _mm256_set1_epi8(15);
    const __m256i bytes = _mm256_xor_si256(a, b);
    const __m256i low = _mm256_and_si256(bytes, mask);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
    return _mm256_add_epi8(_mm256_shuffle_epi8(bits_of_nibble, low),
                           _mm256_shuffle_epi8(bits_of_nibble, high));
}

__m256i lanes_below(std::size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace

}  // namespace sokkuri::simd::avx2
