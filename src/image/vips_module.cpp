// libvips behind the seam of decoder_module.h: PNG, WebP, GIF (first frame), TIFF, HEIF and AVIF.
// Runs inside libsokkuri_vips.so, so that the program maps libvips' hundred libraries only when a
// picture needs them.
#include "image/bounds.h"
#include "image/decoder_module.h"
#include "image/orientation.h"
#include "image/png_chunks.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace sokkuri::image {

namespace {

constexpr int kRgbBands = 3;
constexpr double kWhite = 255;

using Image = std::unique_ptr<VipsImage, decltype(&g_object_unref)>;

/// The last warning that libvips logged on this thread: where it fails without an error text, this
/// is the reason.
thread_local std::string last_warning;

/// libvips keeps buffers for each thread that calls it, and must be told when such a thread ends.
struct ThreadEnd {
    ~ThreadEnd() { vips_thread_shutdown(); }
};

Result<void> start_vips();
Result<Decoded> decode_by_vips(const DecoderCall& call);
Result<Image> open(const DecoderCall& call);
Result<Size> check_header(const DecoderCall& call, VipsImage* image);
Result<Image> as_rgb(Image image);
Result<Picture> pixels_of(VipsImage* image, const Deadline& deadline);

}  // namespace

extern "C" __attribute__((visibility("default"))) void sokkuri_decode_picture(
    const DecoderCall& call, Result<Decoded>& result) {
    result = decode_by_vips(call);
}

static_assert(std::is_same_v<decltype(&sokkuri_decode_picture), DecoderFunction>);

namespace {

Result<Decoded> decode_by_vips(const DecoderCall& call) {
    const Deadline deadline(call.options.limits);
    static const Result<void> started = start_vips();
    if (!started) return tl::unexpected(started.error());
    thread_local const ThreadEnd at_thread_end;
    static_cast<void>(at_thread_end);
    last_warning.clear();
    std::vector<std::byte> essentials;  // outlives the image that reads it
    DecoderCall essential_call = call;
    if (call.format == Format::kPng) {
        essentials = essential_png(call.file);
        essential_call.file = essentials;
    }
    Image stored = TRY(open(essential_call));
    const int orientation = vips_image_get_orientation(stored.get());
    const Size size = TRY(check_header(call, stored.get()));
    const Image rgb = TRY(as_rgb(std::move(stored)));
    Picture picture = TRY(pixels_of(rgb.get(), deadline));
    return Decoded{.picture = turned_upright(std::move(picture), orientation),
                   .original = upright_size(size, orientation),
                   .format = call.format};
}

void keep_warning(const char*, GLogLevelFlags, const char* text, void*) {
    last_warning = text;
}

/// vips' error buffer is one for the whole process: another thread's text may be mixed in, which is
/// why the context names the format and never relies on it.
tl::unexpected<Error> vips_failure(ErrorCode code) {
    const std::unique_ptr<char, decltype(&g_free)> text(vips_error_buffer_copy(), &g_free);
    std::string reason(text.get());
    while (!reason.empty() && reason.back() == '\n')
        reason.pop_back();
    std::ranges::replace(reason, '\n', ';');
    vips_error_clear();
    if (reason.empty()) reason = std::exchange(last_warning, {});
    return fail(code, "{}",
                reason.empty() ? "the file is broken; libvips does not say where" : reason);
}

Result<void> start_vips() {
    if (VIPS_INIT("sokkuri") != 0) return vips_failure(ErrorCode::kUnavailable);
    g_log_set_handler("VIPS",
                      static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE |
                                                  G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
                      &keep_warning, nullptr);
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);  // the caller's threads decode side by side
    vips_cache_set_max(0);    // no picture is decoded twice
    vips_cache_set_max_mem(0);
    return {};
}

/// Reads the header only; pixels come when asked for.
Result<Image> open(const DecoderCall& call) {
    void* bytes = const_cast<std::byte*>(call.file.data());  // vips only reads
    const std::size_t size = call.file.size();
    VipsImage* image = nullptr;
    const auto load = [&](auto loader) {
        return loader(bytes, size, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                      VIPS_FAIL_ON_ERROR, nullptr);
    };
    int failed = -1;
    switch (call.format) {
        case Format::kPng:
            failed = load(vips_pngload_buffer);
            break;
        case Format::kWebp:
            failed = load(vips_webpload_buffer);
            break;
        case Format::kGif:
            failed = load(vips_gifload_buffer);
            break;
        case Format::kTiff:
            failed = load(vips_tiffload_buffer);
            break;
        case Format::kHeif:
        case Format::kAvif:
            failed = load(vips_heifload_buffer);
            break;
        default:
            return fail(ErrorCode::kInternal, "libvips was asked for {}", name_of(call.format));
    }
    if (failed != 0) return vips_failure(ErrorCode::kCorruption);
    return Image(image, &g_object_unref);
}

