// The oracle: every function as one would write it on paper, in order.
#include "simd/kernels_parts.h"

namespace sokkuri::simd::scalar {

namespace {

constexpr std::size_t kLine = 64;  // bytes of a line of nibbles
constexpr std::size_t kBlockRows = 16;
constexpr std::size_t kBiasBytes = 4;
constexpr std::size_t kRunningSums = 16;

const std::uint8_t* row_at(const CodeRows& rows, std::size_t i);
std::int32_t dot_bytes_of(const std::uint8_t* row, const std::int8_t* query, std::size_t size);
std::int32_t dot_nibbles_of(const std::uint8_t* row, const std::int8_t* query, std::size_t size);
float bias_of(const std::uint8_t* row, std::size_t size);
double fold(double* sums);

}  // namespace

DotAndNorm dot_and_norm(const float* query, const float* row, std::size_t dimension) {
    DotAndNorm sums{0, 0};
    for (std::size_t i = 0; i < dimension; ++i) {
        sums.dot += query[i] * row[i];
        sums.norm_squared += row[i] * row[i];
    }
    return sums;
}

float squared_l2(const float* query, const float* row, std::size_t dimension) {
    float sum = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const float difference = query[i] - row[i];
        sum += difference * difference;
    }
    return sum;
}

DotAndNorm64 decide_dot(const float* query, const float* row, std::size_t dimension) {
    double dots[kRunningSums] = {};
    double norms[kRunningSums] = {};
    for (std::size_t i = 0; i < dimension; ++i) {
        const double q = query[i];
        const double x = row[i];
        dots[i % kRunningSums] += q * x;
        norms[i % kRunningSums] += x * x;
    }
    return {fold(dots), fold(norms)};
}

double decide_squared_l2(const float* query, const float* row, std::size_t dimension) {
    double sums[kRunningSums] = {};
    for (std::size_t i = 0; i < dimension; ++i) {
        const double difference = static_cast<double>(query[i]) - static_cast<double>(row[i]);
        sums[i % kRunningSums] += difference * difference;
    }
    return fold(sums);
}

void multiply(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension,
              const float* matrix, std::size_t columns, float* out) {
    for (std::size_t r = 0; r < count; ++r) {
        float* sums = out + r * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            sums[c] = 0;
        }
        for (std::size_t k = 0; k < dimension; ++k) {
            const float x = rows[r * stride + k];
            for (std::size_t c = 0; c < columns; ++c) {
                sums[c] += x * matrix[k * columns + c];
            }
        }
    }
}

void dot_bytes(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for (std::size_t i = 0; i < rows.count; ++i) {
        dots[i] = dot_bytes_of(row_at(rows, i), query, rows.size);
    }
}

void dot_nibbles(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots) {
    for (std::size_t i = 0; i < rows.count; ++i) {
        dots[i] = dot_nibbles_of(row_at(rows, i), query, rows.size);
    }
}

void score_bytes(const CodeRows& rows, const std::int8_t* query, float multiplier, float* scores) {
    for (std::size_t i = 0; i < rows.count; ++i) {
        const std::uint8_t* row = row_at(rows, i);
        const auto dot = static_cast<float>(dot_bytes_of(row, query, rows.size));
        scores[i] = bias_of(row, rows.size) + multiplier * dot;
    }
}

void score_nibbles(const CodeRows& rows, const std::int8_t* query, float multiplier,
                   float* scores) {
    for (std::size_t i = 0; i < rows.count; ++i) {
        const std::uint8_t* row = row_at(rows, i);
        const auto dot = static_cast<float>(dot_nibbles_of(row, query, rows.size));
        scores[i] = bias_of(row, rows.size) + multiplier * dot;
    }
}

void pack_bytes(const CodeRows& rows, std::uint8_t* packed) {
    const std::size_t blocks = (rows.count + kBlockRows - 1) / kBlockRows;
    for (std::size_t i = 0; i < blocks * kBlockRows; ++i) {
        std::uint8_t* block = packed + i / kBlockRows * kBlockRows * rows.size;
        const std::size_t r = i % kBlockRows;
        for (std::size_t b = 0; b < rows.size; ++b) {
            block[b / 4 * 64 + r * 4 + b % 4] = i < rows.count ? row_at(rows, i)[b] : 0;
        }
    }
}

void pack_nibbles(const CodeRows& rows, std::uint8_t* packed) {
    const std::size_t blocks = (rows.count + kBlockRows - 1) / kBlockRows;
    for (std::size_t i = 0; i < blocks * kBlockRows; ++i) {
        std::uint8_t* block = packed + i / kBlockRows * kBlockRows * 2 * rows.size;
        const std::size_t r = i % kBlockRows;
        for (std::size_t b = 0; b < rows.size; ++b) {
            const bool is_code = i < rows.count && b + kBiasBytes < rows.size;
            const std::uint8_t code = is_code ? row_at(rows, i)[b] : 0;
            const std::size_t low = b / kLine * 2 * kLine + b % kLine;
            const std::size_t high = low + kLine;
            block[low / 4 * 64 + r * 4 + low % 4] = code & 15;
            block[high / 4 * 64 + r * 4 + high % 4] = code >> 4;
        }
    }
}

