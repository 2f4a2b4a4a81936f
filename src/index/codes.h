// Codes: encoding rows and queries. Three tiers a vector (docs/formats/segment.md): the head, what
// bounds it, and the full code: one byte a component of the L2-space vector, affine by row.
// Integers and stated float steps only: the same bytes on every machine and for any thread count
// as long as the kernels are the same table.
#pragma once

#include "index/head_model.h"
#include "index/l2_space.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Layout of a full code: `dimension` bytes c, zero bytes up to a multiple of 4, then FullMeta;
/// x̂ = low + scale · c. low is the least component, scale (greatest − low) / 255, 0 where all are
/// equal; c = floor((x − low) / scale + ½).
struct FullMeta {
    float scale;
    float low;
    float norm_squared;  // |x̂|²
    float error;         // |x − x̂|, rounded up
};
/// A multiple of 16.
std::size_t full_code_stride(std::size_t dimension);
/// Where FullMeta begins.
std::size_t full_meta_at(std::size_t dimension);

/// What is kept of a head beside its row, for bounds: three columns. The bias in the row is
/// |ẑ|² − |ẑ − z|² + kappa · tail²: what D² is on average for a query whose |z_q|² is put aside.
struct HeadBounds {
    float norm_squared;  // |ẑ|²
    float error;         // |u − ẑ|, rounded up; u are the head's true coordinates
    float tail;  // |x_t| = sqrt(|x − mean|² − |u|²), off by HeadModel::tail_slack at most;
                 // NaN where it could be more: such a row always survives
};

/// Encodes one block of rows at a time (the projection is a matrix product). Not for concurrent use
/// of one object; any number of objects. A row's codes do not depend on what else is in the block.
/// Codes of z: 4 bits clamp(floor(z / step + 8), 0, 15), 8 bits clamp(floor(z / step + 128.5), 0,
/// 255).
class RowEncoder {
 public:
    static constexpr std::size_t kBlockRows = 256;

    /// All three must outlive the encoder.
    RowEncoder(const L2Space& space, const HeadModel& model, const simd::Kernels& kernels);

    /// Where the codes of one row go.
    struct Target {
        std::uint8_t* head;  // model.layout.row_bytes()
        HeadBounds* bounds;
        std::uint8_t* full;  // full_code_stride(space.dimension()); null: not wanted
    };
    /// `raw[i]` was accepted by L2Space::map_row. At most kBlockRows; O(rows × dimension ×
    /// components).
    void encode(std::span<const float* const> raw, std::span<const Target> targets);

    /// |z − ẑ|² / |x − mean|² and |x_t|² / |x − mean|², averaged over all rows encoded so far: for
    /// has_drifted.
    double mean_error() const { return rows_ == 0 ? 0 : error_sum_ / static_cast<double>(rows_); }
    double mean_tail() const { return rows_ == 0 ? 0 : tail_sum_ / static_cast<double>(rows_); }

 private:
    void encode_full(const float* mapped, std::uint8_t* out);
    void encode_head(const float* projected, double centered_squared, const Target& target);

    const L2Space& space_;
    const HeadModel& model_;
    const simd::Kernels& kernels_;
    double slack_ = 0;
    std::vector<float> mapped_;     // kBlockRows × dimension
    std::vector<float> projected_;  // kBlockRows × columns
    std::vector<float> scratch_;
    std::vector<float> decoded_;       // of one row
    std::vector<std::uint8_t> codes_;  // of one head, a byte each
    std::vector<double> centered_squares_;
    double error_sum_ = 0;
    double tail_sum_ = 0;
    std::uint64_t rows_ = 0;
};

