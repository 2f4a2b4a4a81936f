#include "store/write_ahead_log.h"

#include "store/page_checksum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>

namespace sokkuri::store {
namespace {

constexpr std::uint64_t kFirstPageAt = kLogHeaderBytes + kFrameHeaderBytes;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kPageBytesMax = 65'536;
constexpr int kTriesMax = 8;  // more often nobody begins the log anew while it is read
constexpr std::uint64_t kMagic = 0x377F0682;  // the lowest bit: words of checksums are big-endian

using Salt = std::array<std::byte, 8>;  // of a log between two restarts; stale frames have another

struct LogHeader {
    bool is_big_endian = false;
    std::size_t page_bytes = 0;
    Salt salt{};
    std::array<std::byte, kChecksumBytes> checksum{};
};

/// What the index in shared memory says (SQLite's wal.c: WalIndexHdr, WalCkptInfo).
struct LogIndex {
    Salt salt{};
    std::uint64_t frames = 0;    // committed
    std::uint64_t taken_in = 0;  // of these, that the database file has, too
};

/// One frame as it was read, and the stored checksum of the one before (or of the header).
struct Frame {
    std::span<const std::byte> header;
    std::span<const std::byte> page;
    std::span<const std::byte> checksum_before;
};

class LogReader {
 public:
    LogReader(std::string name, const File& log, const LogHeader& header)
        : name_(std::move(name)), log_(log), header_(header) {}

    Result<LogContent> frames_in_use(const LogIndex& index, std::size_t findings_max);
    Result<LogContent> frames_of_a_recovery();

 private:
    /// False behind the end of the file.
    Result<bool> read(std::uint64_t number);
    bool is_right(const Salt& salt) const;
    std::uint64_t page() const;
    bool is_commit() const;

