// The table of kernels: one per instruction set, the scalar one being the oracle of all others.
// Plain C-like on purpose: kernels_*.cpp may include nothing else but intrinsics (an inline
// function compiled there with wide instructions could become everybody's copy). Rows need no
// alignment, no kernel touches a byte past its operands. Pure functions: safe from any number of
// threads.
//
// Integers, and floats marked "the same in every table", are bit for bit identical on all machines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sokkuri::simd {

/// Of one row against one query, both of `dimension` floats.
struct DotAndNorm {
    float dot;
    float norm_squared;  // of the row
};

struct DotAndNorm64 {
    double dot;
    double norm_squared;
};

/// Rows of codes in memory. Which of them: `ordinals[0 … count)`, or the first `count` when
/// `ordinals` is null.
struct CodeRows {
    const std::uint8_t* rows = nullptr;
    std::size_t stride = 0;  // bytes from row to row
    std::size_t size = 0;    // bytes of a row that take part
    const std::uint32_t* ordinals = nullptr;
    std::size_t count = 0;
};

/// Rows of a packed block, see pack_bytes.
inline constexpr std::size_t kPackedRows = 16;

constexpr std::size_t packed_blocks(std::size_t rows) {
    return (rows + kPackedRows - 1) / kPackedRows;
}

/// What the bound of a head (index/head_bounds.h) is made of, by row.
struct BoundRows {
    const float* norms_squared;  // |x̂|² of the decoded head
    const float* errors;         // |x_h - x̂|, rounded up
    const float* tails;          // |x_t|
};

/// The same of a query. lower bound² = max(0, sqrt(max(0, D)) - error - row error)² +
/// (tail - row tail)² with D = (constant + row norm² + multiplier · dot) - slack · (constant_slack
/// + row norm²). In float32, each operation rounded once and in the order written, sums from the
/// left: the same in every table.
struct BoundQuery {
    float constant;
    float constant_slack;
    float multiplier;
    float slack;
    float error;
    float tail;
    float limit_squared;  // rows whose lower bound² is at most this survive
};

struct Kernels {
    const char* name;  // "amx", "avx512vnni", "avx512", "avx2", "neon", "scalar"

    // --- floats ---
    /// Sums in float32, in an order of the kernel's own: at most dimension + 16 roundings a sum.
    DotAndNorm (*dot_and_norm)(const float* query, const float* row, std::size_t dimension);
    /// Sum of squared differences; likewise, and one more rounding a difference.
    float (*squared_l2)(const float* query, const float* row, std::size_t dimension);
    /// The same in every table: products and differences in float64, component i added to running
    /// sum i mod 16, the sums added up 0 + 8, 1 + 9, … then 0 + 4, … then 0 + 2, 1 + 3, then 0 + 1.
    DotAndNorm64 (*decide_dot)(const float* query, const float* row, std::size_t dimension);
    double (*decide_squared_l2)(const float* query, const float* row, std::size_t dimension);
    /// out[r · columns + c] = Σ_k rows[r · stride + k] · matrix[k · columns + c]. `columns` is a
    /// multiple of 16. In float32, at most dimension roundings a sum, and the same value for the
    /// same row whatever `count` is (within one table).
    void (*multiply)(const float* rows, std::size_t stride, std::size_t count,
                     std::size_t dimension, const float* matrix, std::size_t columns, float* out);

    // --- codes: u8 against an s8 query ---
    /// dots[i] = Σ_j query[j] · row[j]; `size` at most 65,536.
    void (*dot_bytes)(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots);
    /// Rows of 64-byte lines of nibbles: component 128·l + j is the low nibble of byte j of line l,
    /// component 128·l + 64 + j its high one. `size` is a multiple of 64; the query has 2 · size
    /// components.
    void (*dot_nibbles)(const CodeRows& rows, const std::int8_t* query, std::int32_t* dots);
    /// scores[i] = bias + multiplier · dot, where bias is the float32 in the last 4 of the `size`
    /// bytes (the query must be zero there). One multiplication, one addition: the same in every
    /// table. Prefetches the rows itself.
    void (*score_bytes)(const CodeRows& rows, const std::int8_t* query, float multiplier,
                        float* scores);
    void (*score_nibbles)(const CodeRows& rows, const std::int8_t* query, float multiplier,
                          float* scores);

    // --- tiles: many queries against many rows ---
    /// Blocks of 16 rows: byte b of row r goes to packed[(b / 4) · 64 + r · 4 + b % 4]; one block
    /// is 16 · size bytes. `size` is a multiple of 4. Missing rows of the last block are zero.
    void (*pack_bytes)(const CodeRows& rows, std::uint8_t* packed);
    /// The same with each nibble as a byte: a block is 32 · size bytes; component order as in
    /// dot_nibbles. The last 4 bytes (the bias) give zeros.
    void (*pack_nibbles)(const CodeRows& rows, std::uint8_t* packed);
    /// dots[q · dots_stride + r] for `query_count` queries of `size` s8 components, `query_stride`
    /// bytes apart, and `blocks` packed blocks of 16 rows.
    void (*dot_tile)(const std::int8_t* queries, std::size_t query_stride, std::size_t query_count,
                     const std::uint8_t* packed, std::size_t blocks, std::size_t size,
                     std::int32_t* dots, std::size_t dots_stride);

    // --- bounds ---
    /// Positions below `count` whose lower bound² is within the limit, ascending, into `survivors`
    /// (room for `count`). NaN survives. Returns how many.
    std::size_t (*rows_within)(const std::int32_t* dots, const BoundRows& rows, std::size_t count,
                               const BoundQuery& query, std::uint32_t* survivors);

    // --- bits ---
    /// Of `count` ordinals, a multiple of 16, those below `end` whose bit of `marks` is not set,
    /// each once, in order: their bits get set, and they go to `fresh`, which has room for `count`
    /// (what lies behind them there may change). Returns how many. `marks` has `end` bits.
    std::size_t (*take_unmarked)(const std::uint32_t* ordinals, std::size_t count,
                                 std::uint32_t end, std::uint64_t* marks, std::uint32_t* fresh);
    std::uint32_t (*hamming)(const std::uint8_t* a, const std::uint8_t* b, std::size_t size);
};

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;      // F, BW
extern const Kernels kAvx512VnniKernels;  // and VNNI
extern const Kernels kAmxKernels;         // and AMX tiles of bytes
#elif defined(__aarch64__)
extern const Kernels kNeonKernels;
#endif

}  // namespace sokkuri::simd
