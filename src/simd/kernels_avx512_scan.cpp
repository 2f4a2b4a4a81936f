// AVX-512: what goes over rows besides sums of products: packing, bounds, marks, bits.
#include "simd/kernels_marks.h"

#include <immintrin.h>

namespace sokkuri::simd::avx512 {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlockRows = 16;
constexpr std::size_t kBiasBytes = 4;
// How many times the slack of a bound keeps a rough one on its safe side, and what does so with
// its products.
constexpr float kSlacks = 4;
constexpr float kMore = 1.00001F;

/// Sixteen lines, one of each row of a block.
struct Lines {
    __m512i of[kBlockRows];
};

Lines load_lines(const CodeRows& rows, std::size_t first, std::size_t byte, std::size_t size);
void store_transposed(const Lines& lines, std::uint8_t* packed, std::size_t size);
/// Rows whose heads are farther than this and their own error do not survive, whatever their tails.
float reach_without_tails(const BoundQuery& query);
/// Those of `mask` whose bound, as it is defined, is within the limit.
__mmask16 lanes_within(__mmask16 mask, const std::int32_t* dots, const BoundRows& rows,
                       const BoundQuery& query);
BoundRows part_of(const BoundRows& rows, std::size_t first);
__m512i bits_of_bytes(__m512i bytes);
__mmask64 line_mask(std::size_t bytes);
__mmask16 lane_mask(std::size_t lanes);

}  // namespace

void pack_bytes(const CodeRows& rows, std::uint8_t* packed) {
    for (std::size_t first = 0; first < rows.count; first += kBlockRows) {
        for (std::size_t byte = 0; byte < rows.size; byte += kLine) {
            const std::size_t size = rows.size - byte < kLine ? rows.size - byte : kLine;
            store_transposed(load_lines(rows, first, byte, size), packed, size);
            packed += size * kBlockRows;
        }
    }
}

void pack_nibbles(const CodeRows& rows, std::uint8_t* packed) {
    const __m512i low_nibbles = _mm512_set1_epi8(15);
    for (std::size_t first = 0; first < rows.count; first += kBlockRows) {
        for (std::size_t byte = 0; byte < rows.size; byte += kLine) {
            const bool has_bias = byte + kLine >= rows.size;
            const Lines codes =
                load_lines(rows, first, byte, has_bias ? kLine - kBiasBytes : kLine);
            Lines low;
            Lines high;
#pragma GCC unroll 16
            for (std::size_t r = 0; r < kBlockRows; ++r) {
                low.of[r] = _mm512_and_si512(codes.of[r], low_nibbles);
                high.of[r] = _mm512_and_si512(_mm512_srli_epi16(codes.of[r], 4), low_nibbles);
            }
            store_transposed(low, packed, kLine);
            store_transposed(high, packed + kLine * kBlockRows, kLine);
            packed += 2 * kLine * kBlockRows;
        }
    }
}

std::size_t rows_within(const std::int32_t* dots, const BoundRows& rows, std::size_t count,
                        const BoundQuery& query, std::uint32_t* survivors) {
    // Nearly all rows are too far whatever their tails, and that takes no root to see.
    const __m512 multiplier = _mm512_set1_ps(query.multiplier);
    const __m512 constant =
        _mm512_set1_ps(query.constant - kSlacks * query.slack * query.constant_slack);
    const __m512 norm_share = _mm512_set1_ps(1 - kSlacks * query.slack);
    const __m512 reach = _mm512_set1_ps(reach_without_tails(query));
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; i += kLanes) {
        const __mmask16 mask = lane_mask(count - i < kLanes ? count - i : kLanes);
        const __m512 norms = _mm512_maskz_loadu_ps(mask, rows.norms_squared + i);
        const __m512 tails = _mm512_maskz_loadu_ps(mask, rows.tails + i);
        const __m512 squared = _mm512_fmadd_ps(
            multiplier, _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, dots + i)),
            _mm512_fmadd_ps(norms, norm_share, constant));
        const __m512 farthest = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, rows.errors + i),
                                                _mm512_set1_ps(kMore), reach);
        const __mmask16 near =
            _mm512_mask_cmp_ps_mask(mask, squared, _mm512_mul_ps(farthest, farthest), _CMP_NGT_UQ) |
            _mm512_mask_cmp_ps_mask(mask, tails, tails, _CMP_UNORD_Q);
        if (near == 0) continue;
        const __mmask16 within = lanes_within(near, dots + i, part_of(rows, i), query);
        const __m512i positions = _mm512_add_epi32(
            _mm512_set1_epi32(static_cast<int>(i)),
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        _mm512_mask_compressstoreu_epi32(survivors + found, within, positions);
        found += static_cast<std::size_t>(__builtin_popcount(within));
    }
    return found;
}

