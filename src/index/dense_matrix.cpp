#include "index/dense_matrix.h"

#include "base/check.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

// Rows of a product that one thread makes in one go.
constexpr std::size_t kProductRows = 96;
// Rows of `b` that are used up before the next come: 5 MB of them at 1280 columns stay in a cache
// while all rows of `a` go by.
constexpr std::size_t kProductDepth = 1'024;
constexpr std::size_t kTile = 32;
// Of rows of length 1: what is left of one beside those before it, squared, below which float32
// noise is most of it.
constexpr double kDependent = 1e-9;

std::size_t groups_of(std::size_t count, std::size_t size) {
    return (count + size - 1) / size;
}

double uniform(std::uint64_t seed, std::uint64_t position);
void normalize_rows(DenseMatrix& basis, std::uint64_t seed, const MatrixTools& tools);
std::vector<bool> factorize(std::vector<double>& gram, std::size_t size);
DenseMatrix inverse_of(const std::vector<double>& factor, std::size_t size);

}  // namespace

DenseMatrix transposed(const DenseMatrix& matrix, const MatrixTools& tools) {
    DenseMatrix result(matrix.columns, matrix.rows);
    tools.threads.for_each(groups_of(matrix.columns, kTile), [&](std::size_t group) {
        const std::size_t first = group * kTile;
        const std::size_t end = std::min(first + kTile, matrix.columns);
        for (std::size_t top = 0; top < matrix.rows; top += kTile) {
            const std::size_t bottom = std::min(top + kTile, matrix.rows);
            for (std::size_t c = first; c < end; ++c) {
                for (std::size_t r = top; r < bottom; ++r) {
                    result.values[c * result.stride + r] = matrix.values[r * matrix.stride + c];
                }
            }
        }
    });
    return result;
}

DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b, const MatrixTools& tools) {
    CHECK(a.columns == b.rows);
    DenseMatrix result(a.rows, b.columns);
    for (std::size_t depth = 0; depth < a.columns; depth += kProductDepth) {
        const std::size_t depth_here = std::min(kProductDepth, a.columns - depth);
        tools.threads.for_each(groups_of(a.rows, kProductRows), [&](std::size_t group) {
            const std::size_t first = group * kProductRows;
            const std::size_t count = std::min(kProductRows, a.rows - first);
            std::vector<float> part(depth == 0 ? 0 : count * b.stride);
            float* out = depth == 0 ? result.row(first) : part.data();
            tools.kernels.multiply(a.row(first) + depth, a.stride, count, depth_here, b.row(depth),
                                   b.stride, out);
            for (std::size_t i = 0; i < part.size(); ++i) {
                result.row(first)[i] += part[i];
            }
        });
    }
    return result;
}

std::vector<double> row_dots(const DenseMatrix& a, const DenseMatrix& b, const MatrixTools& tools) {
    CHECK(a.columns == b.columns);
    std::vector<double> dots(a.rows * b.rows);
    tools.threads.for_each(a.rows, [&](std::size_t i) {
        for (std::size_t j = 0; j < b.rows; ++j) {
            dots[i * b.rows + j] = tools.kernels.decide_dot(a.row(i), b.row(j), a.columns).dot;
        }
    });
    return dots;
}

DenseMatrix random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
    DenseMatrix result(rows, columns);
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            result.row(r)[c] = static_cast<float>(uniform(seed, r * columns + c));
        }
    }
    return result;
}

void orthonormalize(DenseMatrix& basis, int rounds, std::uint64_t seed, const MatrixTools& tools) {
    CHECK(basis.rows <= basis.columns);
    // A round in which rows had to be replaced does not count; random ones hardly ever fail again.
    for (int round = 0, tries = 0; round < rounds && tries < rounds + 4; ++tries) {
        const std::uint64_t round_seed = seed + static_cast<std::uint64_t>(tries) * 1'000'003;
        normalize_rows(basis, round_seed, tools);
        std::vector<double> gram = row_dots(basis, basis, tools);
        const std::vector<bool> is_dependent = factorize(gram, basis.rows);
        bool is_complete = true;
        for (std::size_t r = 0; r < basis.rows; ++r) {
            if (!is_dependent[r]) continue;
            is_complete = false;
            for (std::size_t c = 0; c < basis.columns; ++c) {
                basis.row(r)[c] =
                    static_cast<float>(uniform(round_seed + 1, r * basis.columns + c));
            }
        }
        if (!is_complete) continue;
        basis = product(inverse_of(gram, basis.rows), basis, tools);
        ++round;
    }
}

