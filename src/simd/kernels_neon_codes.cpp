// NEON: codes against queries. It multiplies signed bytes only: codes are moved by 128, and what
// that takes from a dot, 128 times the sum of the query, is given back at the end. Nibbles are
// signed bytes as they are.
#include "simd/kernels_row_list.h"

#include <arm_neon.h>

namespace sokkuri::simd::neon {

namespace {

constexpr std::size_t kVector = 16;
constexpr std::size_t kTileQueries = 4;

int8x16_t load(const void* from) {
    return vld1q_s8(static_cast<const std::int8_t*>(from));
}
int8x16_t load_codes(const std::uint8_t* from) {
    return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(from), vdupq_n_u8(128)));
}
std::int32_t sum_of(const std::int8_t* query, std::size_t size);
int32x4_t add_products(int32x4_t sums, int8x16_t codes, int8x16_t query);
int32x4_t fold_quad(const int32x4_t* sums);

/// The sums of four rows of bytes.
class Bytes {
 public:
    Bytes(const std::int8_t* query, std::size_t size)
        : query_(query), size_(size), moved_(128 * sum_of(query, size)) {}
    int32x4_t quad(const std::uint8_t* const* row) const;

 private:
    const std::int8_t* query_;
    std::size_t size_;
    std::int32_t moved_;
};

/// The sums of four rows of nibbles.
class Nibbles {
 public:
    Nibbles(const std::int8_t* query, std::size_t size) : query_(query), size_(size) {}
    int32x4_t quad(const std::uint8_t* const* row) const;

 private:
    const std::int8_t* query_;
    std::size_t size_;
};

struct StoreDots {
    std::int32_t* dots;
    void operator()(std::size_t i, const std::uint8_t* const* row, int32x4_t sums,
                    std::size_t count) const;
};

struct StoreScores {
    float* scores;
    float multiplier;
    std::size_t bias_at;
    void operator()(std::size_t i, const std::uint8_t* const* row, int32x4_t sums,
                    std::size_t count) const;
};

template <class Format, class Store>
void for_rows(const CodeRows& rows, const Format& format, const Store& store);
template <std::size_t QueryCount>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride);

}  // namespace

void dot_bytes(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows(rows, Bytes(query, rows.size), StoreDots{dots});
}

void dot_nibbles(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for_rows(rows, Nibbles(query, rows.size), StoreDots{dots});
}

void score_bytes(const CodeRows& rows, const std::int8_t* query, float multiplier, float* scores) {
    for_rows(rows, Bytes(query, rows.size),
             StoreScores{scores, multiplier, rows.size - kBiasBytes});
}

void score_nibbles(const CodeRows& rows, const std::int8_t* query, float multiplier,
                   float* scores) {
    for_rows(rows, Nibbles(query, rows.size),
             StoreScores{scores, multiplier, rows.size - kBiasBytes});
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
void for_rows(const CodeRows& rows, const Format& format, const Store& store) {
    const RowList list(rows);
    list.prefetch_first();
    for (std::size_t i = 0; i < rows.count; i += kQuad) {
        list.prefetch_after(i, kQuad);
        const std::size_t count = rows.count - i < kQuad ? rows.count - i : kQuad;
        const std::uint8_t* row[kQuad];
        for (std::size_t r = 0; r < kQuad; ++r) {
            row[r] = list[r < count ? i + r : i];
        }
        store(i, row, format.quad(row), count);
    }
}

int32x4_t Bytes::quad(const std::uint8_t* const* row) const {
    int32x4_t sums[kQuad] = {};
    std::size_t j = 0;
    for (; j + kVector <= size_; j += kVector) {
        const int8x16_t q = load(query_ + j);
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kQuad; ++r) {
            sums[r] = add_products(sums[r], load_codes(row[r] + j), q);
        }
    }
    if (j < size_) {
        std::uint8_t part[kVector] = {};
        __builtin_memcpy(part, query_ + j, size_ - j);
        const int8x16_t q = load(part);
        for (std::size_t r = 0; r < kQuad; ++r) {
            __builtin_memcpy(part, row[r] + j, size_ - j);
            sums[r] = add_products(sums[r], load_codes(part), q);
        }
    }
    return vaddq_s32(fold_quad(sums), vdupq_n_s32(moved_));
}

