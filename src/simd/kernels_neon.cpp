// The table of NEON, part of every 64-bit ARM.
#include "simd/kernels_parts.h"

namespace sokkuri::simd {

extern const Kernels kNeonKernels = {
    .name = "neon",
    .dot_and_norm = neon::dot_and_norm,
    .squared_l2 = neon::squared_l2,
    .decide_dot = neon::decide_dot,
    .decide_squared_l2 = neon::decide_squared_l2,
    .multiply = neon::multiply,
    .dot_bytes = neon::dot_bytes,
    .dot_nibbles = neon::dot_nibbles,
    .score_bytes = neon::score_bytes,
    .score_nibbles = neon::score_nibbles,
    .pack_bytes = neon::pack_bytes,
    .pack_nibbles = neon::pack_nibbles,
    .dot_tile = neon::dot_tile,
    .rows_within = neon::rows_within,
    .take_unmarked = neon::take_unmarked,
    .hamming = neon::hamming,
};

}  // namespace sokkuri::simd
