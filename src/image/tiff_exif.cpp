#include "image/tiff_exif.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace sokkuri::image {
namespace {

constexpr std::size_t kEntriesMax = 200;     // of a directory; EXIF knows fewer tags
constexpr std::size_t kValueBytesMax = 512;  // kPhotographTextMax and a zero
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kOffsetAt = 4;  // in the header: where the first directory lies
constexpr std::size_t kEntryBytes = 12;
constexpr std::size_t kInlineBytes = 4;  // values of up to that many stand in the entry
constexpr std::uint32_t kLong = 4;       // the type of offsets
constexpr std::uint32_t kExifDirectory = 0x8769;
constexpr std::uint32_t kPlaceDirectory = 0x8825;

struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::string value;  // in the file's byte order
};
using Directory = std::vector<Entry>;

/// Numbers in the byte order of a file.
class ByteOrder {
 public:
    explicit ByteOrder(bool is_big_endian) : is_big_endian_(is_big_endian) {}

    std::uint32_t number(std::string_view bytes) const;
    std::string bytes(std::uint32_t number, std::size_t count) const;

 private:
    const bool is_big_endian_;
};

class TiffReader {
 public:
    TiffReader(std::string_view file, ByteOrder order) : file_(file), order_(order) {}

    /// That which the header leads to; empty when there is none.
    Directory first_directory() const;
    /// That which an entry of `directory` leads to; empty when there is none.
    Directory inner_directory(const Directory& directory, std::uint32_t tag) const;

 private:
    Directory directory_at(std::size_t start) const;
    std::optional<Entry> entry(std::size_t at) const;

    const std::string_view file_;
    const ByteOrder order_;
};

void append(std::string& tiff, const Directory& directory, ByteOrder order);
void set_offset(Directory& directory, std::uint32_t tag, std::string offset);

}  // namespace

/// TIFF 6.0 §2; EXIF 2.32 §4.6.3. The first directory comes last, so that it knows where the others
/// are.
std::string exif_of_tiff(std::string_view file) {
    constexpr std::string_view kLittleEndian("II*\0", 4);
    constexpr std::string_view kBigEndian("MM\0*", 4);
    const bool is_big_endian = file.starts_with(kBigEndian);
    if (!is_big_endian && !file.starts_with(kLittleEndian)) return {};
    const ByteOrder order(is_big_endian);
    const TiffReader reader(file, order);
    Directory first = reader.first_directory();
    std::string tiff(file.substr(0, kOffsetAt));
    tiff.resize(kHeaderBytes);
    for (const std::uint32_t tag : {kExifDirectory, kPlaceDirectory}) {
        const Directory inner = reader.inner_directory(first, tag);
        set_offset(first, tag, order.bytes(static_cast<std::uint32_t>(tiff.size()), kInlineBytes));
        append(tiff, inner, order);
    }
    tiff.replace(kOffsetAt, kInlineBytes,
                 order.bytes(static_cast<std::uint32_t>(tiff.size()), kInlineBytes));
    append(tiff, first, order);
    return tiff;
}

namespace {

Directory TiffReader::first_directory() const {
    if (file_.size() < kHeaderBytes) return {};
    return directory_at(order_.number(file_.substr(kOffsetAt, kInlineBytes)));
}

Directory TiffReader::inner_directory(const Directory& directory, std::uint32_t tag) const {
    const auto found = std::find_if(directory.begin(), directory.end(),
                                    [tag](const Entry& entry) { return entry.tag == tag; });
    const bool is_offset = found != directory.end() && found->type == kLong && found->count == 1;
    return is_offset ? directory_at(order_.number(found->value)) : Directory();
}

Directory TiffReader::directory_at(std::size_t start) const {
    Directory directory;
    if (start < kHeaderBytes || start + 2 > file_.size()) return directory;
    const std::size_t count = order_.number(file_.substr(start, 2));
    for (std::size_t i = 0; i < std::min(count, kEntriesMax); ++i) {
        const std::size_t at = start + 2 + i * kEntryBytes;
        if (at + kEntryBytes > file_.size()) break;
        std::optional<Entry> found = entry(at);
        if (found) directory.push_back(std::move(*found));
    }
    return directory;
}

/// Nothing for values that are too long, or of a type that nobody knows.
std::optional<Entry> TiffReader::entry(std::size_t at) const {
    constexpr std::array<std::size_t, 13> kTypeBytes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    Entry entry{.tag = order_.number(file_.substr(at, 2)),
                .type = order_.number(file_.substr(at + 2, 2)),
                .count = order_.number(file_.substr(at + 4, 4))};
    if (entry.type == 0 || entry.type >= kTypeBytes.size()) return std::nullopt;
    const std::uint64_t size = std::uint64_t{entry.count} * kTypeBytes[entry.type];
    if (size > kValueBytesMax) return std::nullopt;
    const std::string_view field = file_.substr(at + 8, kInlineBytes);
    const std::size_t start = size <= kInlineBytes ? at + 8 : order_.number(field);
    const std::size_t length = std::max<std::size_t>(static_cast<std::size_t>(size), kInlineBytes);
    if (start + length > file_.size()) return std::nullopt;
    entry.value = file_.substr(start, length);
    return entry;
}

/// Entries first, then the values that do not fit into them.
void append(std::string& tiff, const Directory& directory, ByteOrder order) {
    std::string values;
    const std::size_t values_at = tiff.size() + 2 + directory.size() * kEntryBytes + kInlineBytes;
    tiff += order.bytes(static_cast<std::uint32_t>(directory.size()), 2);
    for (const Entry& entry : directory) {
        tiff +=
            order.bytes(entry.tag, 2) + order.bytes(entry.type, 2) + order.bytes(entry.count, 4);
        if (entry.value.size() <= kInlineBytes) {
            tiff += entry.value;
            continue;
        }
        tiff += order.bytes(static_cast<std::uint32_t>(values_at + values.size()), kInlineBytes);
        values += entry.value;
    }
    tiff += order.bytes(0, kInlineBytes) + values;  // no further directory
}

void set_offset(Directory& directory, std::uint32_t tag, std::string offset) {
    for (Entry& entry : directory) {
        if (entry.tag == tag) entry = {.tag = tag, .type = kLong, .count = 1, .value = offset};
    }
}

std::uint32_t ByteOrder::number(std::string_view bytes) const {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char byte = bytes[is_big_endian_ ? i : bytes.size() - 1 - i];
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    return number;
}

std::string ByteOrder::bytes(std::uint32_t number, std::size_t count) const {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
        bytes += static_cast<char>(number >> (8 * (is_big_endian_ ? count - 1 - i : i)) & 0xFF);
    }
    return bytes;
}

}  // namespace
}  // namespace sokkuri::image