void dot_tile(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
              const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
              std::size_t dots_stride) {
    for (std::size_t q = 0; q < query_count; ++q) {
        const std::int8_t* query = queries + q * query_stride;
        for (std::size_t block = 0; block < blocks; ++block) {
            const std::uint8_t* codes = packed + block * kBlockRows * size;
            for (std::size_t r = 0; r < kBlockRows; ++r) {
                std::int32_t sum = 0;
                for (std::size_t b = 0; b < size; b += 4) {
                    const std::uint8_t* four = codes + b * kBlockRows + r * 4;
                    sum += query[b] * four[0] + query[b + 1] * four[1] + query[b + 2] * four[2] +
                           query[b + 3] * four[3];
                }
                dots[q * dots_stride + block * kBlockRows + r] = sum;
            }
        }
    }
}

std::size_t rows_within(const std::int32_t* dots, const BoundRows& rows, std::size_t count,
                        const BoundQuery& query, std::uint32_t* survivors) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const float norm = rows.norms_squared[i];
        const float squared =
            ((query.constant + norm) + query.multiplier * static_cast<float>(dots[i])) -
            query.slack * (query.constant_slack + norm);
        // Comparisons that leave a NaN as it is.
        const float root = __builtin_sqrtf(squared < 0 ? 0 : squared);
        const float gap = (root - query.error) - rows.errors[i];
        const float head = gap < 0 ? 0 : gap;
        const float tail = query.tail - rows.tails[i];
        const bool is_beyond = head * head + tail * tail > query.limit_squared;
        if (!is_beyond) survivors[found++] = static_cast<std::uint32_t>(i);
    }
    return found;
}

std::size_t take_unmarked(const std::uint32_t* ordinals, std::size_t count, std::uint32_t end,
                          std::uint64_t* marks, std::uint32_t* fresh) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (ordinals[i] >= end) continue;
        std::uint64_t& word = marks[ordinals[i] / 64];
        const std::uint64_t bit = std::uint64_t{1} << (ordinals[i] % 64);
        if ((word & bit) == 0) fresh[found++] = ordinals[i];
        word |= bit;
    }
    return found;
}

std::uint32_t hamming(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < size; ++i) {
        bits += static_cast<std::uint32_t>(__builtin_popcount(a[i] ^ b[i]));
    }
    return bits;
}

namespace {

const std::uint8_t* row_at(const CodeRows& rows, std::size_t i) {
    return rows.rows + (rows.ordinals == nullptr ? i : rows.ordinals[i]) * rows.stride;
}

std::int32_t dot_bytes_of(const std::uint8_t* row, const std::int8_t* query, std::size_t size) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < size; ++j) {
        sum += query[j] * row[j];
    }
    return sum;
}

std::int32_t dot_nibbles_of(const std::uint8_t* row, const std::int8_t* query, std::size_t size) {
    std::int32_t sum = 0;
    for (std::size_t line = 0; line < size; line += kLine) {
        const std::int8_t* low = query + 2 * line;
        const std::int8_t* high = low + kLine;
        for (std::size_t j = 0; j < kLine; ++j) {
            sum += low[j] * (row[line + j] & 15) + high[j] * (row[line + j] >> 4);
        }
    }
    return sum;
}

float bias_of(const std::uint8_t* row, std::size_t size) {
    float bias = 0;
    __builtin_memcpy(&bias, row + size - kBiasBytes, kBiasBytes);
    return bias;
}

double fold(double* sums) {
    for (std::size_t half = kRunningSums / 2; half > 0; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) {
            sums[i] += sums[i + half];
        }
    }
    return sums[0];
}

}  // namespace

}  // namespace sokkuri::simd::scalar

namespace sokkuri::simd {

extern const Kernels kScalarKernels = {
    .name = "scalar",
    .dot_and_norm = scalar::dot_and_norm,
    .squared_l2 = scalar::squared_l2,
    .decide_dot = scalar::decide_dot,
    .decide_squared_l2 = scalar::decide_squared_l2,
    .multiply = scalar::multiply,
    .dot_bytes = scalar::dot_bytes,
    .dot_nibbles = scalar::dot_nibbles,
    .score_bytes = scalar::score_bytes,
    .score_nibbles = scalar::score_nibbles,
    .pack_bytes = scalar::pack_bytes,
    .pack_nibbles = scalar::pack_nibbles,
    .dot_tile = scalar::dot_tile,
    .rows_within = scalar::rows_within,
    .take_unmarked = scalar::take_unmarked,
    .hamming = scalar::hamming,
};

}  // namespace sokkuri::simd
