#include "image/photograph.h"

#include "base/json.h"
#include "image/tiff_exif.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>

namespace sokkuri::image {

namespace {

using Data = std::unique_ptr<ExifData, decltype(&exif_data_unref)>;

constexpr std::string_view kExifPrefix("Exif\0\0", 6);
/// EXIF lies in one JPEG segment; other files are not believed much more, and what they say is
/// copied.
constexpr std::size_t kExifBytesMax = 1U << 20;

std::string exif_in(std::string_view file, Format format);
std::string_view part_with_exif(std::string_view file, Format format);
std::string_view exif_in_jpeg(std::string_view file);
std::string_view exif_in_png(std::string_view file);
std::string_view exif_in_webp(std::string_view file);
std::string_view exif_in_boxes(std::string_view file);
Data parse(std::string_view exif);
const ExifEntry* find(ExifData& data, ExifIfd ifd, unsigned tag);
std::string text_of(const ExifEntry* entry);
std::string time_of(ExifData& data);
bool is_time(std::string_view time);
bool is_offset(std::string_view offset);
std::optional<double> rational(ExifData& data, const ExifEntry* entry, std::size_t position = 0);
std::optional<std::uint32_t> whole_number(ExifData& data, const ExifEntry* entry);
void read_place(ExifData& data, Photograph& photograph);

}  // namespace

Photograph photograph_of(std::span<const std::byte> file, Format format) {
    Photograph photograph;
    const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
    const std::string exif = exif_in(bytes, format);
    if (exif.empty()) return photograph;
    const Data data = parse(exif);
    if (data == nullptr) return photograph;
    constexpr unsigned kLensModel = 0xA434;  // newer than libexif's names
    photograph.make = text_of(find(*data, EXIF_IFD_0, EXIF_TAG_MAKE));
    photograph.model = text_of(find(*data, EXIF_IFD_0, EXIF_TAG_MODEL));
    photograph.artist = text_of(find(*data, EXIF_IFD_0, EXIF_TAG_ARTIST));
    photograph.description = text_of(find(*data, EXIF_IFD_0, EXIF_TAG_IMAGE_DESCRIPTION));
    photograph.lens = text_of(find(*data, EXIF_IFD_EXIF, kLensModel));
    photograph.taken = time_of(*data);
    photograph.exposure_s = rational(*data, find(*data, EXIF_IFD_EXIF, EXIF_TAG_EXPOSURE_TIME));
    photograph.f_number = rational(*data, find(*data, EXIF_IFD_EXIF, EXIF_TAG_FNUMBER));
    photograph.focal_length_mm = rational(*data, find(*data, EXIF_IFD_EXIF, EXIF_TAG_FOCAL_LENGTH));
    photograph.iso = whole_number(*data, find(*data, EXIF_IFD_EXIF, EXIF_TAG_ISO_SPEED_RATINGS));
    read_place(*data, photograph);
    return photograph;
}

namespace {

std::string exif_in(std::string_view file, Format format) {
    if (format == Format::kTiff) return exif_of_tiff(file);
    return std::string(part_with_exif(file, format).substr(0, kExifBytesMax));
}

std::string_view part_with_exif(std::string_view file, Format format) {
    switch (format) {
        case Format::kJpeg:
            return exif_in_jpeg(file);
        case Format::kPng:
            return exif_in_png(file);
        case Format::kWebp:
            return exif_in_webp(file);
        case Format::kHeif:
        case Format::kAvif:
            return exif_in_boxes(file);
        default:
            return {};
    }
}

/// ITU T.81 B.1.1.4: segments, each with its length, up to the first scan.
std::string_view exif_in_jpeg(std::string_view file) {
    constexpr unsigned char kApp1 = 0xE1;
    constexpr unsigned char kStartOfScan = 0xDA;
    std::size_t at = 2;
    while (at + 4 <= file.size() && file[at] == '\xFF') {
        const auto marker = static_cast<unsigned char>(file[at + 1]);
        const std::size_t length =
            static_cast<std::size_t>(static_cast<unsigned char>(file[at + 2])) << 8 |
            static_cast<unsigned char>(file[at + 3]);
        if (marker == kStartOfScan || length < 2) return {};
        const std::string_view content = file.substr(at + 4, length - 2);
        if (marker == kApp1 && content.starts_with(kExifPrefix)) return content;
        at += 2 + length;
    }
    return {};
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes)
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return number;
}

/// PNG (third edition) §11.3.3.4.
std::string_view exif_in_png(std::string_view file) {
    constexpr std::size_t kOverhead = 12;
    std::size_t at = 8;
    while (at + kOverhead <= file.size()) {
        const std::uint64_t length = big_endian(file.substr(at, 4));
        if (length > file.size() - at - kOverhead) return {};
        if (file.substr(at + 4, 4) == "eXIf") return file.substr(at + 8, length);
        at += kOverhead + static_cast<std::size_t>(length);
    }
    return {};
}

/// RIFF chunks, padded to even lengths (RFC 9649 §2.7.1.5).
std::string_view exif_in_webp(std::string_view file) {
    constexpr std::size_t kHead = 8;
    std::size_t at = 12;
    while (at + kHead <= file.size()) {
        const std::uint64_t length = little_endian(file.substr(at + 4, 4));
        if (length > file.size() - at - kHead) return {};
        if (file.substr(at, 4) == "EXIF") return file.substr(at + kHead, length);
        at += kHead + static_cast<std::size_t>(length + length % 2);
    }
    return {};
}

/// An item of HEIF begins with these marks wherever it lies; its place in the tree of boxes says
/// nothing that we ask.
std::string_view exif_in_boxes(std::string_view file) {
    for (std::size_t at = file.find(kExifPrefix); at != file.npos;
         at = file.find(kExifPrefix, at + 1)) {
        const std::string_view start = file.substr(at + kExifPrefix.size(), 4);
        const bool is_tiff =
            start == std::string_view("II*\0", 4) || start == std::string_view("MM\0*", 4);
        if (is_tiff) return file.substr(at);
    }
    return {};
}

Data parse(std::string_view exif) {
    std::string prefixed;  // libexif wants the prefix that only JPEG always has
    if (!exif.starts_with(kExifPrefix)) prefixed.append(kExifPrefix).append(exif);
    const std::string_view whole = prefixed.empty() ? exif : prefixed;
    return {exif_data_new_from_data(reinterpret_cast<const unsigned char*>(whole.data()),
                                    static_cast<unsigned>(whole.size())),
            &exif_data_unref};
}

const ExifEntry* find(ExifData& data, ExifIfd ifd, unsigned tag) {
    return exif_content_get_entry(data.ifd[ifd], static_cast<ExifTag>(tag));
}

/// Cameras fill up with spaces and zeros; what is not UTF-8 is taken for Latin-1 by nobody here.
std::string text_of(const ExifEntry* entry) {
    if (entry == nullptr || entry->format != EXIF_FORMAT_ASCII || entry->data == nullptr) return {};
    std::string_view text(reinterpret_cast<const char*>(entry->data), entry->size);
    text = text.substr(0, text.find('\0'));
    while (text.ends_with(' '))
        text.remove_suffix(1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (text.size() > kPhotographTextMax || !is_utf8(text)) return {};
    return std::string(text);
}

/// EXIF 2.32 §4.6.5 F: "2024:05:01 12:34:56", unknown digits as spaces. An offset that cannot be is
/// left out alone.
std::string time_of(ExifData& data) {
    constexpr unsigned kOffsetOriginal = 0x9011;
    std::string time = text_of(find(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL));
    if (!is_time(time)) return {};
    time[4] = time[7] = '-';
    time[10] = 'T';
    const std::string offset = text_of(find(data, EXIF_IFD_EXIF, kOffsetOriginal));
    return is_offset(offset) ? time + offset : time;
}

/// `shape`: d is a digit, s a sign, anything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
    return std::ranges::equal(text, shape, [](char c, char wanted) {
        if (wanted == 'd') return c >= '0' && c <= '9';
        return wanted == 's' ? c == '+' || c == '-' : c == wanted;
    });
}

unsigned digits(std::string_view text) {
    unsigned number = 0;
    for (const char digit : text)
        number = 10 * number + static_cast<unsigned>(digit - '0');
    return number;
}

/// Of a day that there is; the last second of a minute may be a 61st.
bool is_time(std::string_view time) {
    if (!has_shape(time, "dddd:dd:dd dd:dd:dd") || time.starts_with("0000")) return false;
    const std::chrono::year_month_day day(
        std::chrono::year(static_cast<int>(digits(time.substr(0, 4)))),
        std::chrono::month(digits(time.substr(5, 2))), std::chrono::day(digits(time.substr(8, 2))));
    return day.ok() && digits(time.substr(11, 2)) < 24 && digits(time.substr(14, 2)) < 60 &&
           digits(time.substr(17, 2)) <= 60;
}

/// From 12 hours behind Greenwich to 14 before it.
bool is_offset(std::string_view offset) {
    if (!has_shape(offset, "sdd:dd")) return false;
    const unsigned minutes = 60 * digits(offset.substr(1, 2)) + digits(offset.substr(4, 2));
    return digits(offset.substr(4, 2)) < 60 && minutes <= (offset[0] == '-' ? 12U : 14U) * 60;
}

/// Not negative.
std::optional<double> rational(ExifData& data, const ExifEntry* entry, std::size_t position) {
    constexpr std::size_t kBytes = 8;
    const bool is_there = entry != nullptr && entry->format == EXIF_FORMAT_RATIONAL &&
                          entry->data != nullptr && entry->size >= (position + 1) * kBytes;
    if (!is_there) return std::nullopt;
    const ExifRational value =
        exif_get_rational(entry->data + position * kBytes, exif_data_get_byte_order(&data));
    if (value.denominator == 0) return std::nullopt;
    return static_cast<double>(value.numerator) / static_cast<double>(value.denominator);
}

std::optional<std::uint32_t> whole_number(ExifData& data, const ExifEntry* entry) {
    if (entry == nullptr || entry->data == nullptr) return std::nullopt;
    const ExifByteOrder order = exif_data_get_byte_order(&data);
    if (entry->format == EXIF_FORMAT_SHORT && entry->size >= sizeof(ExifShort)) {
        return exif_get_short(entry->data, order);
    }
    if (entry->format == EXIF_FORMAT_LONG && entry->size >= sizeof(ExifLong)) {
        return exif_get_long(entry->data, order);
    }
    return std::nullopt;
}

/// Degrees, minutes and seconds; `bound` degrees at most.
std::optional<double> angle(ExifData& data, unsigned tag, double bound) {
    const ExifEntry* entry = find(data, EXIF_IFD_GPS, tag);
    const auto degrees = rational(data, entry);
    if (!degrees) return std::nullopt;
    const double angle = *degrees + rational(data, entry, 1).value_or(0) / 60 +
                         rational(data, entry, 2).value_or(0) / 3600;
    return angle <= bound ? std::optional(angle) : std::nullopt;
}

/// Rounded to some centimeters: nobody's camera knows it better.
std::optional<double> signed_angle(std::optional<double> angle, std::string_view reference,
                                   char negative) {
    if (!angle) return std::nullopt;
    const double rounded = std::round(*angle * 1e7) / 1e7;
    return reference.starts_with(negative) ? -rounded : rounded;
}

/// EXIF 2.32 §4.6.6.
void read_place(ExifData& data, Photograph& photograph) {
    constexpr unsigned kLatitudeRef = 1;
    constexpr unsigned kLatitude = 2;
    constexpr unsigned kLongitudeRef = 3;
    constexpr unsigned kLongitude = 4;
    constexpr unsigned kAltitudeRef = 5;
    constexpr unsigned kAltitude = 6;
    const auto latitude = angle(data, kLatitude, 90);
    const auto longitude = angle(data, kLongitude, 180);
    if (latitude && longitude) {
        photograph.latitude =
            signed_angle(latitude, text_of(find(data, EXIF_IFD_GPS, kLatitudeRef)), 'S');
        photograph.longitude =
            signed_angle(longitude, text_of(find(data, EXIF_IFD_GPS, kLongitudeRef)), 'W');
    }
    photograph.altitude_m = rational(data, find(data, EXIF_IFD_GPS, kAltitude));
    const ExifEntry* below = find(data, EXIF_IFD_GPS, kAltitudeRef);
    const bool is_below =
        below != nullptr && below->data != nullptr && below->size >= 1 && below->data[0] == 1;
    if (photograph.altitude_m && is_below) photograph.altitude_m = -*photograph.altitude_m;
}

}  // namespace

}  // namespace sokkuri::image
