// Vectors for the tests of this floor, and the scan that knows the right answers. For tests only.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <sokkuri/index.h>
#include <span>
#include <vector>

namespace sokkuri::library::testing {

struct Vectors {
    std::vector<float> values;
    std::size_t dimension = 0;

    std::size_t count() const { return values.size() / dimension; }
    RowsView view(std::size_t first, std::size_t rows) const {
        return {.values = values.data() + first * dimension, .count = rows, .dimension = dimension};
    }
    RowsView view() const { return view(0, count()); }
    std::span<const float> operator[](std::size_t row) const {
        return std::span(values).subspan(row * dimension, dimension);
    }
};

/// Around 40 centers, as pictures of the same things lie.
inline Vectors clustered(std::size_t count, std::size_t dimension, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> centers(40 * dimension);
    for (float& value : centers) {
        value = normal(random);
    }
    Vectors vectors{.values = std::vector<float>(count * dimension), .dimension = dimension};
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t center = random() % 40;
        for (std::size_t i = 0; i < dimension; ++i) {
            vectors.values[row * dimension + i] =
                centers[center * dimension + i] + 0.5F * normal(random);
        }
    }
    return vectors;
}

inline double hamming_distance(std::span<const float> a, std::span<const float> b) {
    int bits = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        bits += std::popcount(static_cast<unsigned>(a[i]) ^ static_cast<unsigned>(b[i]));
    }
    return bits;
}

/// The same vectors, each component a byte: what Hamming measures.
inline Vectors as_bytes(Vectors vectors) {
    for (float& value : vectors.values) {
        value = std::clamp(std::round(128 + 40 * value), 0.0F, 255.0F);
    }
    return vectors;
}

inline double distance_between(Metric metric, std::span<const float> a, std::span<const float> b) {
    double dot = 0, aa = 0, bb = 0, l2 = 0, l1 = 0, linf = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i], y = b[i];
        dot += x * y, aa += x * x, bb += y * y, l2 += (x - y) * (x - y);
        l1 += std::abs(x - y);
        linf = std::max(linf, std::abs(x - y));
    }
    switch (metric) {
        case Metric::kCosine:
            return aa == 0 || bb == 0 ? 1 : 1 - dot / std::sqrt(aa * bb);
        case Metric::kL2:
            return std::sqrt(l2);
        case Metric::kInnerProduct:
            return -dot;
        case Metric::kL1:
            return l1;
        case Metric::kLinf:
            return linf;
        case Metric::kHamming:
            return hamming_distance(a, b);
    }
    return 0;
}

/// The k nearest of the rows that `lives` says yes to.
template <typename Lives>
std::vector<Row> nearest_by_scan(const Vectors& vectors, Metric metric,
                                 std::span<const float> query, std::size_t k, const Lives& lives) {
    std::vector<std::pair<double, Row>> all;
    for (Row row = 0; row < vectors.count(); ++row) {
        if (lives(row)) all.emplace_back(distance_between(metric, query, vectors[row]), row);
    }
    std::ranges::sort(all);
    if (all.size() > k) all.resize(k);
    std::vector<Row> rows;
    for (const auto& [distance, row] : all) {
        rows.push_back(row);
    }
    return rows;
}

inline std::vector<Row> rows_of(const Answer& answer) {
    std::vector<Row> rows;
    for (const Neighbor& neighbor : answer.neighbors) {
        rows.push_back(neighbor.row);
    }
    return rows;
}

}  // namespace sokkuri::library::testing
