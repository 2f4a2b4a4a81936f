// BMP by gdk-pixbuf's loader behind the seam of decoder_module.h, inside libsokkuri_bmp.so. libvips
// reads BMP only through ImageMagick, which we block.
#include "image/bounds.h"
#include "image/decoder_module.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace sokkuri::image {

namespace {

constexpr std::size_t kRgbBytes = 3;
constexpr std::size_t kRgbaBytes = 4;
constexpr std::size_t kChunkBytes = 1 << 20;  // between two looks at the clock

constexpr std::size_t kPixelsAt = 10;
constexpr std::uint32_t kInfoHeaderBytes = 40;
constexpr std::size_t kInfoHeaderEnd = 14 + kInfoHeaderBytes;
constexpr std::uint32_t kBitfields = 3;

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
Result<void> check_length(std::span<const std::byte> file);
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
    TRY(check_length(call.file));
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

/// The numbers of BITMAPINFOHEADER that matter here; its successors begin alike.
struct InfoHeader {
    std::uint32_t pixels_at = 0;
    std::uint32_t header_bytes = 0;
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::uint16_t bits = 0;
    std::uint32_t compression = 0;
};

template <typename Number>
Number number_at(std::span<const std::byte> file, std::size_t at) {
    Number value = 0;
    for (std::size_t i = sizeof(Number); i > 0; --i) {
        value = static_cast<Number>(value << 8 | std::to_integer<Number>(file[at + i - 1]));
    }
    return value;
}

/// `file` holds at least kInfoHeaderEnd bytes.
InfoHeader info_header(std::span<const std::byte> file) {
    const auto side = [&](std::size_t at) {
        const auto value = static_cast<std::int32_t>(number_at<std::uint32_t>(file, at));
        return static_cast<std::uint64_t>(
            std::abs(std::int64_t{value}));  // negative: top row first
    };
    return {.pixels_at = number_at<std::uint32_t>(file, 10),
            .header_bytes = number_at<std::uint32_t>(file, 14),
            .width = side(18),
            .height = side(22),
            .bits = number_at<std::uint16_t>(file, 28),
            .compression = number_at<std::uint32_t>(file, 30)};
}

/// Rows as they are need a known number of bytes. Checked before gdk-pixbuf reserves memory for a
/// size that the file cannot hold; run lengths (compression 1 and 2) have no such bound.
Result<void> check_length(std::span<const std::byte> file) {
    if (file.size() < kInfoHeaderEnd) return {};
    const InfoHeader header = info_header(file);
    const bool has_plain_rows = header.compression == 0 || header.compression == kBitfields;
    if (header.header_bytes < kInfoHeaderBytes || !has_plain_rows) return {};
    const std::uint64_t row_bytes = (header.width * header.bits + 31) / 32 * 4;
    if (row_bytes * header.height <= file.size()) return {};
    return fail(ErrorCode::kCorruption, "{} rows of {} bytes cannot be in a file of {}",
                header.height, row_bytes, file.size());
}

/// gdk-pixbuf 2.42 takes a palette between color masks and pixels (bmpsuite's rgb16-565pal) for
/// pixels. Such a palette is only a hint for displays of 256 colors, so it is left out and the
/// offset of the pixels set right.
Parts parts_of(std::span<const std::byte> file) {
    Parts parts{.pixels = file};
    if (file.size() <= parts.header.size()) return parts;
    const InfoHeader header = info_header(file);
    if (header.header_bytes != kInfoHeaderBytes || header.compression != kBitfields ||
        header.pixels_at <= parts.header.size() || header.pixels_at > file.size()) {
        return parts;
    }
    std::ranges::copy(file.first(parts.header.size()), parts.header.begin());
    parts.header[kPixelsAt] = static_cast<std::byte>(parts.header.size());
    for (std::size_t i = 1; i < 4; ++i)
        parts.header[kPixelsAt + i] = std::byte{0};
    parts.header_bytes = parts.header.size();
    parts.pixels = file.subspan(header.pixels_at);
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
