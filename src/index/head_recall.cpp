#include "index/head_recall.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sokkuri::index {

namespace {

constexpr std::size_t kNeighbors = 10;
// Fewer rows than three times kBest: nearly every row is among the best.
constexpr std::size_t kRowsMin = 3 * HeadRecall::kBest;
// Queries that one thread takes at a time while the codes go by.
constexpr std::size_t kQueryGroup = 32;
constexpr std::size_t kLanes = 16;
// Values that decide a step.
constexpr std::size_t kStepValues = 1'000'000;

/// What a head keeps of a row, as numbers: code − center by component (components × rows), and the
/// bias without the tail.
struct DecodedHeads {
    DenseMatrix codes;
    std::vector<float> biases;
    std::vector<float> tails_squared;
};

using Ranks = std::array<std::array<std::uint32_t, kNeighbors>, HeadRecall::kKappas.size()>;

DecodedHeads decode(const HeadTrial& trial, const std::vector<float>& squares,
                    const MatrixTools& tools);
float quantized(const HeadLayout& layout, float value);
/// Scales a query to whole numbers −127 … 127; returns its step.
float quantize_query(float* query, std::size_t count);
Ranks ranks_of(const DecodedHeads& heads, const float* dots, float multiplier,
               std::span<const std::uint32_t> wanted, std::vector<float>& scores);
std::vector<float> some_values(const DenseMatrix& matrix);

}  // namespace

HeadRecall::HeadRecall(const HeadSample& sample, const MatrixTools& tools)
    : sample_(sample), tools_(tools), squares_(sample.rows.rows) {
    tools.threads.for_each(sample.rows.rows, [&](std::size_t i) {
        squares_[i] = static_cast<float>(
            tools.kernels.decide_dot(sample.rows.row(i), sample.rows.row(i), sample.rows.columns)
                .norm_squared);
    });
    if (sample.rows.rows < kRowsMin || sample.queries.rows == 0) return;
    k_ = kNeighbors;
    truth_.resize(sample.queries.rows * k_);
    // Rows go by a few queries, not the other way round: those stay in the cache.
    DenseMatrix distances =
        transposed(product(sample.rows, transposed(sample.queries, tools), tools), tools);
    tools.threads.for_each(distances.rows, [&](std::size_t q) {
        float* row = distances.row(q);
        for (std::size_t i = 0; i < distances.columns; ++i) {
            row[i] = squares_[i] - 2 * row[i];
        }
        std::vector<std::uint32_t> order(distances.columns);
        std::iota(order.begin(), order.end(), 0U);
        std::nth_element(order.begin(), order.begin() + kNeighbors, order.end(),
                         [&](std::uint32_t a, std::uint32_t b) {
                             return std::pair(row[a], a) < std::pair(row[b], b);
                         });
        std::copy_n(order.begin(), k_, truth_.begin() + static_cast<std::ptrdiff_t>(q * k_));
    });
}

std::array<double, HeadRecall::kKappas.size()> HeadRecall::recalls(const HeadTrial& trial) const {
    const DecodedHeads heads = decode(trial, squares_, tools_);
    const std::size_t queries = trial.queries.rows;
    std::vector<std::array<std::size_t, kKappas.size()>> found(queries);
    tools_.threads.for_each((queries + kQueryGroup - 1) / kQueryGroup, [&](std::size_t group) {
        const std::size_t first = group * kQueryGroup;
        const std::size_t count = std::min(kQueryGroup, queries - first);
        std::vector<float> codes(trial.queries.row(first),
                                 trial.queries.row(first) + count * trial.queries.stride);
        std::vector<float> multipliers(count);
        for (std::size_t q = 0; q < count; ++q) {
            multipliers[q] =
                -2 * trial.step *
                quantize_query(codes.data() + q * trial.queries.stride, trial.queries.columns);
        }
        std::vector<float> dots(count * heads.codes.stride);
        tools_.kernels.multiply(codes.data(), trial.queries.stride, count, trial.queries.columns,
                                heads.codes.values.data(), heads.codes.stride, dots.data());
        std::vector<float> scores;
        for (std::size_t q = 0; q < count; ++q) {
            const std::span<const std::uint32_t> wanted(truth_.data() + (first + q) * k_, k_);
            const Ranks ranks = ranks_of(heads, dots.data() + q * heads.codes.stride,
                                         multipliers[q], wanted, scores);
            for (std::size_t kappa = 0; kappa < kKappas.size(); ++kappa) {
                found[first + q][kappa] = static_cast<std::size_t>(
                    std::count_if(ranks[kappa].begin(), ranks[kappa].end(),
                                  [](std::uint32_t rank) { return rank < kBest; }));
            }
        }
    });
    std::array<double, kKappas.size()> result{};
    for (std::size_t kappa = 0; kappa < kKappas.size(); ++kappa) {
        std::size_t sum = 0;
        for (const auto& each : found) {
            sum += each[kappa];
        }
        result[kappa] = static_cast<double>(sum) / static_cast<double>(queries * k_);
    }
    return result;
}

