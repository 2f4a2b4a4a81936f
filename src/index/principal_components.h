// PrincipalComponents: leading directions of a centered sample, by block subspace iteration. Up to
// 2,048 dimensions on the covariance matrix, which is cheaper there; beyond on the sample itself.
// Halko, Martinsson, Tropp 2011, algorithm 4.4, with Rayleigh-Ritz at the end.
#pragma once

#include "index/dense_matrix.h"

#include <cstddef>
#include <cstdint>

namespace sokkuri::index {

class PrincipalComponents {
 public:
    /// `sample` is centered and outlives this. O(rows × dimension²) up to 2,048 dimensions.
    PrincipalComponents(const DenseMatrix& sample, std::uint64_t seed, const MatrixTools& tools);

    /// `count` (at most the dimension) orthonormal rows, greatest variance first. Whatever the
    /// sample's rank: beyond it the rest is any completion.
    DenseMatrix leading(std::size_t count) const;

 private:
    /// Rows times the covariance, up to a factor.
    DenseMatrix applied_to(const DenseMatrix& basis) const;
    DenseMatrix leading_of(const DenseMatrix& basis, const DenseMatrix& applied,
                           std::size_t count) const;
    /// With random rows, where the sample has too few.
    DenseMatrix completed(const DenseMatrix& basis, std::size_t count) const;

    const DenseMatrix& sample_;
    std::uint64_t seed_;
    MatrixTools tools_;
    DenseMatrix sample_transposed_;
    DenseMatrix covariance_;  // empty: too large
};

}  // namespace sokkuri::index
