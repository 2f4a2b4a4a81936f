// AVX-512: rows times a matrix. Six rows × 64 columns stay in 24 registers. The matrix is copied
// panel by panel, 128 of its rows × 64 columns, into 32 kB that lie together: read in place, its
// rows would fall into the same few sets of the caches (measured: half as fast at 512 columns).
//
// The sum of an entry runs over k from first to last wherever its row stands, one fused step each,
// so that it does not depend on the company; panels hand the sums on through `out`, which rounds
// nothing.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd::avx512 {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileVectors = 4;
constexpr std::size_t kTileColumns = kTileVectors * kLanes;
constexpr std::size_t kDepth = 128;
/// 96 rows × 128 floats are 48 kB, which stay in the second-level cache while all panels pass.
constexpr std::size_t kRowsTogether = 96;
/// Fewer rows than this do not repay the copy.
constexpr std::size_t kRowsForCopy = 12;

struct Panel {
    const float* at;
    std::size_t stride;
    std::size_t depth;
    /// Of the first panel of k: the sums start from zero instead of what `out` holds.
    bool is_first;
};

struct Rows {
    const float* at;
    std::size_t stride;
    std::size_t count;
};

void copy(const Panel& panel, float* to);
template <std::size_t Vectors>
void multiply_panel(const Rows& rows, const Panel& panel, float* out, std::size_t columns);
template <std::size_t Count, std::size_t Vectors>
void multiply_tile(const Rows& rows, const Panel& panel, float* out, std::size_t columns);

}  // namespace

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    alignas(64) float copied[kDepth * kTileColumns];
    for (std::size_t row = 0; row < count; row += kRowsTogether) {
        const std::size_t together = count - row < kRowsTogether ? count - row : kRowsTogether;
        float* sums = out + row * columns;
        for (std::size_t k = 0; k < dimension; k += kDepth) {
            const Rows part{rows + row * stride + k, stride, together};
            Panel panel{.at = matrix + k * columns,
                        .stride = columns,
                        .depth = dimension - k < kDepth ? dimension - k : kDepth,
                        .is_first = k == 0};
            std::size_t column = 0;
            for (; column + kTileColumns <= columns; column += kTileColumns) {
                panel.at = matrix + k * columns + column;
                panel.stride = columns;
                if (together >= kRowsForCopy) {
                    copy(panel, copied);
                    panel.at = copied;
                    panel.stride = kTileColumns;
                }
                multiply_panel<kTileVectors>(part, panel, sums + column, columns);
            }
            for (; column < columns; column += kLanes) {
                panel.at = matrix + k * columns + column;
                panel.stride = columns;
                multiply_panel<1>(part, panel, sums + column, columns);
            }
        }
    }
}

namespace {

void copy(const Panel& panel, float* to) {
    for (std::size_t k = 0; k < panel.depth; ++k) {
        for (std::size_t v = 0; v < kTileVectors; ++v) {
            const __m512 part = _mm512_loadu_ps(panel.at + k * panel.stride + v * kLanes);
            _mm512_store_ps(to + k * kTileColumns + v * kLanes, part);
        }
    }
}

template <std::size_t Vectors>
void multiply_panel(const Rows& rows, const Panel& panel, float* out, std::size_t columns) {
    Rows left = rows;
    for (; left.count >= kTileRows; left.count -= kTileRows) {
        multiply_tile<kTileRows, Vectors>(left, panel, out, columns);
        left.at += kTileRows * left.stride;
        out += kTileRows * columns;
    }
    switch (left.count) {
        case 5:
            return multiply_tile<5, Vectors>(left, panel, out, columns);
        case 4:
            return multiply_tile<4, Vectors>(left, panel, out, columns);
        case 3:
            return multiply_tile<3, Vectors>(left, panel, out, columns);
        case 2:
            return multiply_tile<2, Vectors>(left, panel, out, columns);
        case 1:
            return multiply_tile<1, Vectors>(left, panel, out, columns);
        default:
            return;
    }
}

template <std::size_t Count, std::size_t Vectors>
void multiply_tile(const Rows& rows, const Panel& panel, float* out, std::size_t columns) {
    __m512 sums[Count][Vectors] = {};
    if (!panel.is_first) {
#pragma GCC unroll 8
        for (std::size_t r = 0; r < Count; ++r) {
#pragma GCC unroll 8
            for (std::size_t v = 0; v < Vectors; ++v) {
                sums[r][v] = _mm512_loadu_ps(out + r * columns + v * kLanes);
            }
        }
    }
    for (std::size_t k = 0; k < panel.depth; ++k) {
        __m512 right[Vectors];
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            right[v] = _mm512_loadu_ps(panel.at + k * panel.stride + v * kLanes);
        }
#pragma GCC unroll 8
        for (std::size_t r = 0; r < Count; ++r) {
            const __m512 left = _mm512_set1_ps(rows.at[r * rows.stride + k]);
#pragma GCC unroll 8
            for (std::size_t v = 0; v < Vectors; ++v) {
                sums[r][v] = _mm512_fmadd_ps(left, right[v], sums[r][v]);
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Count; ++r) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            _mm512_storeu_ps(out + r * columns + v * kLanes, sums[r][v]);
        }
    }
}

}  // namespace

}  // namespace sokkuri::simd::avx512
