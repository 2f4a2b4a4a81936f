// Many queries against many rows with 512-bit registers: the counterpart of kernels_avx512_codes.h,
// with the same `Multiply`, which also says how many queries (kTileQueries) and blocks
// (kTileBlocks) its registers can hold.
#pragma once

#include "simd/kernels_avx512_rows.h"

namespace sokkuri::simd {

namespace {

/// `QueryCount` queries against `Blocks` adjoining blocks, all sums in registers. (6 × 4 reach 83 %
/// of what VNNI can do on Ice Lake, 8 × 2 70 %, 12 × 2 72 %: few broadcasts and few stores a
/// product.)
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
#pragma GCC unroll 8
        for (std::size_t q = 0; q < QueryCount; ++q) {
            const auto four = load_as<std::int32_t>(queries + q * query_stride + b);
            const __m512i query = _mm512_set1_epi32(four);
#pragma GCC unroll 4
            for (std::size_t block = 0; block < Blocks; ++block) {
                sums[q][block] = Multiply::add_bytes(sums[q][block], codes[block], query);
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t q = 0; q < QueryCount; ++q) {
#pragma GCC unroll 4
        for (std::size_t block = 0; block < Blocks; ++block) {
            _mm512_storeu_si512(dots + q * dots_stride + block * kBlockRows, sums[q][block]);
        }
    }
}

/// All queries against `Blocks` blocks, which stay in the caches meanwhile.
template <class Multiply, std::size_t Blocks>
void tiles(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
           const std::uint8_t* packed, std::size_t size, std::int32_t* dots,
           std::size_t dots_stride) {
    std::size_t q = 0;
    for (; q + Multiply::kTileQueries <= query_count; q += Multiply::kTileQueries) {
        tile<Multiply, Multiply::kTileQueries, Blocks>(queries + q * query_stride, query_stride,
                                                       packed, size, dots + q * dots_stride,
                                                       dots_stride);
    }
    for (; q + 2 <= query_count; q += 2) {
        tile<Multiply, 2, Blocks>(queries + q * query_stride, query_stride, packed, size,
                                  dots + q * dots_stride, dots_stride);
    }
    if (q < query_count) {
        tile<Multiply, 1, Blocks>(queries + q * query_stride, query_stride, packed, size,
                                  dots + q * dots_stride, dots_stride);
    }
}

template <class Multiply>
void all_tiles(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
               const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
               std::size_t dots_stride) {
    std::size_t block = 0;
    for (; block + Multiply::kTileBlocks <= blocks; block += Multiply::kTileBlocks) {
        tiles<Multiply, Multiply::kTileBlocks>(queries, query_stride, query_count,
                                               packed + block * kBlockRows * size, size,
                                               dots + block * kBlockRows, dots_stride);
    }
    for (; block < blocks; ++block) {
        tiles<Multiply, 1>(queries, query_stride, query_count, packed + block * kBlockRows * size,
                           size, dots + block * kBlockRows, dots_stride);
    }
}

}  // namespace

}  // namespace sokkuri::simd