double orthogonality_of(const DenseMatrix& basis, const MatrixTools& tools) {
    const std::vector<double> gram = row_dots(basis, basis, tools);
    double squared = 0;
    for (std::size_t i = 0; i < basis.rows; ++i) {
        for (std::size_t j = 0; j < basis.rows; ++j) {
            const double off = gram[i * basis.rows + j] - (i == j ? 1 : 0);
            squared += off * off;
        }
    }
    // The float64 sums themselves are off by no more than columns · 2^-53 each.
    return std::sqrt(squared) + static_cast<double>(basis.columns * basis.rows) * 1.2e-16;
}

namespace {

// SplitMix64 (Steele, Lea, Flood 2014).
double uniform(std::uint64_t seed, std::uint64_t position) {
    std::uint64_t bits = (seed + position + 1) * 0x9E3779B97F4A7C15ULL + (seed << 32);
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
    return std::ldexp(static_cast<double>(bits >> 11), -52) - 1;
}

void normalize_rows(DenseMatrix& basis, std::uint64_t seed, const MatrixTools& tools) {
    tools.threads.for_each(basis.rows, [&](std::size_t r) {
        float* row = basis.row(r);
        double squared = tools.kernels.decide_dot(row, row, basis.columns).dot;
        if (!(squared > 1e-60)) {
            for (std::size_t c = 0; c < basis.columns; ++c) {
                row[c] = static_cast<float>(uniform(seed, r * basis.columns + c));
            }
            squared = tools.kernels.decide_dot(row, row, basis.columns).dot;
        }
        const double factor = 1 / std::sqrt(squared);
        for (std::size_t c = 0; c < basis.columns; ++c) {
            row[c] = static_cast<float>(double{row[c]} * factor);
        }
    });
}

// Cholesky's factor in the lower half, in place; says which rows depend on those before them.
std::vector<bool> factorize(std::vector<double>& gram, std::size_t size) {
    std::vector<bool> is_dependent(size);
    for (std::size_t i = 0; i < size; ++i) {
        double* row = gram.data() + i * size;
        double squared = 0;
        for (std::size_t j = 0; j < i; ++j) {
            const double* other = gram.data() + j * size;
            double sum = row[j];
            for (std::size_t k = 0; k < j; ++k) {
                sum -= row[k] * other[k];
            }
            row[j] = is_dependent[j] ? 0 : sum / other[j];
            squared += row[j] * row[j];
        }
        const double rest = row[i] - squared;
        is_dependent[i] = !(rest > kDependent);
        row[i] = is_dependent[i] ? 1 : std::sqrt(rest);
    }
    return is_dependent;
}

// Of a lower triangle.
DenseMatrix inverse_of(const std::vector<double>& factor, std::size_t size) {
    std::vector<double> inverse(size * size);
    for (std::size_t i = 0; i < size; ++i) {
        const double* row = factor.data() + i * size;
        double* out = inverse.data() + i * size;
        for (std::size_t k = 0; k < i; ++k) {
            const double* other = inverse.data() + k * size;
            for (std::size_t j = 0; j <= k; ++j) {
                out[j] -= row[k] * other[j];
            }
        }
        out[i] = 1;
        for (std::size_t j = 0; j <= i; ++j) {
            out[j] /= row[i];
        }
    }
    DenseMatrix result(size, size);
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            result.row(i)[j] = static_cast<float>(inverse[i * size + j]);
        }
    }
    return result;
}

}  // namespace

}  // namespace sokkuri::index
