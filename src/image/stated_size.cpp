#include "image/stated_size.h"

#include <cstdlib>

namespace sokkuri::image {

namespace {

enum class ByteOrder { kLittle, kBig };

std::optional<StatedSize> png_size(std::span<const std::byte> file);
std::optional<StatedSize> bmp_size(std::span<const std::byte> file);
std::uint32_t number(std::span<const std::byte> bytes, ByteOrder order);

}  // namespace

std::optional<StatedSize> stated_size(std::span<const std::byte> file, Format format) {
    if (format == Format::kPng) return png_size(file);
    if (format == Format::kBmp) return bmp_size(file);
    return std::nullopt;
}

namespace {

/// PNG (third edition) §11.2.1: after the signature comes IHDR: length, name, width, height, all
/// big-endian.
std::optional<StatedSize> png_size(std::span<const std::byte> file) {
    constexpr std::size_t kNameAt = 12;
    constexpr std::size_t kWidthAt = 16;
    constexpr std::size_t kHeightAt = 20;
    constexpr std::uint32_t kHeaderName = 0x49484452;  // "IHDR"
    if (file.size() < kHeightAt + 4) return std::nullopt;
    if (number(file.subspan(kNameAt, 4), ByteOrder::kBig) != kHeaderName) return std::nullopt;
    return StatedSize{.width = number(file.subspan(kWidthAt, 4), ByteOrder::kBig),
                      .height = number(file.subspan(kHeightAt, 4), ByteOrder::kBig)};
}

/// BITMAPCOREHEADER (12 bytes) has 16-bit sides; all later ones have signed 32-bit sides, the
/// height negative when rows run from top to bottom.
std::optional<StatedSize> bmp_size(std::span<const std::byte> file) {
    constexpr std::size_t kHeaderSizeAt = 14;
    constexpr std::size_t kSidesAt = 18;
    constexpr std::uint32_t kCoreHeaderBytes = 12;
    if (file.size() < kSidesAt + 8) return std::nullopt;
    if (number(file.subspan(kHeaderSizeAt, 4), ByteOrder::kLittle) == kCoreHeaderBytes) {
        return StatedSize{.width = number(file.subspan(kSidesAt, 2), ByteOrder::kLittle),
                          .height = number(file.subspan(kSidesAt + 2, 2), ByteOrder::kLittle)};
    }
    const auto side = [&](std::size_t at) {
        const auto value =
            static_cast<std::int32_t>(number(file.subspan(at, 4), ByteOrder::kLittle));
        return static_cast<std::uint64_t>(std::abs(std::int64_t{value}));
    };
    return StatedSize{.width = side(kSidesAt), .height = side(kSidesAt + 4)};
}

std::uint32_t number(std::span<const std::byte> bytes, ByteOrder order) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t at = order == ByteOrder::kBig ? i : bytes.size() - 1 - i;
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at]);
    }
    return value;
}

}  // namespace

}  // namespace sokkuri::image
