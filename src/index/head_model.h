// HeadModel: how the head of a vector is made. The head steers: the leading principal components,
// flattened by a fixed rotation among themselves, 4 or 8 bits each with one step for all, and a
// bias. Trained on a sample; which layout and how much of the tail's norm counts (kappa) is chosen
// by self-test (head_trainer.h). Immutable; safe from any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// The bytes of a head row: 64-byte lines; the last 4 bytes are the bias, a float32.
struct HeadLayout {
    std::uint32_t bits = 4;   // 4 or 8
    std::uint32_t lines = 2;  // 1 … 8

    std::size_t row_bytes() const { return std::size_t{64} * lines; }
    /// Places of components in a query, bias places included (they are zero there).
    std::size_t places() const { return row_bytes() * (8 / bits); }
    /// Components that fit.
    std::size_t capacity() const { return places() - 4 * (8 / bits); }
    /// Components below lie at the place of their own number, the others (high nibbles of the last
    /// line) 4 places on, passing over the bias.
    std::size_t gap_at() const {
        return bits == 8 ? capacity() : std::size_t{128} * (lines - 1) + 60;
    }
    /// Where component `i` < capacity() lies.
    std::size_t place_of(std::size_t component) const {
        return component < gap_at() ? component : component + 4;
    }
    bool operator==(const HeadLayout&) const = default;
};

struct HeadModel {
    HeadLayout layout;
    std::size_t dimension = 0;   // of the L2 space
    std::size_t components = 0;  // kept: at most layout.capacity() and dimension
    float step = 0;              // value = (code − center()) · step; above 0
    float kappa = 0;             // share of the tail's norm² in the bias: 0, ¼, ½, ¾ or 1
    float tail_slack = 0;        // by how much a row's HeadBounds::tail can be off (codes.h)
    double orthogonality = 0;    // |VᵀV − I|, an upper bound: part of every HeadBounds::error
    double mean_error = 0;      // |z − ẑ|² / |x − mean|², averaged over the training sample
    double mean_tail = 0;       // |x_t|² / |x − mean|², likewise: what drift is told by
    std::vector<float> mean;    // dimension
    std::vector<float> matrix;  // dimension × columns(), row-major: z = (x − mean) · matrix
    std::vector<float> offset;  // columns(): mean · matrix

    /// `components` rounded up to 16; what is beyond is zero.
    std::size_t columns() const { return (components + 15) / 16 * 16; }
    float center() const { return layout.bits == 4 ? 7.5F : 128.0F; }
};

}  // namespace sokkuri::index
