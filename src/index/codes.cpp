#include "index/codes.h"

#include "base/check.h"
#include "index/head_projection.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sokkuri::index {

namespace {

// Loops over components go in groups of so many, which compilers turn into vector instructions.
constexpr std::size_t kLanes = 16;
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
/// codes[i] = floor(values[i] · factor + offset), for results within 0 … 255.
void quantize(std::span<const float> values, float factor, float offset, std::uint8_t* codes);
void pack_nibbles(const std::uint8_t* codes, std::uint8_t* row, std::size_t lines);
/// First plane of a query of step `step`, and its second; both −127 … 127.
void quantize_query(std::span<const float> values, float step, std::int8_t* codes);
void quantize_rest(std::span<const float> values, float step, const std::int8_t* codes,
                   std::int8_t* fine);

/// Sums over the planes of a quantized query, in float64.
struct PlaneSums {
    double sum = 0;
    double norm_squared = 0;
    double error_squared = 0;
    std::int32_t codes_sum = 0;
    double coarse_norm_squared = 0;
    double coarse_error_squared = 0;
};
PlaneSums sum_planes(std::span<const float> values, float step, const std::int8_t* codes,
                     const std::int8_t* fine);

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
        for (std::size_t c = 0; c < dimension; ++c) {
            row[c] -= model_.mean[c];
        }
        centered_squares_[i] = kernels_.decide_dot(row, row, dimension).norm_squared;
    }
    project(model_, kernels_, mapped_.data(), raw.size(), projected_.data(), scratch_);
    for (std::size_t i = 0; i < raw.size(); ++i) {
        encode_head(projected_.data() + i * model_.columns(), centered_squares_[i], targets[i]);
    }
}

void RowEncoder::encode_full(const float* mapped, std::uint8_t* out) {
    const std::size_t dimension = model_.dimension;
    const auto [low, high] = range_of(mapped, dimension);
    const float spread = (high - low) / 255;
    const bool is_constant = !(spread > kScaleMin);
    const float scale = is_constant ? 0 : spread;
    const float factor = is_constant ? 0 : 1 / spread;
    std::memset(out, 0, full_code_stride(dimension));
    for (std::size_t i = 0; i < dimension; ++i) {
        decoded_[i] = mapped[i] - low;
    }
    quantize({decoded_.data(), dimension}, factor, 0.5F, out);
    for (std::size_t i = 0; i < dimension; ++i) {
        decoded_[i] = low + scale * static_cast<float>(out[i]);
    }
    const double error = std::sqrt(kernels_.decide_squared_l2(mapped, decoded_.data(), dimension));
    // decoded_ itself has two roundings of numbers of at most 3 · the largest component.
    const double rounding = std::ldexp(double{std::max(std::abs(low), std::abs(high))}, -21) *
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
    for (std::size_t i = 0; i < components; ++i) {
        decoded_[i] = std::clamp(projected[i] * factor + offset, 0.0F, greatest);
    }
    quantize({decoded_.data(), before}, 1, 0, codes);
    quantize({decoded_.data() + before, components - before}, 1, 0,
             codes + layout.place_of(before));
    const float center = model_.center();
    for (std::size_t i = 0; i < components; ++i) {
        decoded_[i] = (static_cast<float>(codes[layout.place_of(i)]) - center) * model_.step;
    }
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
    DCHECK(mapped.size() == model_.dimension);
    query.codes.resize(mapped.size());
    query.fine.resize(mapped.size());
    const auto [low, high] = range_of(mapped.data(), mapped.size());
    query.step = std::max({-low, high, kScaleMin}) / 127;
    quantize_query(mapped, query.step, query.codes.data());
    quantize_rest(mapped, query.step, query.codes.data(), query.fine.data());
    const PlaneSums sums = sum_planes(mapped, query.step, query.codes.data(), query.fine.data());
    query.codes_sum = sums.codes_sum;
    query.sum = static_cast<float>(sums.sum);
    query.norm_squared = static_cast<float>(sums.norm_squared);
    query.error = rounded_up(std::sqrt(sums.error_squared) + kTiny);
    query.coarse_norm_squared = static_cast<float>(sums.coarse_norm_squared);
    query.coarse_error = rounded_up(std::sqrt(sums.coarse_error_squared) + kTiny);
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
    for (std::size_t i = 0; i < model_.dimension; ++i) {
        query.centered[i] = mapped[i] - model_.mean[i];
    }
    project(model_, kernels_, query.centered.data(), 1, query.projected.data(), query.scratch);
    quantize_head(query);
    measure_head(query);
}

