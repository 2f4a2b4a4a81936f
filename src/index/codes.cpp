#include "index/codes.h"

#include "base/check.h"
#include "index/head_projection.h"
#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

namespace sokkuri::index {

namespace {

// Below it a row's spread counts as none: its reciprocal would overflow.
constexpr float kScaleMin = 1e-30F;
// Covers what underflow can take from sums of squares.
constexpr double kTiny = 1e-30;

struct Range {
    float low;
    float high;
};

Range range_of(const float* values, std::size_t count);
float rounded_up(double value);
void pack_nibbles(const std::uint8_t* codes, std::uint8_t* row, std::size_t lines);
/// Whole steps of a query, −127 … 127.
void quantize_query(std::span<const float> values, float step, std::int8_t* codes);
/// What those leave, in steps / 128.
void quantize_rest(std::span<const float> values, float step, const std::int8_t* codes,
                   std::int8_t* fine);
template <typename Sum, typename Values>
Sum sum_of(const Values& values);
/// So that the largest of `values` is 127 steps.
float step_for(std::span<const float> values);

/// Of a quantized query as its first plane tells it, and both.
struct PlaneMeasures {
    struct Plane {
        float sum;
        float norm_squared;
        double error;  // with all rounding
    };
    Plane coarse;
    Plane both;
};
/// `decoded` is scratch for as many floats.
PlaneMeasures measure_planes(const simd::Kernels& kernels, std::span<const float> values,
                             float step, std::span<const std::int8_t> codes,
                             std::span<const std::int8_t> fine, float* decoded);

}  // namespace

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
    std::uint8_t* codes = is_nibbles ? codes_.data() : target.head;
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
    const auto decode = [center = model_.center(), step = model_.step](std::uint8_t code) {
        return (static_cast<float>(code) - center) * step;
    };
    transform_lanes(codes, before, decoded_.data(), decode);
    transform_lanes(codes + after, components - before, decoded_.data() + before, decode);
    if (is_nibbles) pack_nibbles(codes, target.head, layout.lines);

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

QueryEncoder::QueryEncoder(const L2Space& space, const HeadModel& model,
                           const simd::Kernels& kernels)
    : space_(space), model_(model), kernels_(kernels), slack_(projection_slack(model)) {
    CHECK(model.dimension == space.dimension());
    const std::size_t columns = model.columns();
    stride_ = (model.dimension + 63) / 64 * 64;
    matrix_.resize(model.components * stride_ / 64, Line{});
    scales_.assign(model.components, 0);
    std::vector<float> largest(model.components);
    for (std::size_t i = 0; i < model.dimension; ++i) {
        for (std::size_t c = 0; c < model.components; ++c) {
            largest[c] = std::max(largest[c], std::abs(model.matrix[i * columns + c]));
        }
    }
    std::uint8_t* bytes = matrix_.front().bytes;
    for (std::size_t c = 0; c < model.components; ++c) {
        scales_[c] = largest[c] / 127;
        const float factor = largest[c] > kScaleMin ? 127 / largest[c] : 0;
        for (std::size_t i = 0; i < model.dimension; ++i) {
            bytes[c * stride_ + i] =
                static_cast<std::uint8_t>(model.matrix[i * columns + c] * factor + 128.5F);
        }
    }
}

void QueryEncoder::encode_full(std::span<const float> mapped, FullQuery& query) const {
    encode_full_fast(mapped, query);
    query.fine.resize(mapped.size());
    query.decoded.resize(mapped.size());
    quantize_rest(mapped, query.step, query.codes.data(), query.fine.data());
    const PlaneMeasures planes =
        measure_planes(kernels_, mapped, query.step, query.codes, query.fine, query.decoded.data());
    query.sum = planes.both.sum;
    query.norm_squared = planes.both.norm_squared;
    query.error = rounded_up(planes.both.error);
    query.coarse_norm_squared = planes.coarse.norm_squared;
    query.coarse_error = rounded_up(planes.coarse.error);
}

void QueryEncoder::encode_full_fast(std::span<const float> mapped, FullQuery& query) const {
    DCHECK(mapped.size() == model_.dimension);
    query.codes.resize(mapped.size());
    query.step = step_for(mapped);
    quantize_query(mapped, query.step, query.codes.data());
    query.codes_sum = sum_of<std::int32_t>(query.codes);
    query.sum = sum_of<float>(mapped);
    query.norm_squared = static_cast<float>(
        kernels_.decide_dot(mapped.data(), mapped.data(), mapped.size()).norm_squared);
}

void QueryEncoder::encode_head_fast(const FullQuery& full, HeadQuery& query) const {
    const std::size_t components = model_.components;
    query.dots.resize(components);
    query.projected.resize(model_.columns());
    const simd::CodeRows rows{.rows = matrix_.front().bytes,
                              .stride = stride_,
                              .size = model_.dimension,
                              .count = components};
    kernels_.dot_bytes(rows, full.codes.data(), query.dots.data());
    const std::int32_t shift = 128 * full.codes_sum;
    for (std::size_t c = 0; c < components; ++c) {
        query.projected[c] =
            scales_[c] * full.step * static_cast<float>(query.dots[c] - shift) - model_.offset[c];
    }
    quantize_head(query);
}

void QueryEncoder::encode_head(std::span<const float> mapped, HeadQuery& query) const {
    query.centered.resize(model_.dimension);
    query.projected.resize(model_.columns());
    transform_lanes(mapped.data(), model_.mean.data(), mapped.size(), query.centered.data(),
                    std::minus<float>());
    project(model_, kernels_, query.centered.data(), 1, query.projected.data(), query.scratch);
    quantize_head(query);
    measure_head(query);
}

void QueryEncoder::quantize_head(HeadQuery& query) const {
    const std::size_t components = model_.components;
    const HeadLayout layout = model_.layout;
    const std::size_t before = std::min(components, layout.gap_at());
    query.placed.assign(layout.places(), 0);
    std::copy_n(query.projected.data(), before, query.placed.data());
    std::copy_n(query.projected.data() + before, components - before,
                query.placed.data() + layout.place_of(before));
    query.codes.resize(layout.places());
    query.step = step_for(query.placed);
    quantize_query(query.placed, query.step, query.codes.data());
    query.multiplier = -2 * model_.step * query.step;
    const auto squared = static_cast<float>(
        kernels_.decide_dot(query.projected.data(), query.projected.data(), components).dot);
    query.constant = squared - query.multiplier * model_.center() *
                                   static_cast<float>(sum_of<std::int32_t>(query.codes));
}

void QueryEncoder::measure_head(HeadQuery& query) const {
    const std::size_t components = model_.components;
    query.fine.resize(query.codes.size());
    quantize_rest(query.placed, query.step, query.codes.data(), query.fine.data());
    query.decoded.resize(query.codes.size());
    const PlaneMeasures planes = measure_planes(kernels_, query.placed, query.step, query.codes,
                                                query.fine, query.decoded.data());
    const double centered_squared =
        kernels_.decide_dot(query.centered.data(), query.centered.data(), model_.dimension).dot;
    const double projected_squared =
        kernels_.decide_dot(query.projected.data(), query.projected.data(), components).dot;
    const double projection = slack_ * std::sqrt(centered_squared);
    query.norm_squared = planes.both.norm_squared;
    query.codes_sum = planes.both.sum;
    query.error = rounded_up(planes.both.error + projection);
    query.coarse_norm_squared = planes.coarse.norm_squared;
    query.coarse_codes_sum = planes.coarse.sum;
    query.coarse_error = rounded_up(planes.coarse.error + projection);
    const HeadTail tail = tail_of(model_, slack_, centered_squared, projected_squared);
    query.tail = static_cast<float>(tail.length);
    query.tail_slack = rounded_up(tail.slack + double{model_.tail_slack});
}

namespace {

Range range_of(const float* values, std::size_t count) {
    float lows[kLanes];
    float highs[kLanes];
    std::fill_n(lows, kLanes, values[0]);
    std::fill_n(highs, kLanes, values[0]);
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float value = values[i + lane];
            lows[lane] = value < lows[lane] ? value : lows[lane];
            highs[lane] = value > highs[lane] ? value : highs[lane];
        }
    }
    for (; i < count; ++i) {
        lows[0] = std::min(lows[0], values[i]);
        highs[0] = std::max(highs[0], values[i]);
    }
    return {*std::min_element(lows, lows + kLanes), *std::max_element(highs, highs + kLanes)};
}

