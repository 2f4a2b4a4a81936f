// NEON: what goes over rows besides sums of products: packing, bounds, marks, bits.
#include "simd/kernels_marks.h"
#include "simd/kernels_row_list.h"

#include <arm_neon.h>

namespace sokkuri::simd::neon {

namespace {

constexpr std::size_t kVector = 16;
constexpr std::size_t kLanes = 4;

/// Four parts of 16 bytes, one of each of four rows.
struct Parts {
    uint32x4_t of[kLanes];
};

Parts load_parts(const RowList& list, std::size_t first, std::size_t byte, std::size_t size);
void store_transposed(const Parts& parts, std::uint8_t* packed, std::size_t size);
Parts low_nibbles(const Parts& codes);
Parts high_nibbles(const Parts& codes);
/// Of each lane, whether the lower bound is beyond the limit; all bits or none.
uint32x4_t beyond_limit(const std::int32_t* dots, const BoundRows& rows, const BoundQuery& query);
uint32x4_t add_bits(uint32x4_t sums, const std::uint8_t* a, const std::uint8_t* b);

}  // namespace

void pack_bytes(const CodeRows& rows, std::uint8_t* packed) {
    const RowList list(rows);
    for (std::size_t first = 0; first < rows.count; first += kBlockRows) {
        for (std::size_t byte = 0; byte < rows.size; byte += kVector) {
            const std::size_t size = rows.size - byte < kVector ? rows.size - byte : kVector;
            for (std::size_t r = 0; r < kBlockRows; r += kLanes) {
                store_transposed(load_parts(list, first + r, byte, size), packed + r * 4, size);
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
            const std::size_t size = has_bias ? kVector - kBiasBytes : kVector;
            // Component of the first low nibble; its high nibble is a line of components further.
            const std::size_t component = byte / kLine * 2 * kLine + byte % kLine;
            std::uint8_t* to = packed + component * kBlockRows;
            for (std::size_t r = 0; r < kBlockRows; r += kLanes) {
                const Parts codes = load_parts(list, first + r, byte, size);
                store_transposed(low_nibbles(codes), to + r * 4, kVector);
                store_transposed(high_nibbles(codes), to + kLine * kBlockRows + r * 4, kVector);
            }
        }
        packed += 2 * rows.size * kBlockRows;
    }
}

std::size_t rows_within(const std::int32_t* dots, const BoundRows& rows, std::size_t count,
                        const BoundQuery& query, std::uint32_t* survivors) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; i += kLanes) {
        const std::size_t lanes = count - i < kLanes ? count - i : kLanes;
        std::int32_t part_dots[kLanes] = {};
        float part[3][kLanes] = {};
        __builtin_memcpy(part_dots, dots + i, lanes * sizeof(std::int32_t));
        __builtin_memcpy(part[0], rows.norms_squared + i, lanes * sizeof(float));
        __builtin_memcpy(part[1], rows.errors + i, lanes * sizeof(float));
        __builtin_memcpy(part[2], rows.tails + i, lanes * sizeof(float));
        std::uint32_t beyond[kLanes];
        vst1q_u32(beyond, beyond_limit(part_dots, {part[0], part[1], part[2]}, query));
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            survivors[found] = static_cast<std::uint32_t>(i + lane);
            found += beyond[lane] == 0 ? 1 : 0;
        }
    }
    return found;
}

std::size_t take_unmarked(const std::uint32_t* ordinals, std::size_t count, std::uint32_t end,
                          std::uint64_t* marks, std::uint32_t* fresh) {
    return take_one_by_one(ordinals, count, end, marks, fresh);
}

std::uint32_t hamming(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    uint32x4_t sums = vdupq_n_u32(0);
    std::size_t i = 0;
    for (; i + kVector <= size; i += kVector) {
        sums = add_bits(sums, a + i, b + i);
    }
    std::uint8_t part_a[kVector] = {};
    std::uint8_t part_b[kVector] = {};
    __builtin_memcpy(part_a, a + i, size - i);
    __builtin_memcpy(part_b, b + i, size - i);
    return vaddvq_u32(add_bits(sums, part_a, part_b));
}