void QueryEncoder::quantize_head(HeadQuery& query) const {
    const std::size_t components = model_.components;
    const std::size_t before = std::min(components, model_.layout.gap_at());
    const std::span<const float> values(query.projected.data(), components);
    query.codes.assign(model_.layout.places(), 0);
    const auto [low, high] = range_of(values.data(), components);
    query.step = std::max({-low, high, kScaleMin}) / 127;
    quantize_query(values.first(before), query.step, query.codes.data());
    quantize_query(values.subspan(before), query.step,
                   query.codes.data() + model_.layout.place_of(before));
    query.multiplier = -2 * model_.step * query.step;
    std::int32_t codes_sum = 0;
    for (const std::int8_t code : query.codes) {
        codes_sum += code;
    }
    const auto squared = static_cast<float>(
        kernels_.decide_dot(values.data(), values.data(), components).norm_squared);
    query.constant = squared - query.multiplier * model_.center() * static_cast<float>(codes_sum);
}

void QueryEncoder::measure_head(HeadQuery& query) const {
    const std::size_t components = model_.components;
    const HeadLayout layout = model_.layout;
    query.fine.assign(layout.places(), 0);
    const std::size_t before = std::min(components, layout.gap_at());
    const std::size_t after = layout.place_of(before);
    const std::span<const float> values(query.projected.data(), components);
    PlaneSums sums;
    const auto add_part = [&](std::span<const float> part, std::size_t place) {
        const std::int8_t* codes = query.codes.data() + place;
        quantize_rest(part, query.step, codes, query.fine.data() + place);
        const PlaneSums more = sum_planes(part, query.step, codes, query.fine.data() + place);
        sums.sum += more.sum;
        sums.norm_squared += more.norm_squared;
        sums.error_squared += more.error_squared;
        sums.codes_sum += more.codes_sum;
        sums.coarse_norm_squared += more.coarse_norm_squared;
        sums.coarse_error_squared += more.coarse_error_squared;
    };
    add_part(values.first(before), 0);
    add_part(values.subspan(before), after);

    const double centered_squared =
        kernels_.decide_dot(query.centered.data(), query.centered.data(), model_.dimension)
            .norm_squared;
    const double projected_squared =
        kernels_.decide_dot(values.data(), values.data(), components).norm_squared;
    const double projection = slack_ * std::sqrt(centered_squared) + kTiny;
    query.norm_squared = static_cast<float>(sums.norm_squared);
    query.codes_sum = static_cast<float>(sums.sum);
    query.error = rounded_up(std::sqrt(sums.error_squared) + projection);
    query.coarse_norm_squared = static_cast<float>(sums.coarse_norm_squared);
    query.coarse_codes_sum =
        static_cast<float>(double{query.step} * static_cast<double>(sums.codes_sum));
    query.coarse_error = rounded_up(std::sqrt(sums.coarse_error_squared) + projection);
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

void quantize(std::span<const float> values, float factor, float offset, std::uint8_t* codes) {
    // Casts truncate, and nothing here is below 0.
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            codes[i + lane] = static_cast<std::uint8_t>(
                static_cast<std::int32_t>(values[i + lane] * factor + offset));
        }
    }
    for (; i < values.size(); ++i) {
        codes[i] =
            static_cast<std::uint8_t>(static_cast<std::int32_t>(values[i] * factor + offset));
    }
}

void pack_nibbles(const std::uint8_t* codes, std::uint8_t* row, std::size_t lines) {
    for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t j = 0; j < 64; ++j) {
            row[line * 64 + j] = static_cast<std::uint8_t>(codes[line * 128 + j] |
                                                           (codes[line * 128 + 64 + j] << 4));
        }
    }
}

void quantize_query(std::span<const float> values, float step, std::int8_t* codes) {
    const float factor = 1 / step;
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            codes[i + lane] = static_cast<std::int8_t>(
                static_cast<std::int32_t>(values[i + lane] * factor + 128.5F) - 128);
        }
    }
    for (; i < values.size(); ++i) {
        codes[i] =
            static_cast<std::int8_t>(static_cast<std::int32_t>(values[i] * factor + 128.5F) - 128);
    }
}

void quantize_rest(std::span<const float> values, float step, const std::int8_t* codes,
                   std::int8_t* fine) {
    const float factor = 128 / step;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float rest = values[i] - step * static_cast<float>(codes[i]);
        fine[i] = static_cast<std::int8_t>(static_cast<std::int32_t>(rest * factor + 128.5F) - 128);
    }
}

PlaneSums sum_planes(std::span<const float> values, float step, const std::int8_t* codes,
                     const std::int8_t* fine) {
    PlaneSums sums;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double coarse = double{step} * codes[i];
        const double both = coarse + double{step} / 128 * fine[i];
        const double value = values[i];
        sums.sum += both;
        sums.norm_squared += both * both;
        sums.error_squared += (value - both) * (value - both);
        sums.codes_sum += codes[i];
        sums.coarse_norm_squared += coarse * coarse;
        sums.coarse_error_squared += (value - coarse) * (value - coarse);
    }
    return sums;
}

}  // namespace

}  // namespace sokkuri::index
