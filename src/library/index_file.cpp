#include "library/index_file.h"

#include "base/hash.h"
#include "index/arena.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace sokkuri::library {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSectionsMax = 62;
constexpr std::size_t kNameBytes = 16;
constexpr std::uint32_t kVersion = 1;
constexpr std::array<char, 8> kMagic = {'s', 'o', 'k', 'k', 'i', 'd', 'x', '\0'};
constexpr std::string_view kRows = "rows";
constexpr std::string_view kRemoved = "removed";

struct Head {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t sections;
    std::uint64_t file_size;
    std::uint64_t rows;
    std::uint64_t indexed;
    std::uint32_t metric;
    std::uint32_t dimension;
    std::array<std::byte, 16> zero;
};
static_assert(sizeof(Head) == 64);

struct Entry {
    std::array<char, kNameBytes> name;
    std::uint64_t offset;
    std::uint64_t size;
    std::uint64_t checksum;
    std::array<std::byte, 24> zero;
};
static_assert(sizeof(Entry) == 64);

struct Page {
    Head head;
    std::array<Entry, kSectionsMax> entries;
    std::array<std::byte, 56> zero;
    std::uint64_t checksum;  // of the bytes before
};
static_assert(sizeof(Page) == kPage);

/// The bytes of a section, one piece after the other.
using Pieces = std::vector<std::span<const std::byte>>;
struct Written {
    std::string name;
    Pieces pieces;
};

std::vector<Written> sections_of(const IndexState& state, std::span<const std::byte> zeros);
Page page_of(const IndexState& state, std::span<const Written> sections);
std::uint64_t size_of(const Pieces& pieces);
std::uint64_t rounded_up(std::uint64_t size);

Result<Page> read_page(std::span<const std::byte> bytes);
Result<void> check_head(const Page& page, std::size_t size);
Result<std::vector<index::Section>> read_sections(const Page& page,
                                                  std::span<const std::byte> bytes);
/// Takes the section of that name out of the list.
Result<std::span<const std::byte>> taken(std::vector<index::Section>& sections,
                                         std::string_view name);
Result<RowStore> read_rows(const Head& head, std::span<const std::byte> bytes,
                           const IndexSource& source);
Result<index::Bitmap> read_removed(const Head& head, std::span<const std::byte> bytes);
/// Moves the sections into memory of their own.
Result<void> copy_sections(LoadedParts& parts);

