// Many queries against many rows with 512-bit registers: the counterpart of kernels_avx512_codes.h,
// with the same `Multiply`.
#pragma once

#include "simd/kernels_avx512_rows.h"

namespace sokkuri::simd {

namespace {

/// `QueryCount` queries against `Blocks` adjoining blocks, all sums in registers.
template <class Multiply, std::size_t QueryCount, std::size_t Blocks>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride) {
    __m512i sums[QueryCount][Blocks] = {};
    for (std::size_t b = 0; b < size; b += 4) {
        __m512i codes[Blocks];
#pragma GCC unroll 4
        for (std::size_t block = 0; block < Blocks; ++block) {
            codes[block] = _mm512_loadu_si512(packed + block * kBlockRows * size + b * kBlockRows);
        }
#pragma GCC unroll 12
        for (std::size_t q = 0; q < QueryCount; ++q) {
            const auto four = load_as<std::int32_t>(queries + q * query_stride + b);
            const __m512i query = _mm512_set1_epi32(four);
#pragma GCC unroll 4
            for (std::size_t block = 0; block < Blocks; ++block) {
                sums[q][block] = Multiply::add_bytes(sums[q][block], codes[block], query);
            }
        }
    }
#pragma GCC unroll 12
    for (std::size_t q = 0; q < QueryCount; ++q) {
#pragma GCC unroll 4
        for (std::size_t block = 0; block < Blocks; ++block) {
            _mm512_storeu_si512(dots + q * dots_stride + block * kBlockRows, sums[q][block]);
        }
    }
}

/// All queries against `Blocks` blocks, which stay in the first-level cache meanwhile.
template <class Multiply, std::size_t Blocks>
void tiles(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
           const std::uint8_t* packed, std::size_t size, std::int32_t* dots,
           std::size_t dots_stride) {
    constexpr std::size_t kQueries = 8;
    std::size_t q = 0;
    for (; q + kQueries <= query_count; q += kQueries) {
        tile<Multiply, kQueries, Blocks>(queries + q * query_stride, query_stride, packed, size,
                                         dots + q * dots_stride, dots_stride);
    }
    for (; q < query_count; ++q) {
        tile<Multiply, 1, Blocks>(queries + q * query_stride, query_stride, packed, size,
                                  dots + q * dots_stride, dots_stride);
    }
}

template <class Multiply>
void all_tiles(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
               const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
               std::size_t dots_stride) {
    std::size_t block = 0;
    for (; block + 2 <= blocks; block += 2) {
        tiles<Multiply, 2>(queries, query_stride, query_count, packed + block * kBlockRows * size,
                           size, dots + block * kBlockRows, dots_stride);
    }
    if (block < blocks) {
        tiles<Multiply, 1>(queries, query_stride, query_count, packed + block * kBlockRows * size,
                           size, dots + block * kBlockRows, dots_stride);
    }
}

}  // namespace

}  // namespace sokkuri::simd
