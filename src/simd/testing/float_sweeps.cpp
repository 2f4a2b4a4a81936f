#include "simd/testing/guarded_memory.h"
#include "simd/testing/kernel_sweeps.h"

#include <cmath>
#include <random>

namespace sokkuri::simd::testing {

namespace {

constexpr double kRounding = 1.0 / (1 << 24);

struct Sums {
    double dot = 0;
    double magnitude = 0;
    double norm = 0;
    double squared = 0;
};

Sums sums_in_float64(const std::vector<float>& query, const std::vector<float>& row);
std::string check_sums(const Kernels& table, const std::vector<float>& query,
                       const std::vector<float>& row);
std::string check_decisions(const Kernels& table, const std::vector<float>& query,
                            const std::vector<float>& row);
std::string check_product(const Kernels& table, std::size_t count, std::size_t dimension,
                          std::size_t columns);
std::vector<float> normal_row(std::size_t size, std::mt19937& random);
std::vector<float> row_of_all_magnitudes(std::size_t size, std::mt19937& random);
std::string near(const std::string& what, double value, double wanted, double slack);

}  // namespace

std::vector<std::size_t> lengths() {
    std::vector<std::size_t> all;
    for (std::size_t length = 1; length <= 130; ++length) {
        all.push_back(length);
    }
    all.insert(all.end(), {512, 768, 1280, 2048, 4096});
    return all;
}

std::string sweep_floats(const Kernels& table) {
    std::mt19937 random(7);
    for (const std::size_t dimension : lengths()) {
        const std::vector<float> query = normal_row(dimension, random);
        const std::vector<float> row = normal_row(dimension, random);
        if (auto text = check_sums(table, query, row); !text.empty()) return text;
        if (auto text = check_decisions(table, query, row); !text.empty()) return text;
        const std::vector<float> wild_query = row_of_all_magnitudes(dimension, random);
        const std::vector<float> wild_row = row_of_all_magnitudes(dimension, random);
        if (auto text = check_decisions(table, wild_query, wild_row); !text.empty()) return text;
    }
    return "";
}

std::string sweep_multiply(const Kernels& table) {
    for (std::size_t count = 0; count <= 14; ++count) {
        if (auto text = check_product(table, count, 37, 80); !text.empty()) return text;
    }
    for (const std::size_t dimension : {1U, 2U, 130U, 767U, 768U, 769U, 2048U}) {
        if (auto text = check_product(table, 3, dimension, 16); !text.empty()) return text;
    }
    for (const std::size_t columns : {16U, 32U, 48U, 64U, 144U, 256U}) {
        if (auto text = check_product(table, 7, 65, columns); !text.empty()) return text;
    }
    return check_product(table, 101, 33, 64);
}

namespace {

Sums sums_in_float64(const std::vector<float>& query, const std::vector<float>& row) {
    Sums sums;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double q = query[i];
        const double x = row[i];
        sums.dot += q * x;
        sums.magnitude += std::abs(q * x);
        sums.norm += x * x;
        sums.squared += (q - x) * (q - x);
    }
    return sums;
}

std::string check_sums(const Kernels& table, const std::vector<float>& query,
                       const std::vector<float>& row) {
    Guarded<float> q(query);
    Guarded<float> x(row);
    const Sums wanted = sums_in_float64(query, row);
    const std::string dimension = ", dimension " + std::to_string(row.size());
    const double slack = (static_cast<double>(row.size()) + 16) * kRounding;
    const DotAndNorm sums = table.dot_and_norm(q.data(), x.data(), row.size());
    const float squared = table.squared_l2(q.data(), x.data(), row.size());
    std::string text = near("dot" + dimension, sums.dot, wanted.dot, slack * wanted.magnitude);
    if (!text.empty()) return text;
    text = near("norm" + dimension, sums.norm_squared, wanted.norm, slack * wanted.norm);
    if (!text.empty()) return text;
    return near("squared_l2" + dimension, squared, wanted.squared,
                (slack + 2 * kRounding) * wanted.squared);
}

std::string check_decisions(const Kernels& table, const std::vector<float>& query,
                            const std::vector<float>& row) {
    Guarded<float> q(query);
    Guarded<float> x(row);
    const auto decide = [&](const Kernels& kernels) {
        const DotAndNorm64 sums = kernels.decide_dot(q.data(), x.data(), row.size());
        const double squared = kernels.decide_squared_l2(q.data(), x.data(), row.size());
        return std::vector<double>{sums.dot, sums.norm_squared, squared};
    };
    return difference("decide_*, dimension " + std::to_string(row.size()), decide(table),
                      decide(kScalarKernels));
}

std::string check_product(const Kernels& table, std::size_t count, std::size_t dimension,
                          std::size_t columns) {
    std::mt19937 random(static_cast<unsigned>(count + 100 * dimension + columns));
    const std::string what = "multiply, " + std::to_string(count) + " rows of " +
                             std::to_string(dimension) + ", columns " + std::to_string(columns);
    const std::size_t stride = dimension + 3;
    const std::size_t values = count == 0 ? 0 : (count - 1) * stride + dimension;
    Guarded<float> rows(normal_row(values, random));
    Guarded<float> matrix(normal_row(dimension * columns, random));
    Guarded<float> product(std::vector<float>(count * columns, NAN));
    table.multiply(rows.data(), stride, count, dimension, matrix.data(), columns, product.data());
    for (std::size_t r = 0; r < count; ++r) {
        const float* row = rows.data() + r * stride;
        Guarded<float> alone(columns);
        table.multiply(row, stride, 1, dimension, matrix.data(), columns, alone.data());
        const float* together = product.data() + r * columns;
        std::string text =
            difference(what + ", row " + std::to_string(r) + " in company",
                       std::vector<float>(together, together + columns), alone.values());
        if (!text.empty()) return text;
        for (std::size_t c = 0; c < columns; ++c) {
            double wanted = 0;
            double magnitude = 0;
            for (std::size_t k = 0; k < dimension; ++k) {
                const double term = static_cast<double>(row[k]) * matrix.data()[k * columns + c];
                wanted += term;
                magnitude += std::abs(term);
            }
            const double slack = (static_cast<double>(dimension) + 1) * kRounding * magnitude;
            text = near(what, together[c], wanted, slack);
            if (!text.empty()) return text;
        }
    }
    return "";
}

std::vector<float> normal_row(std::size_t size, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<float> row(size);
    for (float& value : row) {
        value = normal(random);
    }
    return row;
}

/// Whose differences and squares are rounded in float64 too.
std::vector<float> row_of_all_magnitudes(std::size_t size, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::uniform_int_distribution<int> exponent(-60, 60);
    std::vector<float> row(size);
    for (float& value : row) {
        value = std::ldexp(normal(random), exponent(random));
    }
    return row;
}

std::string near(const std::string& what, double value, double wanted, double slack) {
    if (std::abs(value - wanted) <= slack) return "";
    return what + " is " + std::to_string(value) + " instead of " + std::to_string(wanted);
}

}  // namespace

}  // namespace sokkuri::simd::testing
