// AVX-512: rows times a matrix. Six rows × 64 columns stay in 24 registers; the sum of an entry
// runs over k from first to last wherever its row stands, so that its value does not depend on
// the company (blocks of k hand the sums on through `out`, which rounds nothing).
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd::avx512 {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileVectors = 4;  // 64 columns
// 768 rows of the matrix × 64 columns are 192 kB, 48 rows × 768 floats are 144 kB: both stay in a
// second-level cache of 512 kB or more.
constexpr std::size_t kDepth = 768;
constexpr std::size_t kRowsTogether = 48;

/// A block of rows and of k: what is added to `out`.
struct Block {
    const float* rows;
    std::size_t stride;
    std::size_t count;
    std::size_t depth;
    const float* matrix;
    std::size_t columns;
    float* out;
    int is_first;  // block of k: starts from zero instead of what `out` holds
};

void multiply_block(const Block& block);
template <std::size_t Vectors>
void multiply_panel(const Block& block, std::size_t column);
template <std::size_t Rows, std::size_t Vectors>
void multiply_tile(const Block& block, std::size_t row, std::size_t column);

}  // namespace

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    for (std::size_t row = 0; row < count; row += kRowsTogether) {
        std::size_t k = 0;
        do {  // at least once: without components the sums are zero
            const std::size_t rows_left = count - row;
            const std::size_t depth_left = dimension - k;
            multiply_block({.rows = rows + row * stride + k,
                            .stride = stride,
                            .count = rows_left < kRowsTogether ? rows_left : kRowsTogether,
                            .depth = depth_left < kDepth ? depth_left : kDepth,
                            .matrix = matrix + k * columns,
                            .columns = columns,
                            .out = out + row * columns,
                            .is_first = k == 0});
            k += kDepth;
        } while (k < dimension);
    }
}

namespace {

void multiply_block(const Block& block) {
    std::size_t column = 0;
    for (; column + kTileVectors * kLanes <= block.columns; column += kTileVectors * kLanes) {
        multiply_panel<kTileVectors>(block, column);
    }
    for (; column < block.columns; column += kLanes) {
        multiply_panel<1>(block, column);
    }
}

template <std::size_t Vectors>
void multiply_panel(const Block& block, std::size_t column) {
    std::size_t row = 0;
    for (; row + kTileRows <= block.count; row += kTileRows) {
        multiply_tile<kTileRows, Vectors>(block, row, column);
    }
    switch (block.count - row) {
        case 5:
            return multiply_tile<5, Vectors>(block, row, column);
        case 4:
            return multiply_tile<4, Vectors>(block, row, column);
        case 3:
            return multiply_tile<3, Vectors>(block, row, column);
        case 2:
            return multiply_tile<2, Vectors>(block, row, column);
        case 1:
            return multiply_tile<1, Vectors>(block, row, column);
        default:
            return;
    }
}

template <std::size_t Rows, std::size_t Vectors>
void multiply_tile(const Block& block, std::size_t row, std::size_t column) {
    const float* rows = block.rows + row * block.stride;
    const float* matrix = block.matrix + column;
    float* out = block.out + row * block.columns + column;
    __m512 sums[Rows][Vectors];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            sums[r][v] = block.is_first != 0
                             ? _mm512_setzero_ps()
                             : _mm512_loadu_ps(out + r * block.columns + v * kLanes);
        }
    }
    for (std::size_t k = 0; k < block.depth; ++k) {
        __m512 right[Vectors];
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            right[v] = _mm512_loadu_ps(matrix + k * block.columns + v * kLanes);
        }
#pragma GCC unroll 8
        for (std::size_t r = 0; r < Rows; ++r) {
            const __m512 left = _mm512_set1_ps(rows[r * block.stride + k]);
#pragma GCC unroll 8
            for (std::size_t v = 0; v < Vectors; ++v) {
                sums[r][v] = _mm512_fmadd_ps(left, right[v], sums[r][v]);
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            _mm512_storeu_ps(out + r * block.columns + v * kLanes, sums[r][v]);
        }
    }
}

}  // namespace

}  // namespace sokkuri::simd::avx512
