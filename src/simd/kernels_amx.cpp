// AMX: one instruction multiplies 16 queries by 16 rows, 64 bytes of each. All that is not a
// product of many by many comes from the sets below.
#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd::amx {

namespace {

constexpr std::size_t kTileQueries = 16;
constexpr std::size_t kTileBytes = 64;
constexpr std::size_t kTogether = 2 * kTileQueries;
// For fewer queries than this it does not pay to set tiles up.
constexpr std::size_t kQueriesMin = 6;

// Tile registers (g++ takes nothing but literal numbers): sums of the first 16 queries with two
// blocks are 0 and 1, those of the others 2 and 3; the queries 4 and 5, the blocks 6 and 7.

/// What LDTILECFG reads: rows of 64 bytes, as many as there are queries where it is about these.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileShapes) == 64);

TileShapes shapes_for(std::size_t queries) {
    const std::size_t first = queries < kTileQueries ? queries : kTileQueries;
    // None is no shape; then these registers are not used.
    const std::size_t others = queries > kTileQueries ? queries - kTileQueries : kTileQueries;
    TileShapes shapes;
    shapes.rows[0] = shapes.rows[1] = shapes.rows[4] = static_cast<std::uint8_t>(first);
    shapes.rows[2] = shapes.rows[3] = shapes.rows[5] = static_cast<std::uint8_t>(others);
    shapes.rows[6] = shapes.rows[7] = kPackedRows;
    return shapes;
}

/// As many queries as the tiles are shaped for against one or two blocks. A block is packed as the
/// instruction wants it: 64 bytes of its rows are 16 groups of four.
template <bool kHasOthers, bool kTwoBlocks>
void tile(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
          std::size_t size, std::int32_t* dots, std::size_t dots_stride) {
    const std::int8_t* const others = queries + kTileQueries * query_stride;
    const std::uint8_t* const second = packed + kPackedRows * size;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::size_t b = 0; b < size; b += kTileBytes) {
        _tile_loadd(4, queries + b, query_stride);
        _tile_loadd(6, packed + b * kPackedRows, kTileBytes);
        _tile_dpbsud(0, 4, 6);
        if constexpr (kTwoBlocks) {
            _tile_loadd(7, second + b * kPackedRows, kTileBytes);
            _tile_dpbsud(1, 4, 7);
        }
        if constexpr (kHasOthers) {
            _tile_loadd(5, others + b, query_stride);
            _tile_dpbsud(2, 5, 6);
            if constexpr (kTwoBlocks) _tile_dpbsud(3, 5, 7);
        }
    }
    const std::size_t stride = dots_stride * sizeof(std::int32_t);
    _tile_stored(0, dots, stride);
    if constexpr (kTwoBlocks) _tile_stored(1, dots + kPackedRows, stride);
    if constexpr (kHasOthers) {
        std::int32_t* const other_dots = dots + kTileQueries * dots_stride;
        _tile_stored(2, other_dots, stride);
        if constexpr (kTwoBlocks) _tile_stored(3, other_dots + kPackedRows, stride);
    }
}

/// The same against all blocks.
template <bool kHasOthers>
void all_blocks(const std::int8_t* queries, std::size_t query_stride, const std::uint8_t* packed,
                std::size_t blocks, std::size_t size, std::int32_t* dots, std::size_t dots_stride) {
    std::size_t block = 0;
    for (; block + 2 <= blocks; block += 2) {
        tile<kHasOthers, true>(queries, query_stride, packed + block * kPackedRows * size, size,
                               dots + block * kPackedRows, dots_stride);
    }
    if (block < blocks) {
        tile<kHasOthers, false>(queries, query_stride, packed + block * kPackedRows * size, size,
                                dots + block * kPackedRows, dots_stride);
    }
}

}  // namespace

void dot_tile(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
              const std::uint8_t* packed, std::size_t blocks, std::size_t size, std::int32_t* dots,
              std::size_t dots_stride) {
    if (size % kTileBytes != 0 || query_count < kQueriesMin) {
        avx512vnni::dot_tile(queries, query_stride, query_count, packed, blocks, size, dots,
                             dots_stride);
        return;
    }
    std::size_t shaped_for = 0;
    for (std::size_t q = 0; q < query_count; q += kTogether) {
        const std::size_t count = query_count - q < kTogether ? query_count - q : kTogether;
        if (count != shaped_for) {
            const TileShapes shapes = shapes_for(count);
            _tile_loadconfig(&shapes);
            shaped_for = count;
        }
        const auto against_all = count > kTileQueries ? all_blocks<true> : all_blocks<false>;
        against_all(queries + q * query_stride, query_stride, packed, blocks, size,
                    dots + q * dots_stride, dots_stride);
    }
    // Registers in use would be saved at every switch to another thread.
    _tile_release();
}

}  // namespace sokkuri::simd::amx

namespace sokkuri::simd {

extern const Kernels kAmxKernels = {
    .name = "amx",
    .dot_and_norm = avx512::dot_and_norm,
    .squared_l2 = avx512::squared_l2,
    .decide_dot = avx512::decide_dot,
    .decide_squared_l2 = avx512::decide_squared_l2,
    .multiply = avx512::multiply,
    .dot_bytes = avx512vnni::dot_bytes,
    .dot_nibbles = avx512vnni::dot_nibbles,
    .score_bytes = avx512vnni::score_bytes,
    .score_nibbles = avx512vnni::score_nibbles,
    .pack_bytes = avx512::pack_bytes,
    .pack_nibbles = avx512::pack_nibbles,
    .dot_tile = amx::dot_tile,
    .rows_within = avx512::rows_within,
    .take_unmarked = avx512::take_unmarked,
    .hamming = avx512::hamming,
};

}  // namespace sokkuri::simd