namespace {

/// Rows that are missing, and bytes from `size` on, are zero.
Parts load_parts(const RowList& list, std::size_t first, std::size_t byte, std::size_t size) {
    Parts parts;
    for (std::size_t r = 0; r < kLanes; ++r) {
        std::uint32_t part[kLanes] = {};
        if (first + r < list.count()) __builtin_memcpy(part, list[first + r] + byte, size);
        parts.of[r] = vld1q_u32(part);
    }
    return parts;
}

/// Stores the 32-bit columns of the parts a line apart, `size` / 4 of them.
void store_transposed(const Parts& parts, std::uint8_t* packed, std::size_t size) {
    const uint32x4_t even_0 = vtrn1q_u32(parts.of[0], parts.of[1]);
    const uint32x4_t odd_0 = vtrn2q_u32(parts.of[0], parts.of[1]);
    const uint32x4_t even_2 = vtrn1q_u32(parts.of[2], parts.of[3]);
    const uint32x4_t odd_2 = vtrn2q_u32(parts.of[2], parts.of[3]);
    const uint32x4_t columns[kLanes] = {vcombine_u32(vget_low_u32(even_0), vget_low_u32(even_2)),
                                        vcombine_u32(vget_low_u32(odd_0), vget_low_u32(odd_2)),
                                        vcombine_u32(vget_high_u32(even_0), vget_high_u32(even_2)),
                                        vcombine_u32(vget_high_u32(odd_0), vget_high_u32(odd_2))};
    for (std::size_t c = 0; c < size / 4; ++c) {
        vst1q_u8(packed + c * kLine, vreinterpretq_u8_u32(columns[c]));
    }
}

Parts low_nibbles(const Parts& codes) {
    Parts low;
    for (std::size_t r = 0; r < kLanes; ++r) {
        low.of[r] = vandq_u32(codes.of[r], vdupq_n_u32(0x0F0F0F0F));
    }
    return low;
}

Parts high_nibbles(const Parts& codes) {
    Parts high;
    for (std::size_t r = 0; r < kLanes; ++r) {
        high.of[r] = vandq_u32(vshrq_n_u32(codes.of[r], 4), vdupq_n_u32(0x0F0F0F0F));
    }
    return high;
}

uint32x4_t beyond_limit(const std::int32_t* dots, const BoundRows& rows, const BoundQuery& query) {
    const float32x4_t zero = vdupq_n_f32(0);
    const float32x4_t norms = vld1q_f32(rows.norms_squared);
    const float32x4_t products =
        vmulq_f32(vdupq_n_f32(query.multiplier), vcvtq_f32_s32(vld1q_s32(dots)));
    const float32x4_t slack =
        vmulq_f32(vdupq_n_f32(query.slack), vaddq_f32(vdupq_n_f32(query.constant_slack), norms));
    const float32x4_t squared =
        vsubq_f32(vaddq_f32(vaddq_f32(vdupq_n_f32(query.constant), norms), products), slack);
    const float32x4_t root = vsqrtq_f32(vmaxq_f32(zero, squared));  // NaN if either is
    const float32x4_t gap =
        vsubq_f32(vsubq_f32(root, vdupq_n_f32(query.error)), vld1q_f32(rows.errors));
    const float32x4_t head = vmaxq_f32(zero, gap);
    const float32x4_t tail = vsubq_f32(vdupq_n_f32(query.tail), vld1q_f32(rows.tails));
    const float32x4_t bound = vaddq_f32(vmulq_f32(head, head), vmulq_f32(tail, tail));
    return vcgtq_f32(bound, vdupq_n_f32(query.limit_squared));
}

uint32x4_t add_bits(uint32x4_t sums, const std::uint8_t* a, const std::uint8_t* b) {
    const uint8x16_t bits = vcntq_u8(veorq_u8(vld1q_u8(a), vld1q_u8(b)));
    return vpadalq_u16(sums, vpaddlq_u8(bits));
}

}  // namespace

}  // namespace sokkuri::simd::neon
