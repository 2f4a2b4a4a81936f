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

using Buffer = std::unique_ptr<std::uint8_t[], decltype(&std::free)>;

/// The part of a picture that a crop and the filter's reach around it touch, and the crop inside
/// it.
struct Window {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    Size size;
    Crop crop;
    Size target;  // that the crop gets
};

/// Three planes of 8-bit pixels, or a ring of the last of their rows.
struct Planes {
    Buffer memory{nullptr, &std::free};
    std::size_t plane_bytes = 0;
    std::size_t row_bytes = 0;
    unsigned mask = ZIMG_BUFFER_MAX;  // row r of the picture is row r & mask of the ring

    std::uint8_t* row(std::size_t channel, unsigned row) const {
        return memory.get() + channel * plane_bytes + (row & mask) * row_bytes;
    }
};

/// The first pass under way: zimg's callback fills the ring from interleaved pixels, so that they
/// stay in the cache in between.
struct Unpacking {
    const Picture* picture = nullptr;
    Window window;
    Planes ring;
};

/// The second pass under way: zimg's callback empties the ring into interleaved pixels.
struct Packing {
    Picture* picture = nullptr;
    Planes ring;
};

struct Callbacks {
    zimg_filter_graph_callback unpack = nullptr;
    Unpacking* unpacking = nullptr;
    zimg_filter_graph_callback pack = nullptr;
    Packing* packing = nullptr;
};

Result<void> validate(const Picture& picture, const Crop& crop, Size target);
Window window_of(Size picture, const Crop& crop, Size target);
Planes planes_of(Size size, unsigned rows);
Buffer allocate(std::size_t bytes);
Result<void> resize_across(const Picture& picture, const Window& window, const Planes& between);
Result<void> resize_down(const Planes& between, const Window& window, Picture& resized);
Result<void> run(const zimg_filter_graph& graph, const Planes& from, const Planes& to,
                 const Callbacks& callbacks);
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
    const Window window = window_of(picture.size, crop, target);
    // PIL's order, and rounded to 8 bits in between as PIL does.
    const Planes between =
        planes_of({.width = target.width, .height = window.size.height}, ZIMG_BUFFER_MAX);
    TRY(resize_across(picture, window, between));
    TRY(resize_down(between, window, resized));
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
                     .height = crop.height},
            .target = target};
}

std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// Room for `rows` rows at a time, or for all of them with ZIMG_BUFFER_MAX.
Planes planes_of(Size size, unsigned rows) {
    Planes planes{.row_bytes = aligned(size.width), .mask = zimg_select_buffer_mask(rows)};
    const bool is_ring = planes.mask != ZIMG_BUFFER_MAX;
    planes.plane_bytes = planes.row_bytes * (is_ring ? std::size_t{planes.mask} + 1 : size.height);
    planes.memory = allocate(kChannels * planes.plane_bytes);
    return planes;
}

Buffer allocate(std::size_t bytes) {
    void* memory = std::aligned_alloc(kAlignment, aligned(std::max<std::size_t>(bytes, 1)));
    if (memory == nullptr) throw std::bad_alloc();
    return {static_cast<std::uint8_t*>(memory), &std::free};
}

Result<void> resize_across(const Picture& picture, const Window& window, const Planes& between) {
    const ResizeGraph graph =
        TRY(resize_graph({.window = window.size,
                          .crop = {.left = window.crop.left,
                                   .width = window.crop.width,
                                   .height = static_cast<double>(window.size.height)},
                          .target = {.width = window.target.width, .height = window.size.height}}));
    unsigned rows = 0;
    if (zimg_filter_graph_get_input_buffering(graph.get(), &rows) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    Unpacking unpacking{
        .picture = &picture, .window = window, .ring = planes_of(window.size, rows)};
    return run(*graph, unpacking.ring, between, {.unpack = &unpack, .unpacking = &unpacking});
}

Result<void> resize_down(const Planes& between, const Window& window, Picture& resized) {
    const ResizeGraph graph =
        TRY(resize_graph({.window = {.width = window.target.width, .height = window.size.height},
                          .crop = {.top = window.crop.top,
                                   .width = static_cast<double>(window.target.width),
                                   .height = window.crop.height},
                          .target = window.target}));
    unsigned rows = 0;
    if (zimg_filter_graph_get_output_buffering(graph.get(), &rows) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    Packing packing{.picture = &resized, .ring = planes_of(window.target, rows)};
    return run(*graph, between, packing.ring, {.pack = &pack, .packing = &packing});
}

Result<void> run(const zimg_filter_graph& graph, const Planes& from, const Planes& to,
                 const Callbacks& callbacks) {
    std::size_t scratch_bytes = 0;
    if (zimg_filter_graph_get_tmp_size(&graph, &scratch_bytes) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    const Buffer scratch = allocate(scratch_bytes);
    zimg_image_buffer_const input{.version = ZIMG_API_VERSION, .plane = {}};
    zimg_image_buffer output{.version = ZIMG_API_VERSION, .plane = {}};
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
        input.plane[channel] = {.data = from.row(channel, 0),
                                .stride = static_cast<std::ptrdiff_t>(from.row_bytes),
                                .mask = from.mask};
        output.plane[channel] = {.data = to.row(channel, 0),
                                 .stride = static_cast<std::ptrdiff_t>(to.row_bytes),
                                 .mask = to.mask};
    }
    if (zimg_filter_graph_process(&graph, &input, &output, scratch.get(), callbacks.unpack,
                                  callbacks.unpacking, callbacks.pack,
                                  callbacks.packing) != ZIMG_ERROR_SUCCESS) {
        return zimg_failure();
    }
    return {};
}

/// Fills columns `left` … `right` of one row of the ring from the picture.
int unpack(void* user, unsigned row, unsigned left, unsigned right) {
    const auto& [picture, window, ring] = *static_cast<const Unpacking*>(user);
    const std::size_t pixel =
        std::size_t{window.top + row} * picture->size.width + window.left + left;
    libyuv::SplitRGBPlane(picture->rgb.data() + kChannels * pixel, 0, ring.row(0, row) + left, 0,
                          ring.row(1, row) + left, 0, ring.row(2, row) + left, 0,
                          static_cast<int>(right - left), 1);
    return 0;
}

/// Empties columns `left` … `right` of one row of the ring into the picture.
int pack(void* user, unsigned row, unsigned left, unsigned right) {
    const auto& [picture, ring] = *static_cast<const Packing*>(user);
    const std::size_t pixel = std::size_t{row} * picture->size.width + left;
    libyuv::MergeRGBPlane(ring.row(0, row) + left, 0, ring.row(1, row) + left, 0,
                          ring.row(2, row) + left, 0, picture->rgb.data() + kChannels * pixel, 0,
                          static_cast<int>(right - left), 1);
    return 0;
}

}  // namespace

}  // namespace sokkuri::image
