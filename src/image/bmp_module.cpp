// BMP by gdk-pixbuf's loader behind the seam of decoder_module.h, inside libsokkuri_bmp.so. libvips
// reads BMP only through ImageMagick, which we block.
#include "image/bounds.h"
#include "image/decoder_module.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

namespace sokkuri::image {

namespace {

constexpr std::size_t kRgbBytes = 3;
constexpr std::size_t kRgbaBytes = 4;
constexpr std::size_t kChunkBytes = 1 << 20;  // between two looks at the clock

using Loader = std::unique_ptr<GdkPixbufLoader, decltype(&g_object_unref)>;

/// Header and pixels of a BMP file, without what lies between them.
struct Parts {
    std::array<std::byte, 66> header{};  // file header, BITMAPINFOHEADER, three masks
    std::size_t header_bytes = 0;
    std::span<const std::byte> pixels;
};

Result<Decoded> decode_bmp(const DecoderCall& call);
Result<void> feed(GdkPixbufLoader* loader, std::span<const std::byte> bytes,
                  const Deadline& deadline);
Parts parts_of(std::span<const std::byte> file);
Result<Picture> over_white(const GdkPixbuf* pixels);

}  // namespace

extern "C" __attribute__((visibility("default"))) void sokkuri_decode_picture(
    const DecoderCall& call, Result<Decoded>& result) {
    result = decode_bmp(call);
}

static_assert(std::is_same_v<decltype(&sokkuri_decode_picture), DecoderFunction>);

namespace {

void add_rows(GdkPixbufLoader*, int, int, int, int height, std::int64_t* rows) {
    *rows += height;
}

Result<Decoded> decode_bmp(const DecoderCall& call) {
    const Deadline deadline(call.options.limits);
    GError* refusal = nullptr;
    const Loader loader(gdk_pixbuf_loader_new_with_type("bmp", &refusal), &g_object_unref);
    if (loader == nullptr) {
        const std::unique_ptr<GError, decltype(&g_error_free)> error(refusal, &g_error_free);
        return fail(ErrorCode::kUnavailable, "gdk-pixbuf: {}", error->message);
    }
    std::int64_t rows = 0;
    g_signal_connect(loader.get(), "area-updated", G_CALLBACK(add_rows), &rows);
    const Parts parts = parts_of(call.file);
    Result<void> fed =
        feed(loader.get(), std::span(parts.header).first(parts.header_bytes), deadline);
    if (fed) fed = feed(loader.get(), parts.pixels, deadline);
    // A loader must be closed in any case. What it says about missing rows is told better below.
    gdk_pixbuf_loader_close(loader.get(), nullptr);
    if (!fed) return tl::unexpected(fed.error());
    const GdkPixbuf* pixels = gdk_pixbuf_loader_get_pixbuf(loader.get());
    if (pixels == nullptr) return fail(ErrorCode::kCorruption, "the file ends inside its header");
    if (rows < gdk_pixbuf_get_height(pixels)) {
        return fail(ErrorCode::kCorruption,
                    "the file ends before the picture does, at row {} of {}", rows,
                    gdk_pixbuf_get_height(pixels));
    }
    Picture picture = TRY(over_white(pixels));
    const Size size = picture.size;
    return Decoded{.picture = std::move(picture), .original = size, .format = Format::kBmp};
}

Result<void> feed(GdkPixbufLoader* loader, std::span<const std::byte> bytes,
                  const Deadline& deadline) {
    while (!bytes.empty()) {
        if (deadline.has_passed()) return tl::unexpected(deadline.error());
        const std::span<const std::byte> chunk = bytes.first(std::min(bytes.size(), kChunkBytes));
        GError* refusal = nullptr;
        if (gdk_pixbuf_loader_write(loader, reinterpret_cast<const guchar*>(chunk.data()),
                                    chunk.size(), &refusal) == FALSE) {
            const std::unique_ptr<GError, decltype(&g_error_free)> error(refusal, &g_error_free);
            return fail(ErrorCode::kCorruption, "{}", error->message);
        }
        bytes = bytes.subspan(chunk.size());
    }
    return {};
}

/// gdk-pixbuf 2.42 takes a palette between color masks and pixels (bmpsuite's rgb16-565pal) for
/// pixels. Such a palette is only a hint for displays of 256 colors, so it is left out and the
/// offset of the pixels set right.
Parts parts_of(std::span<const std::byte> file) {
    constexpr std::size_t kPixelsAt = 10;
    constexpr std::size_t kHeaderSizeAt = 14;
    constexpr std::size_t kCompressionAt = 30;
    constexpr std::uint32_t kInfoHeaderBytes = 40;
    constexpr std::uint32_t kBitfields = 3;
    Parts parts{.pixels = file};
    if (file.size() <= parts.header.size()) return parts;
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, &file[at], sizeof(value));
        return GUINT32_FROM_LE(value);
    };
    const std::uint32_t pixels_at = number(kPixelsAt);
    if (number(kHeaderSizeAt) != kInfoHeaderBytes || number(kCompressionAt) != kBitfields ||
        pixels_at <= parts.header.size() || pixels_at > file.size()) {
        return parts;
    }
    std::ranges::copy(file.first(parts.header.size()), parts.header.begin());
    const std::uint32_t new_pixels_at =
        GUINT32_TO_LE(static_cast<std::uint32_t>(parts.header.size()));
    std::memcpy(&parts.header[kPixelsAt], &new_pixels_at, sizeof(new_pixels_at));
    parts.header_bytes = parts.header.size();
    parts.pixels = file.subspan(pixels_at);
    return parts;
}

Result<Picture> over_white(const GdkPixbuf* pixels) {
    const auto channels = static_cast<std::size_t>(gdk_pixbuf_get_n_channels(pixels));
    if (gdk_pixbuf_get_bits_per_sample(pixels) != 8 ||
        (channels != kRgbBytes && channels != kRgbaBytes)) {
        return fail(ErrorCode::kInternal, "gdk-pixbuf gave {} channels", channels);
    }
    const auto width = static_cast<std::size_t>(gdk_pixbuf_get_width(pixels));
    const auto height = static_cast<std::size_t>(gdk_pixbuf_get_height(pixels));
    const auto stride = static_cast<std::size_t>(gdk_pixbuf_get_rowstride(pixels));
    const guchar* bytes = gdk_pixbuf_read_pixels(pixels);
    Picture picture{.size = {.width = static_cast<std::uint32_t>(width),
                             .height = static_cast<std::uint32_t>(height)},
                    .rgb = std::vector<std::uint8_t>(kRgbBytes * width * height)};
    std::uint8_t* to = picture.rgb.data();
    for (std::size_t y = 0; y < height; ++y) {
        const guchar* from = bytes + y * stride;
        for (std::size_t x = 0; x < width; ++x, from += channels, to += kRgbBytes) {
            const unsigned alpha = channels == kRgbaBytes ? from[3] : 255U;
            for (std::size_t channel = 0; channel < kRgbBytes; ++channel) {
                to[channel] = static_cast<std::uint8_t>(
                    (from[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
            }
        }
    }
    return picture;
}

}  // namespace

}  // namespace sokkuri::image
