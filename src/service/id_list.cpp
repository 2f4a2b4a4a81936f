#include "service/id_list.h"

#include "base/check.h"
#include "base/npy.h"
#include "base/shown_text.h"
#include "collection/collection.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace sokkuri::service {
namespace {

constexpr std::size_t kElementBytesMax = 4 * 4 * collection::kIdBytesMax;

Result<std::string> text_of_utf32(std::span<const std::byte> element);
std::string text_of_bytes(std::span<const std::byte> element);
template <typename Integer>
std::string text_of_integer(std::span<const std::byte> element);
void append_utf8(std::string& text, std::uint32_t point);

}  // namespace

Result<IdList> IdList::open(FileSystem& files, const std::string& path) {
    IdList list;
    list.name_ = shown_text(path);
    if (path.ends_with(".npy")) {
        list.array_ = TRY(open_array(files, path));
        list.size_ = list.array_->records.records();
        return list;
    }
    list.size_ = TRY(count_lines(files, path));
    list.lines_ = TRY(LineReader::open(files, path, collection::kIdBytesMax));
    return list;
}

Result<IdList::Array> IdList::open_array(FileSystem& files, const std::string& path) {
    const auto file = TRY(files.open(path, OpenMode::kRead));
    std::vector<std::byte> start(kNpyHeaderBytesMax);
    const std::size_t read = TRY(file->read_at(0, start));
    start.resize(read);
    const NpyArray header = TRY(in_context(shown_text(path), parse_npy_array(start)));
    const std::string& descr = header.descr;
    if (header.shape.size() != 1) {
        return fail(ErrorCode::kUnsupported, "{}: {} dimensions: a list of ids has one",
                    shown_text(path), header.shape.size());
    }
    std::size_t count = 0;
    const char* end = descr.data() + descr.size();
    const bool has_count =
        descr.size() > 2 && std::from_chars(descr.data() + 2, end, count).ptr == end && count > 0;
    const char kind = descr.size() > 1 ? descr[1] : ' ';
    const bool is_big = descr.starts_with('>') && kind != 'S' && count > 1;
    const bool is_integer =
        (kind == 'i' || kind == 'u') && (count == 1 || count == 2 || count == 4 || count == 8);
    const std::size_t bytes = kind == 'U' && count <= kElementBytesMax ? 4 * count : count;
    const bool is_known = has_count && !is_big && bytes <= kElementBytesMax &&
                          (kind == 'U' || kind == 'S' || is_integer);
    if (!is_known) {
        return fail(ErrorCode::kUnsupported,
                    "{}: elements of {}: ids are read from arrays of little-endian texts (<U), "
                    "bytes (|S) of at most {} bytes, and integers",
                    shown_text(path), shown_text(descr), kElementBytesMax);
    }
    RecordFile records = TRY(RecordFile::open(
        files, path,
        {.record_bytes = bytes, .data_at = header.data_at, .records = header.shape.front()}));
    const Kind element = kind == 'U'   ? Kind::kUtf32
                         : kind == 'S' ? Kind::kBytes
                         : kind == 'i' ? Kind::kSigned
                                       : Kind::kUnsigned;
    return Array{.records = std::move(records), .kind = element};
}

Result<std::vector<std::string>> IdList::next(std::size_t count) {
    CHECK(count <= size_ - position_);
    std::vector<std::string> ids = TRY(array_ ? next_of_array(count) : next_of_text(count));
    for (const std::string& id : ids) {
        if (id.empty()) {
            const auto number = position_ + static_cast<std::size_t>(&id - ids.data());
            return fail(ErrorCode::kInvalidArgument, "{}: id {} is empty", name_, number);
        }
    }
    position_ += count;
    return ids;
}

Result<std::string> IdList::next() {
    std::vector<std::string> ids = TRY(next(1));
    return std::move(ids.front());
}

Result<std::vector<std::string>> IdList::next_of_array(std::size_t count) {
    const std::size_t size = array_->records.record_bytes();
    std::vector<std::byte> bytes(count * size);
    TRY(array_->records.read(position_, bytes));
    std::vector<std::string> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto element = std::span(bytes).subspan(i * size, size);
        switch (array_->kind) {
            case Kind::kUtf32: {
                std::string id = TRY(in_context(name_, text_of_utf32(element)));
                ids.push_back(std::move(id));
                break;
            }
            case Kind::kBytes:
                ids.push_back(text_of_bytes(element));
                break;
            case Kind::kSigned:
                ids.push_back(text_of_integer<std::int64_t>(element));
                break;
            case Kind::kUnsigned:
                ids.push_back(text_of_integer<std::uint64_t>(element));
                break;
        }
    }
    return ids;
}

Result<std::vector<std::string>> IdList::next_of_text(std::size_t count) {
    std::vector<std::string> ids;
    ids.reserve(count);
    while (ids.size() < count) {
        const std::optional<std::string_view> line = TRY(lines_->next());
        if (!line) return tl::unexpected(cut_off());
        ids.emplace_back(*line);
    }
    return ids;
}

Result<void> IdList::seek(std::uint64_t position) {
    if (position < position_) {
        if (lines_) lines_->seek(0);
        position_ = 0;
    }
    return skip_to(position);
}

Result<void> IdList::skip_to(std::uint64_t position) {
    CHECK(position >= position_);
    if (position > size_) {
        return fail(ErrorCode::kInvalidArgument, "{}: id {}: it has {}", name_, position, size_);
    }
    for (; lines_ && position_ < position; ++position_) {
        const auto skipped = TRY(lines_->next());
        if (!skipped) return tl::unexpected(cut_off());
    }
    position_ = position;
    return {};
}

Error IdList::cut_off() const {
    return Error(ErrorCode::kCorruption,
                 fmt::format("{}: has become shorter while it was read", name_));
}

namespace {

/// NumPy fills up with zeros.
Result<std::string> text_of_utf32(std::span<const std::byte> element) {
    std::string text;
    std::size_t zeros = 0;
    for (std::size_t at = 0; at < element.size(); at += 4) {
        std::uint32_t point = 0;
        std::memcpy(&point, element.data() + at, sizeof(point));
        if (point == 0) {
            ++zeros;
            continue;
        }
        const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
        if (zeros > 0 || is_surrogate || point > 0x10ffff) {
            return fail(ErrorCode::kCorruption, "a text holds {:#x}, which is no character",
                        zeros > 0 ? 0 : point);
        }
        append_utf8(text, point);
    }
    return text;
}

std::string text_of_bytes(std::span<const std::byte> element) {
    std::string text(reinterpret_cast<const char*>(element.data()), element.size());
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

template <typename Integer>
std::string text_of_integer(std::span<const std::byte> element) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, element.data(), element.size());
    const std::size_t unused = 64 - 8 * element.size();
    // The sign is carried along from where it lies.
    return fmt::format("{}", static_cast<Integer>(bits << unused) >> unused);
}

void append_utf8(std::string& text, std::uint32_t point) {
    const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
        byte(0xc0 | point >> 6U);
    } else if (point < 0x10000) {
        byte(0xe0 | point >> 12U);
        byte(0x80 | (point >> 6U & 0x3fU));
    } else {
        byte(0xf0 | point >> 18U);
        byte(0x80 | (point >> 12U & 0x3fU));
        byte(0x80 | (point >> 6U & 0x3fU));
    }
    byte(0x80 | (point & 0x3fU));
}

}  // namespace
}  // namespace sokkuri::service
