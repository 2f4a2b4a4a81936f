#include "base/check.h"
#include "index/code_rounding.h"
#include "index/codes.h"
#include "index/head_projection.h"
#include "index/lanes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace sokkuri::index {

namespace {

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

QueryEncoder::QueryEncoder(const L2Space& space, const HeadModel& model,
                           const simd::Kernels& kernels)
    : space_(space), model_(model), kernels_(kernels), slack_(projection_slack(model)) {
    CHECK(model.dimension == space.dimension());
    const std::size_t columns = model.columns();
    stride_ = (model.dimension + 3) / 4 * 4;
    scales_.assign(model.components, 0);
    std::vector<float> largest(model.components);
    for (std::size_t i = 0; i < model.dimension; ++i) {
        for (std::size_t c = 0; c < model.components; ++c) {
            largest[c] = std::max(largest[c], std::abs(model.matrix[i * columns + c]));
        }
    }
    std::vector<std::uint8_t> bytes(model.components * stride_);
    for (std::size_t c = 0; c < model.components; ++c) {
        scales_[c] = largest[c] / 127;
        const float factor = largest[c] > kScaleMin ? 127 / largest[c] : 0;
        for (std::size_t i = 0; i < model.dimension; ++i) {
            bytes[c * stride_ + i] =
                static_cast<std::uint8_t>(model.matrix[i * columns + c] * factor + 128.5F);
        }
    }
    matrix_.resize(
        simd::packed_blocks(model.components) * simd::kPackedRows * stride_ / sizeof(Line), Line{});
    kernels.pack_bytes(
        {.rows = bytes.data(), .stride = stride_, .size = stride_, .count = model.components},
        matrix_.front().bytes);
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
    const FullQuery* const fulls[] = {&full};
    HeadQuery* const queries[] = {&query};
    encode_heads_fast(fulls, queries);
}

void QueryEncoder::encode_heads_fast(std::span<const FullQuery* const> full,
                                     std::span<HeadQuery* const> queries) const {
    DCHECK(full.size() == queries.size() && full.size() <= kTogetherMax);
    const std::size_t blocks = simd::packed_blocks(model_.components);
    const std::size_t dots_stride = blocks * simd::kPackedRows;
    thread_local std::vector<std::int8_t> codes;
    thread_local std::vector<std::int32_t> dots;
    codes.assign(full.size() * stride_, 0);
    dots.resize(full.size() * dots_stride);
    for (std::size_t i = 0; i < full.size(); ++i) {
        std::ranges::copy(full[i]->codes, codes.begin() + static_cast<std::ptrdiff_t>(i * stride_));
    }
    kernels_.dot_tile(codes.data(), stride_, full.size(), matrix_.front().bytes, blocks, stride_,
                      dots.data(), dots_stride);
    for (std::size_t i = 0; i < full.size(); ++i) {
        take_dots(std::span(dots).subspan(i * dots_stride, model_.components), *full[i],
                  *queries[i]);
    }
}

void QueryEncoder::take_dots(std::span<const std::int32_t> dots, const FullQuery& full,
                             HeadQuery& query) const {
    query.projected.resize(model_.columns());
    const std::int32_t shift = 128 * full.codes_sum;
    for (std::size_t c = 0; c < model_.components; ++c) {
        query.projected[c] =
            scales_[c] * full.step * static_cast<float>(dots[c] - shift) - model_.offset[c];
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
