// Rows times a matrix, for every fast set of kernels. Each defines a `Vector` with its type `Of`,
// its lanes, `zero`, `load`, `store`, `broadcast` and `fused` (a · b + c, rounded once), and how
// many vectors of columns six rows of sums leave registers for (kTileVectors).
//
// The matrix is copied panel by panel into memory that lies together: read in place, its rows would
// fall into the same few sets of the caches (measured with AVX-512: half as fast at 512 columns).
//
// The sum of an entry runs over k from first to last wherever its row stands, one fused step each,
// so that it does not depend on the company; panels hand the sums on through `out`, which rounds
// nothing.
#pragma once

#include "simd/kernels_parts.h"

namespace sokkuri::simd {

namespace {

constexpr std::size_t kTileRows = 6;
/// A panel is 128 rows × 64 columns of the matrix, 32 kB.
constexpr std::size_t kDepth = 128;
constexpr std::size_t kPanelColumns = 64;
/// 192 rows × 128 floats are 96 kB, which stay in the second-level cache while all panels pass.
constexpr std::size_t kRowsTogether = 192;
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

template <class Vector, std::size_t Count, std::size_t Vectors>
void multiply_tile(const Rows& rows, const Panel& panel, float* out, std::size_t columns) {
    typename Vector::Of sums[Count][Vectors];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Count; ++r) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            const float* so_far = out + r * columns + v * Vector::kLanes;
            sums[r][v] = panel.is_first ? Vector::zero() : Vector::load(so_far);
        }
    }
    for (std::size_t k = 0; k < panel.depth; ++k) {
        typename Vector::Of right[Vectors];
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            right[v] = Vector::load(panel.at + k * panel.stride + v * Vector::kLanes);
        }
#pragma GCC unroll 8
        for (std::size_t r = 0; r < Count; ++r) {
            const auto left = Vector::broadcast(rows.at[r * rows.stride + k]);
#pragma GCC unroll 8
            for (std::size_t v = 0; v < Vectors; ++v) {
                sums[r][v] = Vector::fused(left, right[v], sums[r][v]);
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Count; ++r) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < Vectors; ++v) {
            Vector::store(out + r * columns + v * Vector::kLanes, sums[r][v]);
        }
    }
}

template <class Vector, std::size_t Vectors>
void multiply_panel(const Rows& rows, const Panel& panel, float* out, std::size_t columns) {
    Rows left = rows;
    for (; left.count >= kTileRows; left.count -= kTileRows) {
        multiply_tile<Vector, kTileRows, Vectors>(left, panel, out, columns);
        left.at += kTileRows * left.stride;
        out += kTileRows * columns;
    }
    switch (left.count) {
        case 5:
            return multiply_tile<Vector, 5, Vectors>(left, panel, out, columns);
        case 4:
            return multiply_tile<Vector, 4, Vectors>(left, panel, out, columns);
        case 3:
            return multiply_tile<Vector, 3, Vectors>(left, panel, out, columns);
        case 2:
            return multiply_tile<Vector, 2, Vectors>(left, panel, out, columns);
        case 1:
            return multiply_tile<Vector, 1, Vectors>(left, panel, out, columns);
        default:
            return;
    }
}

/// Copies a panel of 64 columns tile by tile, each tile's columns together.
template <class Vector>
void copy(const Panel& panel, float* to) {
    constexpr std::size_t kTileColumns = Vector::kTileVectors * Vector::kLanes;
    for (std::size_t k = 0; k < panel.depth; ++k) {
#pragma GCC unroll 16
        for (std::size_t column = 0; column < kPanelColumns; column += Vector::kLanes) {
            const std::size_t tile = column / kTileColumns * kDepth * kTileColumns;
            Vector::store(to + tile + k * kTileColumns + column % kTileColumns,
                          Vector::load(panel.at + k * panel.stride + column));
        }
    }
}

/// All columns of some rows of the matrix, against at most kRowsTogether rows.
template <class Vector>
void multiply_depth(const Rows& rows, const Panel& whole, float* out, std::size_t columns) {
    constexpr std::size_t kTileColumns = Vector::kTileVectors * Vector::kLanes;
    alignas(64) float copied[kDepth * kPanelColumns];
    std::size_t column = 0;
    if (rows.count >= kRowsForCopy) {
        for (; column + kPanelColumns <= columns; column += kPanelColumns) {
            copy<Vector>({whole.at + column, whole.stride, whole.depth, whole.is_first}, copied);
            for (std::size_t tile = 0; tile < kPanelColumns; tile += kTileColumns) {
                const Panel panel{copied + tile * kDepth, kTileColumns, whole.depth,
                                  whole.is_first};
                multiply_panel<Vector, Vector::kTileVectors>(rows, panel, out + column + tile,
                                                             columns);
            }
        }
    }
    Panel panel = whole;
    for (; column + kTileColumns <= columns; column += kTileColumns) {
        panel.at = whole.at + column;
        multiply_panel<Vector, Vector::kTileVectors>(rows, panel, out + column, columns);
    }
    for (; column < columns; column += Vector::kLanes) {
        panel.at = whole.at + column;
        multiply_panel<Vector, 1>(rows, panel, out + column, columns);
    }
}

template <class Vector>
void multiply_with(const Rows& rows, std::size_t dimension, const float* matrix,
                   std::size_t columns, float* out) {
    for (std::size_t row = 0; row < rows.count; row += kRowsTogether) {
        const std::size_t left = rows.count - row;
        for (std::size_t k = 0; k < dimension; k += kDepth) {
            const std::size_t depth = dimension - k < kDepth ? dimension - k : kDepth;
            multiply_depth<Vector>({rows.at + row * rows.stride + k, rows.stride,
                                    left < kRowsTogether ? left : kRowsTogether},
                                   {matrix + k * columns, columns, depth, k == 0},
                                   out + row * columns, columns);
        }
    }
}

}  // namespace

}  // namespace sokkuri::simd
