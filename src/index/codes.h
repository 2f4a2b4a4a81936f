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
/// x̂ = low + scale · c.
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

/// What is kept of a head beside its row, for bounds: three columns.
struct HeadBounds {
    float norm_squared;  // |ẑ|²
    float error;         // |z − ẑ|, rounded up
    float tail;          // |x_t| = sqrt(|x − mean|² − |z|²)
};

/// Encodes one block of rows at a time (the projection is a matrix product). Not for concurrent use
/// of one object; any number of objects.
class RowEncoder {
 public:
    static constexpr std::size_t kBlockRows = 256;

    RowEncoder(const L2Space& space, const HeadModel& model, const simd::Kernels& kernels);

    /// Where the codes of one row go.
    struct Target {
        std::uint8_t* head;  // model.layout.row_bytes()
        HeadBounds* bounds;
        std::uint8_t* full;  // full_code_stride(space.dimension())
    };
    /// `raw[i]` was accepted by L2Space::map_row. At most kBlockRows; O(rows × dimension ×
    /// components).
    void encode(std::span<const float* const> raw, std::span<const Target> targets);

 private:
    const L2Space& space_;
    const HeadModel& model_;
    const simd::Kernels& kernels_;
    std::vector<float> mapped_;     // kBlockRows × dimension
    std::vector<float> projected_;  // kBlockRows × columns
};

/// A query against heads: score = constant + (bias + multiplier · dot), about D².
struct HeadQuery {
    std::vector<std::int8_t> codes;  // layout.places()
    float multiplier = 0;            // −2 · step · query step
    float constant = 0;
    // For bounds (exact search), about the quantized query ẑ_q:
    float norm_squared = 0;  // |ẑ_q|²
    float codes_sum = 0;     // Σ ẑ_q, for the center of the codes
    float error = 0;         // |z_q − ẑ_q| plus all rounding, rounded up
    float tail = 0;          // |q_t|
};

/// A query against full codes: q · x̂ = low · sum + scale · step · dot.
struct FullQuery {
    std::vector<std::int8_t> codes;  // dimension, one plane: for re-ranking
    std::vector<std::int8_t> fine;   // dimension, second plane: what the first left, in step / 128
    float step = 0;
    float sum = 0;           // Σ q
    float norm_squared = 0;  // |q|²
    float error = 0;         // |q − q̂| of both planes, rounded up
    float coarse_error = 0;  // of the first alone
};

/// Turns queries into codes; owns the byte version of the projection that makes approximate search
/// cheap. Immutable after construction: safe from any number of threads.
class QueryEncoder {
 public:
    QueryEncoder(const L2Space& space, const HeadModel& model, const simd::Kernels& kernels);

    /// `mapped` is a query in the L2 space (L2Space::map_query). Allocates only what `query` lacks.
    void encode_full(std::span<const float> mapped, FullQuery& query) const;
    /// By the byte matrix, from the full query: steers, proves nothing.
    void encode_head_fast(const FullQuery& full, HeadQuery& query) const;
    /// By the float32 matrix: for bounds.
    void encode_head(std::span<const float> mapped, HeadQuery& query) const;

 private:
    const L2Space& space_;
    const HeadModel& model_;
    const simd::Kernels& kernels_;
    std::vector<std::uint8_t> matrix_;  // components × dimension, offset 128
    std::vector<float> scales_;         // of the rows of matrix_
    std::size_t stride_ = 0;
};

}  // namespace sokkuri::index