std::size_t take_unmarked(const std::uint32_t* ordinals, std::size_t count, std::uint32_t end,
                          std::uint64_t* marks, std::uint32_t* fresh) {
    std::size_t unmarked = 0;
    for (std::size_t i = 0; i < count; i += kLanes) {
        const __m512i part = _mm512_loadu_si512(ordinals + i);
        const __mmask16 below =
            _mm512_cmplt_epu32_mask(part, _mm512_set1_epi32(static_cast<int>(end)));
        const __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), below,
                                                          _mm512_srli_epi32(part, 5), marks, 4);
        const __m512i bits =
            _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(part, _mm512_set1_epi32(31)));
        const __mmask16 without = _mm512_mask_testn_epi32_mask(below, words, bits);
        _mm512_storeu_si512(fresh + unmarked, _mm512_maskz_compress_epi32(without, part));
        unmarked += static_cast<std::size_t>(__builtin_popcount(without));
    }
    // Those are few; of doubles among them the second ones are seen here.
    return take_one_by_one(fresh, unmarked, end, marks, fresh);
}

std::uint32_t hamming(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    __m512i sums = _mm512_setzero_si512();
    for (std::size_t i = 0; i < size; i += kLine) {
        const __mmask64 mask = line_mask(size - i);
        const __m512i differences = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, a + i),
                                                     _mm512_maskz_loadu_epi8(mask, b + i));
        sums = _mm512_add_epi64(
            sums, _mm512_sad_epu8(bits_of_bytes(differences), _mm512_setzero_si512()));
    }
    return static_cast<std::uint32_t>(_mm512_reduce_add_epi64(sums));
}

namespace {

float reach_without_tails(const BoundQuery& query) {
    const float limit = _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(query.limit_squared)));
    return (limit + query.error) * kMore;
}

__mmask16 lanes_within(__mmask16 mask, const std::int32_t* dots, const BoundRows& rows,
                       const BoundQuery& query) {
    const __m512 zero = _mm512_setzero_ps();
    const __m512 norms = _mm512_maskz_loadu_ps(mask, rows.norms_squared);
    const __m512 products = _mm512_mul_ps(_mm512_set1_ps(query.multiplier),
                                          _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, dots)));
    const __m512 slack = _mm512_mul_ps(_mm512_set1_ps(query.slack),
                                       _mm512_add_ps(_mm512_set1_ps(query.constant_slack), norms));
    const __m512 squared = _mm512_sub_ps(
        _mm512_add_ps(_mm512_add_ps(_mm512_set1_ps(query.constant), norms), products), slack);
    // The maximum of two is its second operand if either is NaN.
    const __m512 root = _mm512_sqrt_ps(_mm512_max_ps(zero, squared));
    const __m512 gap = _mm512_sub_ps(_mm512_sub_ps(root, _mm512_set1_ps(query.error)),
                                     _mm512_maskz_loadu_ps(mask, rows.errors));
    const __m512 head = _mm512_max_ps(zero, gap);
    const __m512 tail =
        _mm512_sub_ps(_mm512_set1_ps(query.tail), _mm512_maskz_loadu_ps(mask, rows.tails));
    const __m512 bound = _mm512_add_ps(_mm512_mul_ps(head, head), _mm512_mul_ps(tail, tail));
    return _mm512_mask_cmp_ps_mask(mask, bound, _mm512_set1_ps(query.limit_squared), _CMP_NGT_UQ);
}

BoundRows part_of(const BoundRows& rows, std::size_t first) {
    return {rows.norms_squared + first, rows.errors + first, rows.tails + first};
}

