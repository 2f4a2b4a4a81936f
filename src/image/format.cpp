#include "image/format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace sokkuri::image {

namespace {

constexpr std::size_t kSniffedBytes = 64;

bool is_bmp(std::string_view head);
Format sniff_iso_media(std::string_view head);
std::string lowered_extension(std::string_view file_name);

constexpr std::array<std::string_view, 17> kPictureExtensions = {
    "jpg",  "jpeg", "jpe", "jfif", "png",  "apng", "webp", "gif",  "tif",
    "tiff", "bmp",  "dib", "heic", "heif", "hif",  "avif", "avifs"};

}  // namespace

Format sniff(std::span<const std::byte> file) {
    const std::string_view head(reinterpret_cast<const char*>(file.data()),
                                std::min(file.size(), kSniffedBytes));
    using namespace std::string_view_literals;
    if (head.starts_with("\xFF\xD8\xFF"sv)) return Format::kJpeg;
    if (head.starts_with("\x89PNG\r\n\x1A\n"sv)) return Format::kPng;
    if (head.starts_with("RIFF"sv) &&
        head.substr(std::min<std::size_t>(8, head.size())).starts_with("WEBP"sv)) {
        return Format::kWebp;
    }
    if (head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) return Format::kGif;
    // Classic and BigTIFF, either byte order.
    if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return Format::kTiff;
    if (head.starts_with("II+\0"sv) || head.starts_with("MM\0+"sv)) return Format::kTiff;
    if (is_bmp(head)) return Format::kBmp;
    return sniff_iso_media(head);
}

std::string_view name_of(Format format) {
    switch (format) {
        case Format::kUnknown:
            return "unknown";
        case Format::kJpeg:
            return "jpeg";
        case Format::kPng:
            return "png";
        case Format::kWebp:
            return "webp";
        case Format::kGif:
            return "gif";
        case Format::kTiff:
            return "tiff";
        case Format::kBmp:
            return "bmp";
        case Format::kHeif:
            return "heif";
        case Format::kAvif:
            return "avif";
    }
    return "unknown";
}

bool has_picture_extension(std::string_view file_name) {
    const std::string extension = lowered_extension(file_name);
    return std::ranges::find(kPictureExtensions, extension) != kPictureExtensions.end();
}

namespace {

/// "BM" alone begins many texts, so the size of the second header (12 … 124 bytes, little-endian)
/// must fit too.
bool is_bmp(std::string_view head) {
    constexpr std::size_t kHeaderSizeAt = 14;
    if (!head.starts_with("BM") || head.size() < kHeaderSizeAt + 4) return false;
    std::uint32_t header_bytes = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        header_bytes |=
            static_cast<std::uint32_t>(static_cast<unsigned char>(head[kHeaderSizeAt + i]))
            << (8 * i);
    }
    return header_bytes >= 12 && header_bytes <= 124;
}

/// HEIF and AVIF begin with a `ftyp` box (ISO 14496-12): length, "ftyp", major brand, version,
/// compatible brands. "mif1" and "msf1" only promise pictures; which codec is told by the
/// compatible brands.
Format sniff_iso_media(std::string_view head) {
    constexpr std::size_t kMajorAt = 8;
    constexpr std::size_t kCompatibleAt = 16;
    if (head.size() < kMajorAt + 4 || head.substr(4, 4) != "ftyp") return Format::kUnknown;
    const auto is_avif = [](std::string_view brand) { return brand == "avif" || brand == "avis"; };
    const auto is_heif = [](std::string_view brand) {
        constexpr std::array<std::string_view, 10> kBrands = {
            "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"};
        return std::ranges::find(kBrands, brand) != kBrands.end();
    };
    const std::string_view major = head.substr(kMajorAt, 4);
    if (is_avif(major)) return Format::kAvif;
    if (!is_heif(major)) return Format::kUnknown;
    for (std::size_t at = kCompatibleAt; at + 4 <= head.size(); at += 4) {
        if (is_avif(head.substr(at, 4))) return Format::kAvif;
    }
    return Format::kHeif;
}

std::string lowered_extension(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos) return {};
    std::string extension(file_name.substr(dot + 1));
    for (char& letter : extension) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return extension;
}

}  // namespace

}  // namespace sokkuri::image
