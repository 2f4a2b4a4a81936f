#include "index/distance.h"

#include "base/check.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

// Eight running sums, added up at the end: the order is part of the definition, and wide enough for
// any CPU.
constexpr std::size_t kSums = 8;

template <typename Term>
double sum_of(std::size_t count, Term term) {
    std::array<double, kSums> sums{};
    std::size_t i = 0;
    for (; i + kSums <= count; i += kSums) {
        for (std::size_t lane = 0; lane < kSums; ++lane) {
            sums[lane] += term(i + lane);
        }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
        sums[lane] += term(i);
    }
    double total = 0;
    for (const double sum : sums) {
        total += sum;
    }
    return total;
}

double dot(std::span<const float> a, std::span<const float> b) {
    return sum_of(a.size(), [&](std::size_t i) { return double{a[i]} * double{b[i]}; });
}

double cosine_distance(std::span<const float> query, std::span<const float> row) {
    const double norms = dot(query, query) * dot(row, row);
    if (norms == 0) return 1;
    return std::clamp(1 - dot(query, row) / std::sqrt(norms), 0.0, 2.0);
}

double l1_distance(std::span<const float> query, std::span<const float> row) {
    return sum_of(query.size(),
                  [&](std::size_t i) { return std::abs(double{query[i]} - double{row[i]}); });
}

double linf_distance(std::span<const float> query, std::span<const float> row) {
    double largest = 0;
    for (std::size_t i = 0; i < query.size(); ++i) {
        largest = std::max(largest, std::abs(double{query[i]} - double{row[i]}));
    }
    return largest;
}

double l2_distance(std::span<const float> query, std::span<const float> row) {
    return std::sqrt(sum_of(query.size(), [&](std::size_t i) {
        const double difference = double{query[i]} - double{row[i]};
        return difference * difference;
    }));
}

}  // namespace

double exact_distance(Metric metric, std::span<const float> query, std::span<const float> row) {
    DCHECK(query.size() == row.size());
    switch (metric) {
        case Metric::kCosine:
            return cosine_distance(query, row);
        case Metric::kL2:
            return l2_distance(query, row);
        case Metric::kInnerProduct:
            return -dot(query, row);
        case Metric::kL1:
            return l1_distance(query, row);
        case Metric::kLinf:
            return linf_distance(query, row);
    }
    return 0;
}

}  // namespace sokkuri::index