/// A query against heads. For search by score: score = constant + (bias + multiplier · dot), about
/// D² without the query's own tail.
///
/// For bounds (encode_head only), ẑ_q = step · (codes + fine / 128) and with `dot` = 128 ·
/// dot(codes) + dot(fine), all terms in the open:
///   |ẑ_q − ẑ|² = norm_squared + 2 · model.step · center · codes_sum + row.norm_squared
///                + (multiplier / 128) · dot
/// Without the second plane likewise: coarse_norm_squared, coarse_codes_sum, coarse_error,
/// multiplier · dot(codes). A row whose D is at most `reach` has
///   max(0, |ẑ_q − ẑ| − error − row.error)² + (tail − row.tail)² ≤ (reach + tail_slack)².
struct HeadQuery {
    std::vector<std::int8_t> codes;  // layout.places(), zero where there is no component
    float multiplier = 0;            // −2 · model.step · step
    float constant = 0;
    float step = 0;                 // largest |z_q| / 127
    std::vector<std::int8_t> fine;  // places(); second plane: what the first left, in step / 128
    float norm_squared = 0;         // |ẑ_q|²
    float codes_sum = 0;            // Σ ẑ_q, for the center of the codes
    float error = 0;                // |u_q − ẑ_q| plus all rounding, rounded up
    float coarse_norm_squared = 0;
    float coarse_codes_sum = 0;
    float coarse_error = 0;
    float tail = 0;        // |q_t|
    float tail_slack = 0;  // of tail and a row's tail together
    // Memory to reuse.
    std::vector<float> centered;
    std::vector<float> projected;
    std::vector<float> placed;
    std::vector<float> decoded;
    std::vector<float> scratch;
    std::vector<std::int32_t> dots;
};

/// A query against full codes. q̂ = step · (codes + fine / 128), and with `dot` = dot(codes) +
/// dot(fine) / 128:
///   |q̂ − x̂|² = norm_squared + row.norm_squared − 2 · (row.low · sum + row.scale · step · dot)
/// is off |q − x| by at most error + row.error. To rank, dot(codes) alone will do.
struct FullQuery {
    std::vector<std::int8_t> codes;  // dimension; for re-ranking this plane is enough
    std::vector<std::int8_t> fine;   // dimension, second plane: what the first left, in step / 128
    float step = 0;                  // largest |q| / 127
    std::int32_t codes_sum = 0;      // Σ codes
    float sum = 0;                   // Σ q̂
    float norm_squared = 0;          // |q̂|²
    float error = 0;                 // |q − q̂|, rounded up
    float coarse_norm_squared = 0;   // of step · codes; its sum is step · codes_sum
    float coarse_error = 0;
    std::vector<float> decoded;  // memory to reuse
};

/// Turns queries into codes; owns the byte version of the projection that makes approximate search
/// cheap. Immutable after construction: safe from any number of threads.
class QueryEncoder {
 public:
    /// All three must outlive the encoder. O(dimension × components).
    QueryEncoder(const L2Space& space, const HeadModel& model, const simd::Kernels& kernels);

    /// `mapped` is a query in the L2 space (L2Space::map_query). Allocates only what `query` lacks.
    void encode_full(std::span<const float> mapped, FullQuery& query) const;
    /// The first plane alone, sum and norm (of q itself): to rank by, and for encode_head_fast.
    /// Leaves the rest of `query` as it was.
    void encode_full_fast(std::span<const float> mapped, FullQuery& query) const;
    /// By the byte matrix, from the full query: steers, proves nothing. Leaves what is for bounds.
    void encode_head_fast(const FullQuery& full, HeadQuery& query) const;
    /// The same of several queries: the matrix is read once for all of them. At most
    /// kTogetherMax.
    void encode_heads_fast(std::span<const FullQuery* const> full,
                           std::span<HeadQuery* const> queries) const;
    static constexpr std::size_t kTogetherMax = 16;
    /// By the float32 matrix: for bounds, and for search as well.
    void encode_head(std::span<const float> mapped, HeadQuery& query) const;

 private:
    struct alignas(64) Line {
        std::uint8_t bytes[64];
    };

    /// From what the byte matrix gave for each component.
    void take_dots(std::span<const std::int32_t> dots, const FullQuery& full,
                   HeadQuery& query) const;
    /// Of query.projected: first plane, multiplier and constant.
    void quantize_head(HeadQuery& query) const;
    void measure_head(HeadQuery& query) const;

    const L2Space& space_;
    const HeadModel& model_;
    const simd::Kernels& kernels_;
    double slack_ = 0;
    // Components × stride_ bytes (dimension, offset 128, and zeros), in packed blocks of 16.
    std::vector<Line> matrix_;
    std::vector<float> scales_;  // of the rows of matrix_
    std::size_t stride_ = 0;
};

}  // namespace sokkuri::index