Result<Size> check_header(const DecoderCall& call, VipsImage* image) {
    const DecodeLimits& limits = call.options.limits;
    const auto width = static_cast<std::uint64_t>(std::max(0, vips_image_get_width(image)));
    const auto height = static_cast<std::uint64_t>(std::max(0, vips_image_get_height(image)));
    const Size size = TRY(checked_size(width, height, limits));
    // The loader may hold the whole picture as stored (interlaced, or a format that decodes in one
    // piece) beside ours.
    TRY(check_memory(width * height * (VIPS_IMAGE_SIZEOF_PEL(image) + kRgbBands), limits));
    return size;
}

/// Puts what `operation` makes of `image` in its place.
template <typename Operation, typename... Arguments>
Result<void> apply(Image& image, Operation operation, Arguments... arguments) {
    VipsImage* next = nullptr;
    if (operation(image.get(), &next, arguments..., nullptr) != 0) {
        return vips_failure(ErrorCode::kCorruption);
    }
    image.reset(next);
    return {};
}

/// Alpha goes over white.
Result<void> flatten(Image& image) {
    const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> white(
        vips_array_double_newv(1, kWhite),
        [](VipsArrayDouble* array) { vips_area_unref(VIPS_AREA(array)); });
    return apply(image, vips_flatten, "background", white.get());
}

Result<Image> as_rgb(Image image) {
    // Ink needs a profile, its own or a usual one; RGB profiles are ignored, as they are for JPEG.
    if (vips_image_get_interpretation(image.get()) == VIPS_INTERPRETATION_CMYK) {
        TRY(apply(image, vips_icc_transform, "srgb", "embedded", TRUE, "input_profile", "cmyk"));
    }
    TRY(apply(image, vips_colourspace, VIPS_INTERPRETATION_sRGB));
    if (vips_image_hasalpha(image.get()) != 0) TRY(flatten(image));
    if (vips_image_get_bands(image.get()) > kRgbBands) {
        TRY(apply(image, vips_extract_band, 0, "n", kRgbBands));
    }
    TRY(apply(image, vips_cast, VIPS_FORMAT_UCHAR));
    return image;
}

/// Strip by strip on this thread, straight into the picture: no worker threads, no second copy, a
/// look at the clock between.
Result<Picture> pixels_of(VipsImage* image, const Deadline& deadline) {
    constexpr int kStripRows = 64;
    const int width = vips_image_get_width(image);
    const int height = vips_image_get_height(image);
    if (vips_image_get_bands(image) != kRgbBands) {
        return fail(ErrorCode::kUnsupported, "{} color bands", vips_image_get_bands(image));
    }
    Picture picture{.size = {.width = static_cast<std::uint32_t>(width),
                             .height = static_cast<std::uint32_t>(height)},
                    .rgb = {}};
    const std::size_t row_bytes = static_cast<std::size_t>(width) * kRgbBands;
    picture.rgb.reserve(row_bytes * static_cast<std::size_t>(height));
    const std::unique_ptr<VipsRegion, decltype(&g_object_unref)> region(vips_region_new(image),
                                                                        &g_object_unref);
    for (int top = 0; top < height; top += kStripRows) {
        if (deadline.has_passed()) return tl::unexpected(deadline.error());
        const VipsRect strip{
            .left = 0, .top = top, .width = width, .height = std::min(kStripRows, height - top)};
        if (vips_region_prepare(region.get(), &strip) != 0)
            return vips_failure(ErrorCode::kCorruption);
        for (int row = top; row < top + strip.height; ++row) {
            const VipsPel* first = VIPS_REGION_ADDR(region.get(), 0, row);
            picture.rgb.insert(picture.rgb.end(), first, first + row_bytes);
        }
    }
    return picture;
}

}  // namespace

}  // namespace sokkuri::image