/// Rows that are missing, and bytes from `size` on, are zero.
Lines load_lines(const CodeRows& rows, std::size_t first, std::size_t byte, std::size_t size) {
    Lines lines;
    const __mmask64 mask = line_mask(size);
    for (std::size_t r = 0; r < kBlockRows; ++r) {
        const std::size_t i = first + r;
        if (i >= rows.count) {
            lines.of[r] = _mm512_setzero_si512();
            continue;
        }
        const std::size_t ordinal = rows.ordinals == nullptr ? i : rows.ordinals[i];
        lines.of[r] = _mm512_maskz_loadu_epi8(mask, rows.rows + ordinal * rows.stride + byte);
    }
    return lines;
}

/// Stores the 32-bit columns of the lines one after the other, `size` / 4 of them.
void store_transposed(const Lines& lines, std::uint8_t* packed, std::size_t size) {
    __m512i pairs[16];  // of rows, then of fours of rows
    __m512i quads[16];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < 16; r += 2) {
        pairs[r] = _mm512_unpacklo_epi32(lines.of[r], lines.of[r + 1]);
        pairs[r + 1] = _mm512_unpackhi_epi32(lines.of[r], lines.of[r + 1]);
    }
    // quads[4g + c]: lane l has column 4l + c of rows 4g … 4g + 3.
#pragma GCC unroll 16
    for (std::size_t g = 0; g < 16; g += 4) {
        quads[g] = _mm512_unpacklo_epi64(pairs[g], pairs[g + 2]);
        quads[g + 1] = _mm512_unpackhi_epi64(pairs[g], pairs[g + 2]);
        quads[g + 2] = _mm512_unpacklo_epi64(pairs[g + 1], pairs[g + 3]);
        quads[g + 3] = _mm512_unpackhi_epi64(pairs[g + 1], pairs[g + 3]);
    }
    __m512i columns[16];
#pragma GCC unroll 16
    for (std::size_t c = 0; c < 4; ++c) {
        // Lanes 0 and 1, and 2 and 3, of eight rows each.
        const __m512i a = _mm512_shuffle_i32x4(quads[c], quads[c + 4], _MM_SHUFFLE(1, 0, 1, 0));
        const __m512i b = _mm512_shuffle_i32x4(quads[c], quads[c + 4], _MM_SHUFFLE(3, 2, 3, 2));
        const __m512i d =
            _mm512_shuffle_i32x4(quads[c + 8], quads[c + 12], _MM_SHUFFLE(1, 0, 1, 0));
        const __m512i e =
            _mm512_shuffle_i32x4(quads[c + 8], quads[c + 12], _MM_SHUFFLE(3, 2, 3, 2));
        columns[c] = _mm512_shuffle_i32x4(a, d, _MM_SHUFFLE(2, 0, 2, 0));
        columns[c + 4] = _mm512_shuffle_i32x4(a, d, _MM_SHUFFLE(3, 1, 3, 1));
        columns[c + 8] = _mm512_shuffle_i32x4(b, e, _MM_SHUFFLE(2, 0, 2, 0));
        columns[c + 12] = _mm512_shuffle_i32x4(b, e, _MM_SHUFFLE(3, 1, 3, 1));
    }
#pragma GCC unroll 16
    for (std::size_t c = 0; c < size / 4; ++c) {
        _mm512_storeu_si512(packed + c * kLine, columns[c]);
    }
}

__m512i bits_of_bytes(__m512i bytes) {
    const __m512i bits_of_nibble =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m512i low_nibbles = _mm512_set1_epi8(15);
    const __m512i low = _mm512_and_si512(bytes, low_nibbles);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), low_nibbles);
    return _mm512_add_epi8(_mm512_shuffle_epi8(bits_of_nibble, low),
                           _mm512_shuffle_epi8(bits_of_nibble, high));
}

__mmask64 line_mask(std::size_t bytes) {
    return bytes >= kLine ? ~__mmask64{0} : (__mmask64{1} << bytes) - 1;
}

__mmask16 lane_mask(std::size_t lanes) {
    return static_cast<__mmask16>((1U << lanes) - 1U);
}

}  // namespace

}  // namespace sokkuri::simd::avx512