float rounded_up(double value) {
    const auto rounded = static_cast<float>(value);
    if (double{rounded} >= value) return rounded;
    return std::nextafter(rounded, std::numeric_limits<float>::infinity());
}

void pack_nibbles(const std::uint8_t* codes, std::uint8_t* row, std::size_t lines) {
    for (std::size_t line = 0; line < lines; ++line) {
        transform_lanes(codes + line * 128, codes + line * 128 + 64, 64, row + line * 64,
                        [](std::uint8_t low, std::uint8_t high) {
                            return static_cast<std::uint8_t>(low | (high << 4));
                        });
    }
}

float step_for(std::span<const float> values) {
    const Range range = range_of(values.data(), values.size());
    return std::max({-range.low, range.high, kScaleMin}) / 127;
}

// Casts truncate: what is cast is made positive first.
void quantize_query(std::span<const float> values, float step, std::int8_t* codes) {
    transform_lanes(values.data(), values.size(), codes, [factor = 1 / step](float value) {
        return static_cast<std::int8_t>(static_cast<std::int32_t>(value * factor + 128.5F) - 128);
    });
}

void quantize_rest(std::span<const float> values, float step, const std::int8_t* codes,
                   std::int8_t* fine) {
    transform_lanes(values.data(), codes, values.size(), fine,
                    [step, factor = 128 / step](float value, std::int8_t code) {
                        const float rest = value - step * static_cast<float>(code);
                        return static_cast<std::int8_t>(
                            static_cast<std::int32_t>(rest * factor + 128.5F) - 128);
                    });
}

