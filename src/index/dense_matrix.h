// DenseMatrix: float32 matrices for training, by the kernels and on all threads. Every entry is
// made by one thread in one order: the same for any number of threads.
#pragma once

#include "base/thread_pool.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// Row-major; each row is filled up with zeros to a multiple of 16.
struct DenseMatrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t stride = 0;
    std::vector<float> values;

    DenseMatrix() = default;
    DenseMatrix(std::size_t row_count, std::size_t column_count)
        : rows(row_count),
          columns(column_count),
          stride((column_count + 15) / 16 * 16),
          values(row_count * stride) {}

    float* row(std::size_t i) { return values.data() + i * stride; }
    const float* row(std::size_t i) const { return values.data() + i * stride; }
};

struct MatrixTools {
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

DenseMatrix transposed(const DenseMatrix& matrix, const MatrixTools& tools);
/// `a.columns` is `b.rows`.
DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b, const MatrixTools& tools);
/// Dots of every row of `a` with every row of `b`, in float64: a.rows × b.rows, row-major.
std::vector<double> row_dots(const DenseMatrix& a, const DenseMatrix& b, const MatrixTools& tools);

/// Uniform in [−1, 1), by position and seed alone.
DenseMatrix random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed);

/// Makes the rows (at most as many as columns) orthonormal, first to last, so that the first i keep
/// what they span; a row that depends on those before it is replaced by a random one. `rounds`: one
/// leaves errors of float32 times the condition of what was given, three about 1e-6. By Cholesky's
/// factor of the Gram matrix (Fukaya et al. 2020, shifted CholeskyQR3; ours replaces instead of
/// shifting).
void orthonormalize(DenseMatrix& basis, int rounds, std::uint64_t seed, const MatrixTools& tools);

/// An upper bound of |B·Bᵀ − I| (Frobenius).
double orthogonality_of(const DenseMatrix& basis, const MatrixTools& tools);

}  // namespace sokkuri::index
