#include "index/head_projection.h"

#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace sokkuri::index {

void project(const HeadModel& model, const simd::Kernels& kernels, const float* centered,
             std::size_t count, float* out, std::vector<float>& scratch) {
    const std::size_t dimension = model.dimension;
    const std::size_t columns = model.columns();
    const std::size_t size = count * columns;
    kernels.multiply(centered, dimension, count, std::min(dimension, kProjectionStretch),
                     model.matrix.data(), columns, out);
    if (dimension > kProjectionStretch && scratch.size() < size) scratch.resize(size);
    for (std::size_t first = kProjectionStretch; first < dimension; first += kProjectionStretch) {
        kernels.multiply(centered + first, dimension, count,
                         std::min(dimension - first, kProjectionStretch),
                         model.matrix.data() + first * columns, columns, scratch.data());
        transform_lanes(out, scratch.data(), size, out, std::plus<float>());
    }
}

// Column c is off by at most γ · Σ_i |y_i| |V_ic| with γ = n u / (1 − n u) and n roundings a sum
// (Higham 2002, §3.1); over all columns, by Cauchy-Schwarz, at most γ · |y| · |V|_F, and |V|_F² =
// trace of VᵀV ≤ components · (1 + η). Rounding y itself moves z by at most u |y| more. Of Vᵀy to
// the exact basis V (VᵀV)^-½: |(VᵀV)^½ − I| ≤ η. The factor 1.01 is for second orders.
double projection_slack(const HeadModel& model) {
    const double unit = std::ldexp(1.0, -24);
    const std::size_t stretches = (model.dimension + kProjectionStretch - 1) / kProjectionStretch;
    const double roundings =
        static_cast<double>(std::min(model.dimension, kProjectionStretch) + stretches + 2);
    const double frobenius =
        std::sqrt(static_cast<double>(model.components) * (1 + model.orthogonality));
    return 1.01 * (roundings * unit * frobenius + model.orthogonality + unit);
}

HeadLift::HeadLift(const HeadModel& model)
    : columns_(model.columns()),
      stride_((model.dimension + 15) / 16 * 16),
      transposed_(columns_ * stride_) {
    for (std::size_t i = 0; i < model.dimension; ++i) {
        for (std::size_t c = 0; c < columns_; ++c) {
            transposed_[c * stride_ + i] = model.matrix[i * columns_ + c];
        }
    }
    // Coordinate i is off by at most γ · |V_i| · |head|, over all coordinates γ · |V|_F · |head|,
    // and V is off the exact basis by η: as in projection_slack.
    const double unit = std::ldexp(1.0, -24);
    const double frobenius =
        std::sqrt(static_cast<double>(model.components) * (1 + model.orthogonality));
    slack_ = 1.01 * (static_cast<double>(columns_ + 2) * unit * frobenius + model.orthogonality);
}

void HeadLift::lift(const simd::Kernels& kernels, const float* heads, std::size_t count,
                    float* out) const {
    kernels.multiply(heads, columns_, count, columns_, transposed_.data(), stride_, out);
}

// |u| lies within ± slack · |y| of |z|, so the true |x_t|² = |y|² − |u|² within an interval around
// |y|² − |z|²; its root is taken from the middle. The last summand is for rounding y and for the
// float32 that will hold the length.
HeadTail tail_of(const HeadModel& model, double projection_slack, double centered_squared,
                 double projected_squared) {
    if (model.components == model.dimension) return {};
    const double projected = std::sqrt(projected_squared);
    const double off = projection_slack * std::sqrt(centered_squared);
    const double squared_off = 2 * projected * off + off * off;
    const double squared = centered_squared - projected_squared;
    const double low = std::sqrt(std::max(0.0, squared - squared_off));
    const double high = std::sqrt(std::max(0.0, squared + squared_off));
    const double rounding = std::ldexp(std::sqrt(centered_squared), -22);
    return {(low + high) / 2, (high - low) / 2 + rounding};
}

}  // namespace sokkuri::index
