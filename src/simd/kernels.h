// The table of distance kernels: one per instruction set, the scalar one being the oracle of all
// others. Plain C-like on purpose: kernels_*.cpp may include nothing else but intrinsics (an inline
// function compiled there with wide instructions could become everybody's copy). Rows need no
// alignment. Pure functions: safe from any number of threads.
#pragma once

#include <cstddef>

namespace sokkuri::simd {

/// Of one row against one query, both of `dimension` floats.
struct DotAndNorm {
    float dot;
    float norm_squared;  // of the row
};

struct Kernels {
    const char* name;  // "avx512", "avx2", "neon", "scalar"

    /// Sums in float32, in an order of the kernel's own: at most dimension + 16 roundings a sum.
    DotAndNorm (*dot_and_norm)(const float* query, const float* row, std::size_t dimension);
    /// Sum of squared differences; likewise, and one more rounding a difference.
    float (*squared_l2)(const float* query, const float* row, std::size_t dimension);
};

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#elif defined(__aarch64__)
extern const Kernels kNeonKernels;
#endif

}  // namespace sokkuri::simd
