#include "store/segment_file.h"

#include "base/atomic_file.h"
#include "base/hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>

namespace sokkuri::store {
namespace {

// The first page as drawn in docs/formats/segment.md; everything is little-endian, what is not
// named is 0.
constexpr std::string_view kMagic("sokkseg\0", 8);
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kPageBytes = kSectionAlignmentBytes;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kSectionsAt = 12;
constexpr std::size_t kSizeAt = 16;
constexpr std::size_t kTableAt = 64;
constexpr std::size_t kChecksumAt = kPageBytes - 8;
// A row of the table.
constexpr std::size_t kRowBytes = 64;
constexpr std::size_t kOffsetInRow = 16;
constexpr std::size_t kLengthInRow = 24;
constexpr std::size_t kChecksumInRow = 32;
constexpr std::size_t kReservedInRow = 40;

constexpr std::size_t kWriteBytes = 1U << 20;  // at once

static_assert(std::endian::native == std::endian::little, "sections are read as they lie on disk");
static_assert(kTableAt + kSectionsMax * kRowBytes <= kChecksumAt);

using Page = std::array<std::byte, kPageBytes>;

/// What the table says of one section.
struct TableRow {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;
};

Result<void> check_sections(std::span<const FileSection> sections);
std::vector<TableRow> laid_out(std::span<const FileSection> sections);
Page page_of(std::span<const TableRow> rows);
std::uint64_t size_of(std::span<const TableRow> rows);
Result<void> append_section(AtomicFile& file, std::span<const std::byte> bytes, bool is_last);
Result<std::vector<TableRow>> rows_of(const Page& page, std::uint64_t size_bytes);
Result<TableRow> row_at(const Page& page, std::size_t index);
std::uint64_t rounded_up(std::uint64_t bytes);
template <typename Integer>
void put(std::span<std::byte> page, std::size_t offset, Integer value);
template <typename Integer>
Integer number_at(std::span<const std::byte> page, std::size_t offset);

}  // namespace

Result<void> write_segment_file(FileSystem& files, const std::string& path,
                                std::span<const FileSection> sections) {
    TRY(check_sections(sections));
    const std::vector<TableRow> rows = laid_out(sections);
    AtomicFile file = TRY(AtomicFile::create(files, path));
    TRY(file.append(page_of(rows)));
    for (const FileSection& section : sections) {
        TRY(append_section(file, section.bytes, &section == &sections.back()));
    }
    return file.commit();
}

Result<std::shared_ptr<const SegmentFile>> SegmentFile::open(FileSystem& files,
                                                             const std::string& path) {
    std::shared_ptr<SegmentFile> opened(new SegmentFile());
    opened->path_ = path;
    opened->file_ = TRY(files.open(path, OpenMode::kRead));
    opened->size_bytes_ = TRY(opened->file_->size_bytes());
    Page page;
    const std::size_t filled = TRY(opened->file_->read_at(0, page));
    if (filled < page.size()) {
        return fail(ErrorCode::kCorruption, "{}: ends at byte {}, inside its header", path, filled);
    }
    const auto rows = rows_of(page, opened->size_bytes_);
    if (!rows) return tl::unexpected(rows.error().with_context(path));

    const auto length = static_cast<std::size_t>(opened->size_bytes_);
    opened->map_ = TRY(opened->file_->map(0, length, MapAccess::kRead));
    const std::span<const std::byte> bytes = std::as_const(*opened->map_).bytes();
    for (const TableRow& row : *rows) {
        opened->sections_.push_back(
            {row.name, bytes.subspan(static_cast<std::size_t>(row.offset),
                                     static_cast<std::size_t>(row.length))});
        opened->checksums_.push_back(row.checksum);
    }
    return opened;
}

Result<void> SegmentFile::verify() const {
    for (std::size_t i = 0; i < sections_.size(); ++i) {
        if (xxh64(sections_[i].bytes) != checksums_[i]) {
            return fail(ErrorCode::kCorruption, "{}: section \"{}\": checksum mismatch", path_,
                        sections_[i].name);
        }
        if (!is_filled_up_with_zeros(i)) {
            return fail(ErrorCode::kCorruption, "{}: behind section \"{}\": bytes are not zero",
                        path_, sections_[i].name);
        }
    }
    return {};
}

/// From the end of a section to the beginning of the next.
bool SegmentFile::is_filled_up_with_zeros(std::size_t index) const {
    if (index + 1 == sections_.size()) return true;
    const std::byte* end = sections_[index].bytes.data() + sections_[index].bytes.size();
    const std::byte* next = sections_[index + 1].bytes.data();
    return std::all_of(end, next, [](std::byte byte) { return byte == std::byte{0}; });
}

namespace {

Result<void> check_sections(std::span<const FileSection> sections) {
    if (sections.empty() || sections.size() > kSectionsMax) {
        return fail(ErrorCode::kInvalidArgument, "segment file: {} sections, 1 to {} are possible",
                    sections.size(), kSectionsMax);
    }
    std::set<std::string_view> names;
    for (const FileSection& section : sections) {
        const bool is_possible = !section.name.empty() &&
                                 section.name.size() <= kSectionNameBytesMax &&
                                 section.name.find('\0') == std::string::npos;
        if (is_possible && names.insert(section.name).second) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "segment file: section \"{}\": names have 1 to {} bytes and differ",
                    section.name, kSectionNameBytesMax);
    }
    return {};
}

std::vector<TableRow> laid_out(std::span<const FileSection> sections) {
    std::vector<TableRow> rows;
    std::uint64_t offset = kPageBytes;
    for (const FileSection& section : sections) {
        rows.push_back({.name = section.name,
                        .offset = offset,
                        .length = section.bytes.size(),
                        .checksum = xxh64(section.bytes)});
        offset += rounded_up(section.bytes.size());
    }
    return rows;
}

Page page_of(std::span<const TableRow> rows) {
    Page page{};
    std::memcpy(page.data(), kMagic.data(), kMagic.size());
    put(page, kVersionAt, kVersion);
    put(page, kSectionsAt, static_cast<std::uint32_t>(rows.size()));
    put(page, kSizeAt, size_of(rows));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::span<std::byte> row =
            std::span(page).subspan(kTableAt + i * kRowBytes, kRowBytes);
        std::memcpy(row.data(), rows[i].name.data(), rows[i].name.size());
        put(row, kOffsetInRow, rows[i].offset);
        put(row, kLengthInRow, rows[i].length);
        put(row, kChecksumInRow, rows[i].checksum);
    }
    put(page, kChecksumAt, xxh64(std::span(page).first(kChecksumAt)));
    return page;
}

