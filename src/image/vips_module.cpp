// libvips behind the seam of decoder_module.h: PNG, WebP, GIF (first frame), TIFF, HEIF and AVIF.
// Runs inside libsokkuri_vips.so, so that the program maps libvips' hundred libraries only when a
// picture needs them.
#include "image/bounds.h"
#include "image/decoder_module.h"

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

struct Watch {
    const Deadline* deadline;
    bool has_killed = false;
};

Result<void> start_vips();
Result<Decoded> decode_by_vips(const DecoderCall& call);
Result<Image> open(const DecoderCall& call);
Result<Size> check_header(const DecoderCall& call, VipsImage* image);
Result<Image> as_upright_rgb(Image image);
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
    Image stored = TRY(open(call));
    const Size original = TRY(check_header(call, stored.get()));
    const Image upright = TRY(as_upright_rgb(std::move(stored)));
    Picture picture = TRY(pixels_of(upright.get(), deadline));
    return Decoded{.picture = std::move(picture), .original = original, .format = call.format};
}

/// The last warning that libvips logged on this thread: where it fails without an error text, this
/// is the reason.
thread_local std::string last_warning;

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
    return fail(code, "{}", reason.empty() ? "libvips gives no reason" : reason);
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
    const Size stored = TRY(checked_size(width, height, limits));
    // The loader may hold the whole picture as stored (interlaced, or a format that decodes in one
    // piece) beside ours.
    TRY(check_memory(width * height * (VIPS_IMAGE_SIZEOF_PEL(image) + kRgbBands), limits));
    const bool is_turned = vips_image_get_orientation_swap(image) != 0;
    return is_turned ? Size{.width = stored.height, .height = stored.width} : stored;
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

Result<Image> as_upright_rgb(Image image) {
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
    if (vips_image_get_orientation(image.get()) <= 1) return image;
    // Turning reads out of order, so the pixels of a turned picture are kept in memory first.
    Image memory(vips_image_copy_memory(image.get()), &g_object_unref);
    if (memory == nullptr) return vips_failure(ErrorCode::kCorruption);
    TRY(apply(memory, vips_autorot));
    return memory;
}

void on_progress(VipsImage* image, VipsProgress*, Watch* watch) {
    if (!watch->deadline->has_passed()) return;
    watch->has_killed = true;
    vips_image_set_kill(image, TRUE);
}

Result<Picture> pixels_of(VipsImage* image, const Deadline& deadline) {
    if (vips_image_get_bands(image) != kRgbBands) {
        return fail(ErrorCode::kUnsupported, "{} color bands", vips_image_get_bands(image));
    }
    Watch watch{.deadline = &deadline};
    vips_image_set_progress(image, TRUE);
    g_signal_connect(image, "eval", G_CALLBACK(on_progress), &watch);
    std::size_t size_bytes = 0;
    const std::unique_ptr<void, decltype(&g_free)> memory(
        vips_image_write_to_memory(image, &size_bytes), &g_free);
    if (watch.has_killed) {
        vips_error_clear();
        return tl::unexpected(deadline.error());
    }
    if (memory == nullptr) return vips_failure(ErrorCode::kCorruption);
    const auto* first = static_cast<const std::uint8_t*>(memory.get());
    return Picture{.size = {.width = static_cast<std::uint32_t>(vips_image_get_width(image)),
                            .height = static_cast<std::uint32_t>(vips_image_get_height(image))},
                   .rgb = std::vector<std::uint8_t>(first, first + size_bytes)};
}

}  // namespace

}  // namespace sokkuri::image