    const std::string name_;
    const File& log_;
    const LogHeader header_;
    std::vector<std::byte> bytes_;  // of the frame that was read
    std::array<std::byte, kChecksumBytes> before_{};
};

Result<std::optional<LogHeader>> read_header(const File& log);
Result<std::optional<LogIndex>> read_index(FileSystem& files, const std::string& path);
bool has_right_checksum(const Frame& frame, bool is_big_endian);
std::uint64_t big_endian(std::span<const std::byte> bytes);

}  // namespace

bool is_page_of_frame(std::uint64_t offset, std::size_t size_bytes) {
    return is_page(0, size_bytes) && offset >= kFirstPageAt &&
           (offset - kFirstPageAt) % (kFrameHeaderBytes + size_bytes) == 0;
}

std::uint64_t frame_number(std::uint64_t offset, std::size_t page_bytes) {
    return (offset - kFirstPageAt) / (kFrameHeaderBytes + page_bytes) + 1;
}

Result<bool> is_whole_frame(const File& log, std::uint64_t offset,
                            std::span<const std::byte> page) {
    const std::optional<LogHeader> header = TRY(read_header(log));
    if (!header) return false;
    std::array<std::byte, kFrameHeaderBytes> frame{};
    const std::size_t filled = TRY(log.read_at(offset - kFrameHeaderBytes, frame));
    std::array<std::byte, kChecksumBytes> before = header->checksum;
    if (offset != kFirstPageAt) {
        const std::uint64_t end_of_header = offset - kFrameHeaderBytes - page.size();
        TRY(log.read_at(end_of_header - kChecksumBytes, before));
    }
    return filled == frame.size() &&
           has_right_checksum({frame, page, before}, header->is_big_endian);
}

Result<LogContent> read_log(FileSystem& files, const std::string& path, std::size_t findings_max) {
    const std::string name = path + "-wal";
    for (int tries_left = kTriesMax;; --tries_left) {
        const auto log = files.open(name, OpenMode::kRead);
        if (!log && log.error().code() == ErrorCode::kNotFound) return LogContent();
        if (!log) return tl::unexpected(log.error());
        const std::optional<LogHeader> header = TRY(read_header(**log));
        if (!header) return LogContent();  // as one that is empty
        LogReader reader(name, **log, *header);
        const std::optional<LogIndex> index = TRY(read_index(files, path + "-shm"));
        if (!index) return reader.frames_of_a_recovery();
        LogContent content = TRY(reader.frames_in_use(*index, findings_max));
        if (content.findings.empty() || tries_left == 0) return content;
        // Who reads a database whose log was taken in keeps nobody from beginning it anew: then
        // this was some of the old one and some of the new one.
        const std::optional<LogHeader> header_now = TRY(read_header(**log));
        const std::optional<LogIndex> index_now = TRY(read_index(files, path + "-shm"));
        const bool is_same = header_now && header_now->salt == header->salt && index_now &&
                             index_now->salt == index->salt;
        if (is_same) return content;
    }
}

namespace {

/// Those that were taken in are what a recovery would have to pass, so they are compared, too.
Result<LogContent> LogReader::frames_in_use(const LogIndex& index, std::size_t findings_max) {
    LogContent content;
    if (index.taken_in >= index.frames) return content;  // it may be begun anew at any time
    for (std::uint64_t number = 1; number <= index.frames; ++number) {
        const bool is_there = TRY(read(number));
        if (is_there && is_right(index.salt)) {
            if (number > index.taken_in) content.pages.insert(page());
            continue;
        }
        if (content.findings.size() >= findings_max) return content;
        const std::uint64_t offset =
            kLogHeaderBytes + (number - 1) * (kFrameHeaderBytes + header_.page_bytes);
        content.findings.push_back(fmt::format("{}: frame {}, from byte {}: {}", name_, number,
                                               offset,
                                               is_there ? "checksum mismatch" : "is missing"));
        if (!is_there) return content;
    }
    return content;
}

/// Up to the last commit before the first one that is wrong.
Result<LogContent> LogReader::frames_of_a_recovery() {
    LogContent content;
    std::vector<std::uint64_t> not_committed;
    for (std::uint64_t number = 1;; ++number) {
        const bool is_there = TRY(read(number));
        if (!is_there || !is_right(header_.salt)) return content;
        not_committed.push_back(page());
        if (!is_commit()) continue;
        content.pages.insert(not_committed.begin(), not_committed.end());
        not_committed.clear();
    }
}

Result<bool> LogReader::read(std::uint64_t number) {
    if (number == 1) before_ = header_.checksum;
    if (number > 1) {
        std::copy_n(bytes_.begin() + kFrameHeaderBytes - kChecksumBytes, kChecksumBytes,
                    before_.begin());
    }
    bytes_.resize(kFrameHeaderBytes + header_.page_bytes);
    const std::uint64_t offset = kLogHeaderBytes + (number - 1) * bytes_.size();
    const std::size_t filled = TRY(log_.read_at(offset, bytes_));
    return filled == bytes_.size();
}

bool LogReader::is_right(const Salt& salt) const {
    constexpr std::size_t kSaltAt = 8;
    const std::span<const std::byte> bytes = bytes_;
    return std::ranges::equal(bytes.subspan(kSaltAt, salt.size()), salt) &&
           has_right_checksum(
               {bytes.first(kFrameHeaderBytes), bytes.subspan(kFrameHeaderBytes), before_},
               header_.is_big_endian);
}

std::uint64_t LogReader::page() const {
    return big_endian(std::span(bytes_).first(4));
}

bool LogReader::is_commit() const {
    return big_endian(std::span(bytes_).subspan(4, 4)) != 0;
}

/// Nothing when it is none of SQLite's.
Result<std::optional<LogHeader>> read_header(const File& log) {
    std::array<std::byte, kLogHeaderBytes> bytes{};
    const std::size_t filled = TRY(log.read_at(0, bytes));
    const std::span<const std::byte> all = bytes;
    const std::uint64_t magic = big_endian(all.first(4));
    LogHeader header{.is_big_endian = (magic & 1) != 0,
                     .page_bytes = static_cast<std::size_t>(big_endian(all.subspan(8, 4)))};
    const bool is_one = filled == bytes.size() && (magic & ~std::uint64_t{1}) == kMagic &&
                        is_page(0, header.page_bytes) && header.page_bytes <= kPageBytesMax;
    if (!is_one) return std::nullopt;
    std::ranges::copy(all.subspan(16, header.salt.size()), header.salt.begin());
    std::ranges::copy(all.subspan(24, kChecksumBytes), header.checksum.begin());
    return header;
}

/// Nothing when nobody has the database open, or while somebody changes it. The numbers are the
/// machine's own.
Result<std::optional<LogIndex>> read_index(FileSystem& files, const std::string& path) {
    constexpr std::size_t kHeaderBytes = 48;  // twice: readers compare the two
    constexpr std::uint32_t kVersion = 3'007'000;
    std::array<std::byte, 2 * kHeaderBytes + 4> bytes{};
    const auto file = files.open(path, OpenMode::kRead);
    if (!file && file.error().code() == ErrorCode::kNotFound) return std::nullopt;
    if (!file) return tl::unexpected(file.error());
    const std::size_t filled = TRY((*file)->read_at(0, bytes));
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return value;
    };
    const bool is_settled = std::equal(bytes.begin(), bytes.begin() + kHeaderBytes,
                                       bytes.begin() + kHeaderBytes, bytes.end() - 4);
    const bool is_made = bytes[12] != std::byte{0};
    if (filled != bytes.size() || !is_settled || !is_made || number(0) != kVersion) {
        return std::nullopt;
    }
    LogIndex index{.frames = number(16), .taken_in = number(2 * kHeaderBytes)};
    std::memcpy(index.salt.data(), bytes.data() + 32, index.salt.size());
    return index;
}

/// Over the first 8 bytes of the header and the page, going on from the checksum before.
bool has_right_checksum(const Frame& frame, bool is_big_endian) {
    auto first = static_cast<std::uint32_t>(big_endian(frame.checksum_before.first(4)));
    auto second = static_cast<std::uint32_t>(big_endian(frame.checksum_before.last(4)));
    const bool is_swapped = is_big_endian != (std::endian::native == std::endian::big);
    const auto word = [is_swapped](const std::byte* at) {
        std::uint32_t value = 0;
        std::memcpy(&value, at, sizeof value);
        return is_swapped ? __builtin_bswap32(value) : value;
    };
    const auto go_on = [&](std::span<const std::byte> bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += kChecksumBytes) {
            first += word(bytes.data() + at) + second;
            second += word(bytes.data() + at + 4) + first;
        }
    };
    go_on(frame.header.first(8));
    go_on(frame.page);
    return first == big_endian(frame.header.subspan(16, 4)) &&
           second == big_endian(frame.header.subspan(20, 4));
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes) {
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

}  // namespace
}  // namespace sokkuri::store