int32x4_t Nibbles::quad(const std::uint8_t* const* row) const {
    const uint8x16_t low_nibbles = vdupq_n_u8(15);
    int32x4_t sums[kQuad] = {};
    for (std::size_t line = 0; line < size_; line += kLine) {
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kQuad; ++r) {
            int16x8_t products = vdupq_n_s16(0);  // at most 16 · 15 · 128 = 30,720
#pragma GCC unroll 4
            for (std::size_t part = 0; part < kLine; part += kVector) {
                const int8x16_t q_low = load(query_ + 2 * line + part);
                const int8x16_t q_high = load(query_ + 2 * line + kLine + part);
                const uint8x16_t codes = vld1q_u8(row[r] + line + part);
                const int8x16_t low = vreinterpretq_s8_u8(vandq_u8(codes, low_nibbles));
                const int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(codes, 4));
                products = vmlal_s8(products, vget_low_s8(low), vget_low_s8(q_low));
                products = vmlal_high_s8(products, low, q_low);
                products = vmlal_s8(products, vget_low_s8(high), vget_low_s8(q_high));
                products = vmlal_high_s8(products, high, q_high);
            }
            sums[r] = vpadalq_s16(sums[r], products);
        }
    }
    return fold_quad(sums);
}

std::int32_t sum_of(const std::int8_t* query, std::size_t size) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < size; ++j) {
        sum += query[j];
    }
    return sum;
}

/// Two products of -128 do not fit into 16 bits together, hence the widening of each half.
int32x4_t add_products(int32x4_t sums, int8x16_t codes, int8x16_t query) {
    sums = vpadalq_s16(sums, vmull_s8(vget_low_s8(codes), vget_low_s8(query)));
    return vpadalq_s16(sums, vmull_high_s8(codes, query));
}

int32x4_t fold_quad(const int32x4_t* sums) {
    return vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
}

void StoreDots::operator()(std::size_t i, const std::uint8_t* const*, int32x4_t sums,
                           std::size_t count) const {
    if (count == kQuad) return vst1q_s32(dots + i, sums);
    std::int32_t four[kQuad];
    vst1q_s32(four, sums);
    __builtin_memcpy(dots + i, four, count * sizeof(*four));
}

void StoreScores::operator()(std::size_t i, const std::uint8_t* const* row, int32x4_t sums,
                             std::size_t count) const {
    float four[kQuad];
    for (std::size_t r = 0; r < kQuad; ++r) {
        four[r] = load_as<float>(row[r] + bias_at);
    }
    const float32x4_t products = vmulq_f32(vdupq_n_f32(multiplier), vcvtq_f32_s32(sums));
    vst1q_f32(four, vaddq_f32(vld1q_f32(four), products));
    __builtin_memcpy(scores + i, four, count * sizeof(*four));
}

template <std::size_t QueryCount>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride) {
    int32x4_t sums[QueryCount][4];
#pragma GCC unroll 4
    for (std::size_t q = 0; q < QueryCount; ++q) {
        const std::int32_t moved = 128 * sum_of(queries + q * query_stride, size);
        for (std::size_t v = 0; v < 4; ++v) {
            sums[q][v] = vdupq_n_s32(moved);
        }
    }
    for (std::size_t b = 0; b < size; b += 4) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            const int8x16_t codes = load_codes(packed + b * kBlockRows + v * kVector);
#pragma GCC unroll 4
            for (std::size_t q = 0; q < QueryCount; ++q) {
                const auto four = load_as<std::int32_t>(queries + q * query_stride + b);
                const int8x16_t query = vreinterpretq_s8_s32(vdupq_n_s32(four));
                const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(codes), vget_low_s8(query)));
                const int32x4_t high = vpaddlq_s16(vmull_high_s8(codes, query));
                sums[q][v] = vaddq_s32(sums[q][v], vpaddq_s32(low, high));
            }
        }
    }
#pragma GCC unroll 4
    for (std::size_t q = 0; q < QueryCount; ++q) {
        for (std::size_t v = 0; v < 4; ++v) {
            vst1q_s32(dots + q * dots_stride + v * 4, sums[q][v]);
        }
    }
}

}  // namespace

}  // namespace sokkuri::simd::neon