template <typename... Arguments>
tl::unexpected<Error> corrupt(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    return fail(ErrorCode::kCorruption, "index file: {}",
                fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace

Result<void> write_index(const IndexState& state, const TakeBytes& take) {
    // Of rows that were dropped nothing is left.
    const std::size_t block_bytes =
        rows_per_block(state.rows.dimension()) * state.rows.dimension() * sizeof(float);
    const std::vector<std::byte> zeros(std::max(block_bytes, kPage));
    const std::vector<Written> sections = sections_of(state, zeros);
    const Page page = page_of(state, sections);
    std::uint64_t written = kPage;
    bool goes_on = take(std::as_bytes(std::span(&page, 1)));
    for (std::size_t i = 0; i < sections.size(); ++i) {
        goes_on = goes_on && take(std::span(zeros).first(page.entries[i].offset - written));
        for (const auto piece : sections[i].pieces) {
            goes_on = goes_on && take(piece);
        }
        written = page.entries[i].offset + page.entries[i].size;
    }
    if (!goes_on) return fail(ErrorCode::kIo, "the index could not be written: refused");
    return {};
}

Result<LoadedParts> read_index(const IndexSource& source) {
    const bool in_place = source.rows == Place::kWhereItLies || source.codes == Place::kWhereItLies;
    if (in_place && reinterpret_cast<std::uintptr_t>(source.bytes.data()) % kAlignment != 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "bytes to be used where they lie must begin at a multiple of {}", kAlignment);
    }
    const Page page = TRY(read_page(source.bytes));
    std::vector<index::Section> sections = TRY(read_sections(page, source.bytes));
    const auto row_bytes = TRY(taken(sections, kRows));
    const auto removed_bytes = TRY(taken(sections, kRemoved));
    LoadedParts parts{.metric = static_cast<index::Metric>(page.head.metric),
                      .rows = TRY(read_rows(page.head, row_bytes, source)),
                      .indexed = page.head.indexed,
                      .sections = std::move(sections),
                      .keep = source.keep};
    parts.dead = TRY(read_removed(page.head, removed_bytes));
    if (source.codes == Place::kCopied) TRY(copy_sections(parts));
    return parts;
}

namespace {

std::vector<Written> sections_of(const IndexState& state, std::span<const std::byte> zeros) {
    const std::size_t dimension = state.rows.dimension();
    const std::size_t block = rows_per_block(dimension);
    Written rows{.name = std::string(kRows)};
    for (std::size_t first = 0; first < state.rows.count(); first += block) {
        const std::size_t count = std::min(block, state.rows.count() - first);
        const float* values = state.rows[first];
        const std::size_t size = count * dimension * sizeof(float);
        rows.pieces.push_back(values == nullptr
                                  ? zeros.first(size)
                                  : std::as_bytes(std::span(values, count * dimension)));
    }
    Written removed{.name = std::string(kRemoved), .pieces = {std::as_bytes(state.dead->words())}};
    std::vector<Written> sections = {std::move(rows), std::move(removed)};
    for (const index::Section& section : state.sections) {
        sections.push_back({.name = section.name, .pieces = {section.bytes}});
    }
    return sections;
}

Page page_of(const IndexState& state, std::span<const Written> sections) {
    Page page{};
    page.head = {.magic = kMagic,
                 .version = kVersion,
                 .sections = static_cast<std::uint32_t>(sections.size()),
                 .rows = state.rows.count(),
                 .indexed = state.indexed,
                 .metric = static_cast<std::uint32_t>(state.metric),
                 .dimension = static_cast<std::uint32_t>(state.rows.dimension())};
    std::uint64_t end = kPage;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        Xxh64Stream checksum;
        for (const auto piece : sections[i].pieces) {
            checksum.update(piece);
        }
        Entry& entry = page.entries[i];
        sections[i].name.copy(entry.name.data(), kNameBytes - 1);
        entry.offset = rounded_up(end);
        entry.size = size_of(sections[i].pieces);
        entry.checksum = checksum.digest();
        end = entry.offset + entry.size;
    }
    page.head.file_size = end;
    page.checksum = xxh64(std::as_bytes(std::span(&page, 1)).first(offsetof(Page, checksum)));
    return page;
}

std::uint64_t size_of(const Pieces& pieces) {
    std::uint64_t size = 0;
    for (const auto piece : pieces) {
        size += piece.size();
    }
    return size;
}

std::uint64_t rounded_up(std::uint64_t size) {
    return (size + kPage - 1) / kPage * kPage;
}

Result<Page> read_page(std::span<const std::byte> bytes) {
    Page page;
    if (bytes.size() < sizeof(page)) {
        return corrupt("{} bytes; the first page alone has {}", bytes.size(), sizeof(page));
    }
    std::memcpy(&page, bytes.data(), sizeof(page));
    if (page.head.magic != kMagic) return corrupt("it does not begin with \"sokkidx\"");
    if (page.head.version != kVersion) {
        return fail(ErrorCode::kUnsupported, "index file: version {}; this library reads {}",
                    page.head.version, kVersion);
    }
    if (page.checksum != xxh64(bytes.first(offsetof(Page, checksum)))) {
        return corrupt("the checksum of its first page is wrong");
    }
    TRY(check_head(page, bytes.size()));
    return page;
}

Result<void> check_head(const Page& page, std::size_t size) {
    const Head& head = page.head;
    if (head.file_size != size) return corrupt("{} bytes; it says {}", size, head.file_size);
    if (head.sections < 2 || head.sections > kSectionsMax) {
        return corrupt("{} sections; there are 2 to {}", head.sections, kSectionsMax);
    }
    if (head.metric > static_cast<std::uint32_t>(index::Metric::kHamming)) {
        return corrupt("metric number {}", head.metric);
    }
    if (head.dimension == 0 || head.dimension > kDimensionMax) {
        return corrupt("dimension {}; there are 1 to {}", head.dimension, kDimensionMax);
    }
    if (head.rows > kRowsMax || head.indexed > head.rows) {
        return corrupt("{} rows, {} of them indexed; there are at most {}", head.rows, head.indexed,
                       kRowsMax);
    }
    const bool has_segment = head.sections > 2;
    if (has_segment && !index::has_segments(static_cast<index::Metric>(head.metric))) {
        return corrupt("a segment, which metric number {} has not", head.metric);
    }
    return {};
}

Result<std::vector<index::Section>> read_sections(const Page& page,
                                                  std::span<const std::byte> bytes) {
    std::vector<index::Section> sections;
    std::uint64_t end = kPage;
    for (std::size_t i = 0; i < page.head.sections; ++i) {
        const Entry& entry = page.entries[i];
        const std::string name(entry.name.data(), strnlen(entry.name.data(), kNameBytes - 1));
        if (entry.offset != rounded_up(end) || entry.offset > bytes.size() ||
            entry.size > bytes.size() - entry.offset) {
            return corrupt("section {} lies outside of the file", i);
        }
        const auto content = bytes.subspan(entry.offset, entry.size);
        if (xxh64(content) != entry.checksum) return corrupt("section {}: wrong checksum", i);
        sections.push_back({.name = name, .bytes = content});
        end = entry.offset + entry.size;
    }
    return sections;
}

Result<std::span<const std::byte>> taken(std::vector<index::Section>& sections,
                                         std::string_view name) {
    const auto found = std::ranges::find(sections, name, &index::Section::name);
    if (found == sections.end()) return corrupt("no section \"{}\"", name);
    const auto bytes = found->bytes;
    sections.erase(found);
    return bytes;
}

Result<RowStore> read_rows(const Head& head, std::span<const std::byte> bytes,
                           const IndexSource& source) {
    if (bytes.size() != head.rows * head.dimension * sizeof(float)) {
        return corrupt("{} bytes of rows; {} rows of {} take another number", bytes.size(),
                       head.rows, head.dimension);
    }
    RowStore rows(head.dimension);
    const std::span values(reinterpret_cast<const float*>(bytes.data()),
                           bytes.size() / sizeof(float));
    const bool is_aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0;
    if (source.rows == Place::kWhereItLies) {
        TRY(rows.borrow(values, source.keep));
    } else if (is_aligned) {
        TRY(rows.append(values));
    } else {
        // A row at a time through memory that is aligned.
        std::vector<float> row(head.dimension);
        for (std::size_t i = 0; i < head.rows; ++i) {
            std::memcpy(row.data(), bytes.data() + i * row.size() * sizeof(float),
                        row.size() * sizeof(float));
            TRY(rows.append(row));
        }
    }
    const index::RawRows view = rows.view();
    for (std::size_t i = 0; i < head.rows; ++i) {
        const auto metric = static_cast<index::Metric>(head.metric);
        const auto checked = check_measurable(metric, view.row(i), head.dimension, "row");
        if (!checked) return corrupt("row {}: {}", i, index::demand_of(metric));
    }
    return rows;
}

Result<index::Bitmap> read_removed(const Head& head, std::span<const std::byte> bytes) {
    index::Bitmap removed;
    if (bytes.size() % sizeof(std::uint64_t) != 0 || bytes.size() > head.rows / 8 + 8) {
        return corrupt("{} bytes of removed rows for {} rows", bytes.size(), head.rows);
    }
    for (std::uint64_t slot = 0; slot < bytes.size() * 8; ++slot) {
        if ((std::to_integer<unsigned>(bytes[slot / 8]) >> (slot % 8) & 1U) == 0) continue;
        if (slot >= head.rows) return corrupt("row {} is removed and was never there", slot);
        removed.set(static_cast<index::Slot>(slot));
    }
    return removed;
}

Result<void> copy_sections(LoadedParts& parts) {
    auto arenas = std::make_shared<std::vector<index::Arena>>();
    for (index::Section& section : parts.sections) {
        index::Arena arena = TRY(index::Arena::create(section.bytes.size()));
        std::ranges::copy(section.bytes, arena.bytes().begin());
        section.bytes = std::as_const(arena).bytes();
        arenas->push_back(std::move(arena));
    }
    parts.keep = std::move(arenas);
    return {};
}

}  // namespace
}  // namespace sokkuri::library