/// The last section is not filled up to a page.
std::uint64_t size_of(std::span<const TableRow> rows) {
    return rows.back().offset + rows.back().length;
}

Result<void> append_section(AtomicFile& file, std::span<const std::byte> bytes, bool is_last) {
    const std::uint64_t padding = is_last ? 0 : rounded_up(bytes.size()) - bytes.size();
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), kWriteBytes);
        TRY(file.append(bytes.first(count)));
        bytes = bytes.subspan(count);
    }
    const Page zeros{};
    return file.append(std::span(zeros).first(static_cast<std::size_t>(padding)));
}

/// Every number of the table is checked: sections follow each other as `laid_out` lays them.
Result<std::vector<TableRow>> rows_of(const Page& page, std::uint64_t size_bytes) {
    if (std::memcmp(page.data(), kMagic.data(), kMagic.size()) != 0) {
        return fail(ErrorCode::kCorruption, "no segment file: it begins otherwise");
    }
    const auto version = number_at<std::uint32_t>(page, kVersionAt);
    if (version > kVersion) {
        return fail(ErrorCode::kUnsupported, "format version {}; a newer sokkuri wrote it",
                    version);
    }
    if (number_at<std::uint64_t>(page, kChecksumAt) != xxh64(std::span(page).first(kChecksumAt))) {
        return fail(ErrorCode::kCorruption, "header: checksum mismatch");
    }
    const auto count = number_at<std::uint32_t>(page, kSectionsAt);
    if (version != kVersion || count == 0 || count > kSectionsMax) {
        return fail(ErrorCode::kCorruption, "header: version {}, {} sections", version, count);
    }
    std::vector<TableRow> rows;
    std::set<std::string> names;
    std::uint64_t offset = kPageBytes;
    for (std::size_t i = 0; i < count; ++i) {
        TableRow row = TRY(row_at(page, i));
        const bool fits =
            row.offset == offset && row.length <= size_bytes - std::min(size_bytes, offset);
        if (!fits || !names.insert(row.name).second) {
            return fail(ErrorCode::kCorruption,
                        "section \"{}\": {} bytes at byte {} in a file of {}", row.name, row.length,
                        row.offset, size_bytes);
        }
        offset += rounded_up(row.length);
        rows.push_back(std::move(row));
    }
    if (number_at<std::uint64_t>(page, kSizeAt) == size_bytes && size_of(rows) == size_bytes) {
        return rows;
    }
    return fail(ErrorCode::kCorruption, "is {} bytes long, its sections end at byte {}", size_bytes,
                size_of(rows));
}

Result<TableRow> row_at(const Page& page, std::size_t index) {
    const std::span<const std::byte> bytes =
        std::span(page).subspan(kTableAt + index * kRowBytes, kRowBytes);
    const std::string_view field(reinterpret_cast<const char*>(bytes.data()), kOffsetInRow);
    const std::string_view name = field.substr(0, field.find('\0'));
    const bool is_name = !name.empty() && name.size() <= kSectionNameBytesMax;
    if (!is_name) return fail(ErrorCode::kCorruption, "section {}: has no proper name", index);
    const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
    const std::span<const std::byte> reserved = bytes.subspan(kReservedInRow);
    if (!std::all_of(reserved.begin(), reserved.end(), is_zero)) {
        return fail(ErrorCode::kCorruption, "section \"{}\": reserved bytes are in use", name);
    }
    return TableRow{.name = std::string(name),
                    .offset = number_at<std::uint64_t>(bytes, kOffsetInRow),
                    .length = number_at<std::uint64_t>(bytes, kLengthInRow),
                    .checksum = number_at<std::uint64_t>(bytes, kChecksumInRow)};
}

std::uint64_t rounded_up(std::uint64_t bytes) {
    return (bytes + kSectionAlignmentBytes - 1) / kSectionAlignmentBytes * kSectionAlignmentBytes;
}

template <typename Integer>
void put(std::span<std::byte> page, std::size_t offset, Integer value) {
    std::memcpy(page.data() + offset, &value, sizeof value);
}

template <typename Integer>
Integer number_at(std::span<const std::byte> page, std::size_t offset) {
    Integer value = 0;
    std::memcpy(&value, page.data() + offset, sizeof value);
    return value;
}

}  // namespace
}  // namespace sokkuri::store