template <typename Sum, typename Values>
Sum sum_of(const Values& values) {
    Sum sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            sums[lane] += values[i + lane];
        }
    }
    for (; i < values.size(); ++i) {
        sums[0] += values[i];
    }
    return std::accumulate(sums, sums + kLanes, Sum{0});
}

PlaneMeasures measure_planes(const simd::Kernels& kernels, std::span<const float> values,
                             float step, std::span<const std::int8_t> codes,
                             std::span<const std::int8_t> fine, float* decoded) {
    const std::size_t count = values.size();
    const auto measured = [&](double sum) {
        const double squared = kernels.decide_dot(decoded, decoded, count).dot;
        const double error = kernels.decide_squared_l2(values.data(), decoded, count);
        // decoded has one rounding.
        const double rounding = std::ldexp(std::sqrt(squared), -23) + kTiny;
        return PlaneMeasures::Plane{static_cast<float>(sum), static_cast<float>(squared),
                                    std::sqrt(error) + rounding};
    };
    PlaneMeasures planes;
    const double coarse_sum = sum_of<std::int32_t>(codes);
    transform_lanes(codes.data(), count, decoded,
                    [=](std::int8_t code) { return step * static_cast<float>(code); });
    planes.coarse = measured(double{step} * coarse_sum);
    transform_lanes(codes.data(), fine.data(), count, decoded,
                    [=](std::int8_t code, std::int8_t rest) {
                        return step * (static_cast<float>(code) + static_cast<float>(rest) / 128);
                    });
    planes.both = measured(double{step} * (coarse_sum + sum_of<std::int32_t>(fine) / 128.0));
    return planes;
}

}  // namespace

}  // namespace sokkuri::index
