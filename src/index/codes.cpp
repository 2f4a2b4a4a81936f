#include "index/codes.h"

#include "base/check.h"
#include "index/code_rounding.h"
#include "index/head_codes.h"
#include "index/head_projection.h"
#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

namespace sokkuri::index {

std::size_t full_meta_at(std::size_t dimension) {
    return (dimension + 3) / 4 * 4;
}

std::size_t full_code_stride(std::size_t dimension) {
    return (full_meta_at(dimension) + sizeof(FullMeta) + 15) / 16 * 16;
}

RowEncoder::RowEncoder(const L2Space& space, const HeadModel& model, const simd::Kernels& kernels)
    : space_(space), model_(model), kernels_(kernels), slack_(projection_slack(model)) {
    CHECK(model.dimension == space.dimension());
    mapped_.resize(kBlockRows * model.dimension);
    projected_.resize(kBlockRows * model.columns());
    decoded_.resize(std::max(model.dimension, model.components));
    codes_.resize(std::max(full_code_stride(model.dimension), model.layout.places()));
    centered_squares_.resize(kBlockRows);
}

void RowEncoder::encode(std::span<const float* const> raw, std::span<const Target> targets) {
    CHECK(raw.size() <= kBlockRows && raw.size() == targets.size());
    const std::size_t dimension = model_.dimension;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        float* row = mapped_.data() + i * dimension;
        CHECK(space_.map_row(raw[i], row));
        if (targets[i].full != nullptr) encode_full(row, targets[i].full);
        transform_lanes(row, model_.mean.data(), dimension, row, std::minus<float>());
        centered_squares_[i] = kernels_.decide_dot(row, row, dimension).norm_squared;
    }
    project(model_, kernels_, mapped_.data(), raw.size(), projected_.data(), scratch_);
    for (std::size_t i = 0; i < raw.size(); ++i) {
        encode_head(projected_.data() + i * model_.columns(), centered_squares_[i], targets[i]);
    }
}

void RowEncoder::encode_full(const float* mapped, std::uint8_t* out) {
    const std::size_t dimension = model_.dimension;
    const Range range = range_of(mapped, dimension);
    const float low = range.low;
    const float spread = (range.high - low) / 255;
    const bool is_constant = !(spread > kScaleMin);
    const float scale = is_constant ? 0 : spread;
    const float factor = is_constant ? 0 : 1 / spread;
    std::memset(out, 0, full_code_stride(dimension));
    // Casts truncate, and nothing here is below 0.
    transform_lanes(mapped, dimension, out, [=](float value) {
        return static_cast<std::uint8_t>(static_cast<std::int32_t>((value - low) * factor + 0.5F));
    });
    transform_lanes(out, dimension, decoded_.data(),
                    [=](std::uint8_t code) { return low + scale * static_cast<float>(code); });
    const double error = std::sqrt(kernels_.decide_squared_l2(mapped, decoded_.data(), dimension));
    // decoded_ itself has two roundings of numbers of at most 3 · the largest component.
    const double rounding = std::ldexp(double{std::max(std::abs(low), std::abs(range.high))}, -21) *
                            std::sqrt(static_cast<double>(dimension));
    const double norm_squared =
        kernels_.decide_dot(decoded_.data(), decoded_.data(), dimension).norm_squared;
    const FullMeta meta{scale, low, static_cast<float>(norm_squared),
                        rounded_up(error + rounding + kTiny)};
    std::memcpy(out + full_meta_at(dimension), &meta, sizeof meta);
}

void RowEncoder::encode_head(const float* projected, double centered_squared,
                             const Target& target) {
    const std::size_t components = model_.components;
    const HeadLayout layout = model_.layout;
    const bool is_nibbles = layout.bits == 4;
    std::uint8_t* codes = codes_.data();
    std::memset(codes, 0, layout.places());
    // Of nibbles the components past the bias's place in the last line are quantized apart.
    const std::size_t before = std::min(components, layout.gap_at());
    const float factor = 1 / model_.step;
    const float offset = is_nibbles ? 8.0F : 128.5F;
    const float greatest = is_nibbles ? 15.5F : 255.5F;
    const auto quantize = [=](float value) {
        const float scaled = value * factor + offset;
        const float low = scaled < 0 ? 0 : scaled;
        return static_cast<std::uint8_t>(
            static_cast<std::int32_t>(low > greatest ? greatest : low));
    };
    const std::size_t after = layout.place_of(before);
    transform_lanes(projected, before, codes, quantize);
    transform_lanes(projected + before, components - before, codes + after, quantize);
    decode_head(model_, codes, decoded_.data());
    pack_head(layout, codes, target.head);

    const auto [overlap, norm_squared] =
        kernels_.decide_dot(projected, decoded_.data(), components);
    const double projected_squared = kernels_.decide_dot(projected, projected, components).dot;
    const double error_squared = kernels_.decide_squared_l2(projected, decoded_.data(), components);
    const HeadTail tail = tail_of(model_, slack_, centered_squared, projected_squared);
    const double rounding = std::ldexp(std::sqrt(norm_squared), -23);
    const bool has_tail = tail.slack <= double{model_.tail_slack};
    *target.bounds = {
        static_cast<float>(norm_squared),
        rounded_up(std::sqrt(error_squared) + slack_ * std::sqrt(centered_squared) + rounding +
                   kTiny),
        has_tail ? static_cast<float>(tail.length) : std::numeric_limits<float>::quiet_NaN()};
    const double tail_squared = tail.length * tail.length;
    // |ẑ|² − |ẑ − z|² = 2 ẑ·z − |z|².
    const auto bias =
        static_cast<float>(2 * overlap - projected_squared + double{model_.kappa} * tail_squared);
    std::memcpy(target.head + layout.row_bytes() - sizeof bias, &bias, sizeof bias);
    ++rows_;
    if (centered_squared > 0) {
        error_sum_ += error_squared / centered_squared;
        tail_sum_ += tail_squared / centered_squared;
    }
}

}  // namespace sokkuri::index
