// The table of AVX2 and FMA.
#include "simd/kernels_parts.h"

namespace sokkuri::simd {

extern const Kernels kAvx2Kernels = {
    .name = "avx2",
    .dot_and_norm = avx2::dot_and_norm,
    .squared_l2 = avx2::squared_l2,
    .decide_dot = avx2::decide_dot,
    .decide_squared_l2 = avx2::decide_squared_l2,
    .multiply = avx2::multiply,
    .dot_bytes = avx2::dot_bytes,
    .dot_nibbles = avx2::dot_nibbles,
    .score_bytes = avx2::score_bytes,
    .score_nibbles = avx2::score_nibbles,
    .pack_bytes = avx2::pack_bytes,
    .pack_nibbles = avx2::pack_nibbles,
    .dot_tile = avx2::dot_tile,
    .rows_within = avx2::rows_within,
    .take_unmarked = avx2::take_unmarked,
    .hamming = avx2::hamming,
};

}  // namespace sokkuri::simd
