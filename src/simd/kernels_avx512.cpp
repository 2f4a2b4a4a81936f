// The table of AVX-512 F and BW.
#include "simd/kernels_parts.h"

namespace sokkuri::simd {

extern const Kernels kAvx512Kernels = {
    .name = "avx512",
    .dot_and_norm = avx512::dot_and_norm,
    .squared_l2 = avx512::squared_l2,
    .decide_dot = avx512::decide_dot,
    .decide_squared_l2 = avx512::decide_squared_l2,
    .multiply = avx512::multiply,
    .dot_bytes = avx512::dot_bytes,
    .dot_nibbles = avx512::dot_nibbles,
    .score_bytes = avx512::score_bytes,
    .score_nibbles = avx512::score_nibbles,
    .pack_bytes = avx512::pack_bytes,
    .pack_nibbles = avx512::pack_nibbles,
    .dot_tile = avx512::dot_tile,
    .rows_within = avx512::rows_within,
    .take_unmarked = avx512::take_unmarked,
    .hamming = avx512::hamming,
};

}  // namespace sokkuri::simd
