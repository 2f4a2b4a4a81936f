// The oracle: one accumulator, in order, as one would write it on paper.
#include "simd/kernels.h"

namespace sokkuri::simd {

namespace {

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

}  // namespace

extern const Kernels kScalarKernels = {"scalar", dot_and_norm, squared_l2};

}  // namespace sokkuri::simd
