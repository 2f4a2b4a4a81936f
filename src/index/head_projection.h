// The projection of vectors on the components of a HeadModel, in float32, and how far it can be
// from the truth. Pure functions: safe from any number of threads.
#pragma once

#include "index/head_model.h"
#include "simd/kernels.h"

#include <cstddef>
#include <vector>

namespace sokkuri::index {

/// Sums are made over stretches of so many components, then added up: a sum of n float32 products
/// is off by up to n roundings, and 128 + dimension / 128 of them are fewer than dimension.
inline constexpr std::size_t kProjectionStretch = 128;

/// out[r · columns + c] = Σ_i centered[r · dimension + i] · matrix[i · columns + c] for `count`
/// rows; the same for the same row whatever `count` is. `scratch` is memory to reuse.
void project(const HeadModel& model, const simd::Kernels& kernels, const float* centered,
             std::size_t count, float* out, std::vector<float>& scratch);

/// e with |computed z − u| ≤ e · |y|, where y = x − mean before it was rounded to float32 and u are
/// the coordinates of y in an exactly orthonormal basis of the space that the matrix spans.
double projection_slack(const HeadModel& model);

/// The way back: out[r · stride + i] = Σ_c heads[r · columns + c] · matrix[i · columns + c].
/// Immutable after construction: safe from any number of threads.
class HeadLift {
 public:
    /// O(dimension × components) memory.
    explicit HeadLift(const HeadModel& model);

    /// The dimension, rounded up to 16.
    std::size_t stride() const { return stride_; }
    void lift(const simd::Kernels& kernels, const float* heads, std::size_t count,
              float* out) const;
    /// e with |lifted − true| ≤ e · |head|, the true one being made of the exactly orthonormal
    /// basis.
    double slack() const { return slack_; }

 private:
    std::size_t columns_ = 0;
    std::size_t stride_ = 0;
    double slack_ = 0;
    std::vector<float> transposed_;  // columns_ × stride_
};

/// The part of a vector that its head leaves out: |x_t|.
struct HeadTail {
    double length = 0;
    double slack = 0;  // the true length is at most so far from `length`
};

/// From |y|² and the |z|² of project() in float64; `projection_slack` as above. None when all
/// components are kept.
HeadTail tail_of(const HeadModel& model, double projection_slack, double centered_squared,
                 double projected_squared);

}  // namespace sokkuri::index