float choose_step(const HeadLayout& layout, const DenseMatrix& projected) {
    std::vector<float> values = some_values(projected);
    if (layout.bits == 8) {
        const std::size_t at = values.size() - 1 - values.size() / 10'000;
        for (float& value : values) {
            value = std::abs(value);
        }
        std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at),
                         values.end());
        return std::max(values[at] / 127, 1e-20F);
    }
    double squared = 0;
    for (const float value : values) {
        squared += double{value} * double{value};
    }
    const double rms = std::sqrt(squared / static_cast<double>(values.size()));
    // .335 is best for the normal distribution; longer tails want wider steps.
    float best = static_cast<float>(0.335 * rms);
    double least = std::numeric_limits<double>::infinity();
    for (const double factor : {0.335, 0.27, 0.42, 0.53, 0.66}) {
        const auto step = static_cast<float>(factor * rms);
        if (!(step > 1e-20F)) return 1e-20F;
        double error = 0;
        for (const float value : values) {
            const double off = double{value} - double{quantized(layout, value / step) * step};
            error += off * off;
        }
        if (error >= least) continue;
        least = error;
        best = step;
    }
    return best;
}

namespace {

DecodedHeads decode(const HeadTrial& trial, const std::vector<float>& squares,
                    const MatrixTools& tools) {
    const std::size_t rows = trial.rows.rows;
    const std::size_t components = trial.rows.columns;
    DecodedHeads heads{transposed(trial.rows, tools), std::vector<float>(rows),
                       std::vector<float>(rows)};
    constexpr std::size_t kGroup = 1'024;
    tools.threads.for_each((rows + kGroup - 1) / kGroup, [&](std::size_t group) {
        const std::size_t first = group * kGroup;
        const std::size_t end = std::min(first + kGroup, rows);
        for (std::size_t c = 0; c < components; ++c) {
            float* codes = heads.codes.row(c);
            for (std::size_t i = first; i < end; ++i) {
                const float z = codes[i];
                const float code = quantized(trial.layout, z / trial.step);
                codes[i] = code;
                heads.biases[i] += z * (2 * code * trial.step - z);  // 2 ẑ·z − |z|²
                heads.tails_squared[i] += z * z;
            }
        }
        for (std::size_t i = first; i < end; ++i) {
            heads.tails_squared[i] = std::max(0.0F, squares[i] - heads.tails_squared[i]);
        }
    });
    return heads;
}

float quantized(const HeadLayout& layout, float value) {
    if (layout.bits == 4) {
        return static_cast<float>(static_cast<int>(std::clamp(value + 8, 0.0F, 15.5F))) - 7.5F;
    }
    return static_cast<float>(static_cast<int>(std::clamp(value + 128.5F, 0.0F, 255.5F))) - 128;
}

float quantize_query(float* query, std::size_t count) {
    float largest = 1e-30F;
    for (std::size_t i = 0; i < count; ++i) {
        largest = std::max(largest, std::abs(query[i]));
    }
    for (std::size_t i = 0; i < count; ++i) {
        query[i] = std::floor(query[i] / largest * 127 + 0.5F);
    }
    return largest / 127;
}

// Rows that score strictly less than each wanted one.
Ranks ranks_of(const DecodedHeads& heads, const float* dots, float multiplier,
               std::span<const std::uint32_t> wanted, std::vector<float>& scores) {
    const std::size_t rows = heads.biases.size();
    scores.assign((rows + kLanes - 1) / kLanes * kLanes, std::numeric_limits<float>::infinity());
    Ranks ranks{};
    for (std::size_t kappa = 0; kappa < HeadRecall::kKappas.size(); ++kappa) {
        const float weight = HeadRecall::kKappas[kappa];
        for (std::size_t i = 0; i < rows; ++i) {
            scores[i] = heads.biases[i] + weight * heads.tails_squared[i] + multiplier * dots[i];
        }
        for (std::size_t n = 0; n < wanted.size(); ++n) {
            const float own = scores[wanted[n]];
            std::uint32_t counts[kLanes] = {};
            for (std::size_t i = 0; i < scores.size(); i += kLanes) {
                for (std::size_t lane = 0; lane < kLanes; ++lane) {
                    counts[lane] += scores[i + lane] < own ? 1U : 0U;
                }
            }
            ranks[kappa][n] = std::accumulate(counts, counts + kLanes, 0U);
        }
    }
    return ranks;
}

std::vector<float> some_values(const DenseMatrix& matrix) {
    const std::size_t rows = std::clamp(kStepValues / matrix.columns, std::size_t{1}, matrix.rows);
    std::vector<float> values;
    values.reserve(rows * matrix.columns);
    for (std::size_t i = 0; i < rows; ++i) {
        const float* row = matrix.row(i * matrix.rows / rows);
        values.insert(values.end(), row, row + matrix.columns);
    }
    return values;
}

}  // namespace

}  // namespace sokkuri::index
