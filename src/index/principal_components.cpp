#include "index/principal_components.h"

#include "base/check.h"

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace sokkuri::index {

namespace {

// One application of the covariance costs dimension² instead of 2 · sample rows · dimension; making
// it costs as much as about dimension / (2 · basis) applications of the sample.
constexpr std::size_t kCovarianceDimensionMax = 2'048;
constexpr int kCovarianceIterations = 8;
constexpr int kSampleIterations = 3;
// Directions kept beside the wanted ones: those converge the faster.
constexpr std::size_t kOversampling = 24;

DenseMatrix identity(std::size_t size);

}  // namespace

PrincipalComponents::PrincipalComponents(const DenseMatrix& sample, std::uint64_t seed,
                                         const MatrixTools& tools)
    : sample_(sample), seed_(seed), tools_(tools), sample_transposed_(transposed(sample, tools)) {
    if (sample.columns > kCovarianceDimensionMax) return;
    covariance_ = product(sample_transposed_, sample, tools);
    sample_transposed_ = {};
}

DenseMatrix PrincipalComponents::leading(std::size_t count) const {
    const std::size_t dimension = sample_.columns;
    CHECK(count <= dimension);
    if (sample_.rows < dimension && sample_.rows <= count + kOversampling) {
        // They span all there is; iterating would only turn it.
        DenseMatrix basis = sample_;
        orthonormalize(basis, 2, seed_, tools_);
        const std::size_t spanned = std::min(count, basis.rows);
        return completed(leading_of(basis, applied_to(basis), spanned), count);
    }
    if (count + kOversampling >= dimension) {
        DenseMatrix all = identity(dimension);
        return leading_of(all, applied_to(all), count);
    }
    DenseMatrix basis = random_matrix(count + kOversampling, dimension, seed_);
    const int iterations = covariance_.rows != 0 ? kCovarianceIterations : kSampleIterations;
    for (int i = 0; i < iterations; ++i) {
        basis = applied_to(basis);
        orthonormalize(basis, i + 1 == iterations ? 2 : 1,
                       seed_ + 1 + static_cast<std::uint64_t>(i), tools_);
    }
    return leading_of(basis, applied_to(basis), count);
}

DenseMatrix PrincipalComponents::applied_to(const DenseMatrix& basis) const {
    if (covariance_.rows != 0) return product(basis, covariance_, tools_);
    const DenseMatrix scores =
        product(sample_, transposed(basis, tools_), tools_);  // sample rows × basis rows
    return transposed(product(sample_transposed_, scores, tools_), tools_);
}

// Rayleigh-Ritz: within what the basis spans, the eigenvectors of the covariance.
DenseMatrix PrincipalComponents::leading_of(const DenseMatrix& basis, const DenseMatrix& applied,
                                            std::size_t count) const {
    const auto size = static_cast<Eigen::Index>(basis.rows);
    const std::vector<double> dots = row_dots(basis, applied, tools_);
    using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Square> inner(dots.data(), size, size);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((inner + inner.transpose()) / 2);
    DenseMatrix mix(count, basis.rows);
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Index from = size - 1 - static_cast<Eigen::Index>(i);  // they ascend
        for (std::size_t j = 0; j < basis.rows; ++j) {
            mix.row(i)[j] =
                static_cast<float>(solver.eigenvectors()(static_cast<Eigen::Index>(j), from));
        }
    }
    DenseMatrix result = product(mix, basis, tools_);
    orthonormalize(result, 2, seed_ + 99, tools_);
    return result;
}

DenseMatrix PrincipalComponents::completed(const DenseMatrix& basis, std::size_t count) const {
    if (basis.rows == count) return basis;
    DenseMatrix result = random_matrix(count, basis.columns, seed_ + 77);
    std::copy(basis.values.begin(), basis.values.end(), result.values.begin());
    orthonormalize(result, 2, seed_ + 78, tools_);
    return result;
}

namespace {

DenseMatrix identity(std::size_t size) {
    DenseMatrix result(size, size);
    for (std::size_t i = 0; i < size; ++i) {
        result.row(i)[i] = 1;
    }
    return result;
}

}  // namespace

}  // namespace sokkuri::index
