#include "image/resize.h"

#include "image/resize_graph.h"

#include <libyuv/planar_functions.h>
#include <zimg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>

namespace sokkuri::image {

namespace {

constexpr std::size_t kChannels = 3;
constexpr std::size_t kAlignment = 64;  // zimg wants rows and planes aligned to 32 bytes at least
constexpr double kBicubicRadius = 2;    // in pixels of the smaller picture
constexpr std::uint32_t kSideMax = 1U << 24;  // keeps zimg's own arithmetic far from overflow

using Buffer = std::unique_ptr<std::byte[], decltype(&std::free)>;

/// The part of a picture that a crop and the filter's reach around it touch, and the crop inside
/// it.
struct Window {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    Size size;
    Crop crop;
};

/// One resize under way: three planes of a few rows each on both sides, filled and emptied by
/// zimg's callbacks, so that the pixels stay in the cache between interleaved and planar.
struct Job {
    const Picture* source = nullptr;
    Window window;
    Picture* target = nullptr;
    zimg_image_buffer_const input{};
    zimg_image_buffer output{};
};

Result<void> validate(const Picture& picture, const Crop& crop, Size target);
Window window_of(Size picture, const Crop& crop, Size target);
Result<void> run(const zimg_filter_graph& graph, Job& job);
int unpack(void* user, unsigned row, unsigned left, unsigned right);
int pack(void* user, unsigned row, unsigned left, unsigned right);

}  // namespace

Crop whole(Size size) {
    return {.width = static_cast<double>(size.width), .height = static_cast<double>(size.height)};
}

Result<Picture> resize(const Picture& picture, const Crop& crop, Size target) {
    TRY(validate(picture, crop, target));
    if (target == picture.size && crop.left == 0 && crop.top == 0 && crop.width == target.width &&
        crop.height == target.height) {
        return picture;
    }
    Picture resized{.size = target, .rgb = {}};
    resized.rgb.resize(kChannels * target.width * target.height);
    Job job{
        .source = &picture, .window = window_of(picture.size, crop, target), .target = &resized};
    const ResizeGraph graph =
        TRY(resize_graph({.window = job.window.size, .crop = job.window.crop, .target = target}));
    TRY(run(*graph, job));
    return resized;
}

namespace {

Result<void> validate(const Picture& picture, const Crop& crop, Size target) {
    const auto [width, height] = picture.size;
    if (picture.rgb.size() != kChannels * width * height) {
        return fail(ErrorCode::kInvalidArgument, "a picture of {}x{} pixels with {} bytes", width,
                    height, picture.rgb.size());
    }
    // Written so that a NaN fails too.
    const bool is_inside = crop.left >= 0 && crop.top >= 0 && crop.width > 0 && crop.height > 0 &&
                           crop.left + crop.width <= width && crop.top + crop.height <= height;
    if (!is_inside) {
        return fail(ErrorCode::kInvalidArgument,
                    "crop {}x{}+{}+{} is empty or leaves the picture, {}x{}", crop.width,
                    crop.height, crop.left, crop.top, width, height);
    }
    if (target.width == 0 || target.height == 0 ||
        std::max(target.width, target.height) > kSideMax || std::max(width, height) > kSideMax) {
        return fail(ErrorCode::kInvalidArgument, "cannot resize {}x{} to {}x{} pixels", width,
                    height, target.width, target.height);
    }
    return {};
}

/// Exactly the rows and columns that zimg's filter reads, by zimg's own arithmetic
/// (resize/filter.cpp, compute_filter). Not one more: where the filter leaves out first columns or
/// rows, the SIMD paths of zimg 3.0.4 count some pixels twice.
Window window_of(Size picture, const Crop& crop, Size target) {
    struct Range {
        std::uint32_t first;
        std::uint32_t count;
    };
    const auto reach = [](double start, double length, std::uint32_t side,
                          std::uint32_t target_side) {
        const double step = length / target_side;
        const double taps = 2 * std::ceil(kBicubicRadius * std::max(1.0, step));
        const auto first_tap = [&](double center) { return std::floor(center - taps / 2 + 0.5); };
        const double first = std::clamp(first_tap(start + step / 2), 0.0, side - 1.0);
        const double end = first_tap(start + length - step / 2) + taps;
        return Range{.first = static_cast<std::uint32_t>(first),
                     .count = static_cast<std::uint32_t>(
                         std::clamp(end, first + 1, static_cast<double>(side)) - first)};
    };
    const Range x = reach(crop.left, crop.width, picture.width, target.width);
    const Range y = reach(crop.top, crop.height, picture.height, target.height);
    return {.left = x.first,
            .top = y.first,
            .size = {.width = x.count, .height = y.count},
            .crop = {.left = crop.left - x.first,
                     .top = crop.top - y.first,
                     .width = crop.width,
                     .height = crop.height}};
}

std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

Buffer allocate(std::size_t bytes) {
    void* memory = std::aligned_alloc(kAlignment, aligned(std::max<std::size_t>(bytes, 1)));
    if (memory == nullptr) throw std::bad_alloc();
    return {static_cast<std::byte*>(memory), &std::free};
}

/// Rows that a ring of `mask` + 1 rows holds; ZIMG_BUFFER_MAX asks for all of them.
std::size_t ring_rows(unsigned mask, std::uint32_t height) {
    return mask == ZIMG_BUFFER_MAX ? height : std::size_t{mask} + 1;
}

Result<void> run(const zimg_filter_graph& graph, Job& job) {
    unsigned input_rows = 0;
    unsigned output_rows = 0;
    std::size_t scratch_bytes = 0;
    if (zimg_filter_graph_get_input_buffering(&graph, &input_rows) != ZIMG_ERROR_SUCCESS ||
        zimg_filter_graph_get_output_buffering(&graph, &output_rows) != ZIMG_ERROR_SUCCESS ||
        zimg_filter_graph_get_tmp_size(&graph, &scratch_bytes) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    const unsigned input_mask = zimg_select_buffer_mask(input_rows);
    const unsigned output_mask = zimg_select_buffer_mask(output_rows);
    const std::size_t input_stride = aligned(job.window.size.width);
    const std::size_t output_stride = aligned(job.target->size.width);
    const std::size_t input_plane = input_stride * ring_rows(input_mask, job.window.size.height);
    const std::size_t output_plane =
        output_stride * ring_rows(output_mask, job.target->size.height);
    const Buffer input = allocate(kChannels * input_plane);
    const Buffer output = allocate(kChannels * output_plane);
    const Buffer scratch = allocate(scratch_bytes);
    job.input.version = ZIMG_API_VERSION;
    job.output.version = ZIMG_API_VERSION;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
        job.input.plane[channel] = {.data = input.get() + channel * input_plane,
                                    .stride = static_cast<std::ptrdiff_t>(input_stride),
                                    .mask = input_mask};
        job.output.plane[channel] = {.data = output.get() + channel * output_plane,
                                     .stride = static_cast<std::ptrdiff_t>(output_stride),
                                     .mask = output_mask};
    }
    if (zimg_filter_graph_process(&graph, &job.input, &job.output, scratch.get(), &unpack, &job,
                                  &pack, &job) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    return {};
}

/// Fills one row of the input ring with columns `left` … `right` of the window.
int unpack(void* user, unsigned row, unsigned left, unsigned right) {
    const Job& job = *static_cast<const Job*>(user);
    const std::size_t pixel =
        std::size_t{job.window.top + row} * job.source->size.width + job.window.left;
    const std::uint8_t* rgb = job.source->rgb.data() + kChannels * pixel;
    std::array<std::uint8_t*, kChannels> planes;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
        const auto& plane = job.input.plane[channel];
        // zimg declares its input const for its own sake; the memory is ours.
        auto* data = static_cast<std::uint8_t*>(const_cast<void*>(plane.data));
        planes[channel] = data + static_cast<std::ptrdiff_t>(row & plane.mask) * plane.stride;
    }
    libyuv::SplitRGBPlane(rgb + kChannels * left, 0, planes[0] + left, 0, planes[1] + left, 0,
                          planes[2] + left, 0, static_cast<int>(right - left), 1);
    return 0;
}

/// Empties one row of the output ring into the target.
int pack(void* user, unsigned row, unsigned left, unsigned right) {
    const Job& job = *static_cast<const Job*>(user);
    std::uint8_t* rgb = job.target->rgb.data() + kChannels * row * job.target->size.width;
    std::array<const std::uint8_t*, kChannels> planes;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
        const auto& plane = job.output.plane[channel];
        planes[channel] = static_cast<const std::uint8_t*>(plane.data) +
                          static_cast<std::ptrdiff_t>(row & plane.mask) * plane.stride;
    }
    libyuv::MergeRGBPlane(planes[0] + left, 0, planes[1] + left, 0, planes[2] + left, 0,
                          rgb + kChannels * left, 0, static_cast<int>(right - left), 1);
    return 0;
}

}  // namespace

}  // namespace sokkuri::image
