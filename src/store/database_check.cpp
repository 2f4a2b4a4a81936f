#include "store/database_check.h"

#include "store/page_checksum.h"

#include <algorithm>
#include <array>
#include <set>

namespace sokkuri::store {
namespace {

constexpr std::size_t kPageBytes = 4096;         // of every database that we make
constexpr std::size_t kPagesAtOnce = 256;        // 1 MiB
constexpr std::uint64_t kLogHeaderBytes = 32;    // SQLite's WAL: its header,
constexpr std::uint64_t kFrameHeaderBytes = 24;  // that of a frame, which begins with a page number

struct PageScan {
    const std::string& path;
    const File& file;
    std::uint64_t size_bytes = 0;
};

Result<std::vector<std::uint64_t>> suspicious_pages(const PageScan& scan);
Result<std::set<std::uint64_t>> pages_in_log(FileSystem& files, const std::string& path);
std::uint64_t big_endian(std::span<const std::byte> bytes);

}  // namespace

Result<std::vector<std::string>> damaged_pages(FileSystem& files, const std::string& path) {
    const std::unique_ptr<File> file = TRY(files.open(path, OpenMode::kRead));
    const std::uint64_t size_bytes = TRY(file->size_bytes());
    const PageScan scan{path, *file, size_bytes};
    std::vector<std::string> findings;
    const std::vector<std::uint64_t> pages = TRY(suspicious_pages(scan));
    if (pages.empty() && size_bytes % kPageBytes == 0) return findings;
    // Looked at after the pages: what a checkpoint writes while we read is in the log until the
    // caller's transaction has ended.
    const std::set<std::uint64_t> logged = TRY(pages_in_log(files, path));
    for (const std::uint64_t page : pages) {
        if (logged.contains(page)) continue;
        findings.push_back(fmt::format("{}: page {}, from byte {}: checksum mismatch", path, page,
                                       (page - 1) * kPageBytes));
    }
    const std::uint64_t last = size_bytes / kPageBytes + 1;
    if (size_bytes % kPageBytes != 0 && !logged.contains(last)) {
        findings.push_back(
            fmt::format("{}: ends at byte {}, inside page {}", path, size_bytes, last));
    }
    return findings;
}

Result<std::vector<std::string>> damaged_trees(Database& database, const std::string& path) {
    Statement statement =
        TRY(database.prepare(fmt::format("PRAGMA integrity_check({})", kFindingsMax)));
    Rows rows = TRY(statement.query());
    std::vector<std::string> findings;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return findings;
        if (rows.text(0) == "ok") continue;
        findings.push_back(fmt::format("{}: {}", path, rows.text(0)));
    }
}

namespace {

/// Numbers of pages with a wrong checksum, from 1, at most kFindingsMax.
Result<std::vector<std::uint64_t>> suspicious_pages(const PageScan& scan) {
    std::vector<std::uint64_t> suspicious;
    std::vector<std::byte> bytes(kPagesAtOnce * kPageBytes);
    for (std::uint64_t offset = 0; offset < scan.size_bytes; offset += bytes.size()) {
        const std::size_t filled = TRY(scan.file.read_at(offset, bytes));
        // Of version 1, or of another program: whoever opens it says so.
        if (offset == 0 && (filled < kPageBytes || !says_sealed(bytes))) return suspicious;
        for (std::size_t at = 0; at + kPageBytes <= filled; at += kPageBytes) {
            const std::uint64_t number = page_number(offset + at, kPageBytes);
            if (is_whole_page(std::span(bytes).subspan(at, kPageBytes), number)) continue;
            suspicious.push_back(number);
            if (suspicious.size() == kFindingsMax) return suspicious;
        }
    }
    return suspicious;
}

/// Of all frames, valid or not: too many rather than too few.
Result<std::set<std::uint64_t>> pages_in_log(FileSystem& files, const std::string& path) {
    std::set<std::uint64_t> pages;
    auto log = files.open(path + "-wal", OpenMode::kRead);
    if (!log && log.error().code() == ErrorCode::kNotFound) return pages;
    if (!log) return tl::unexpected(log.error());
    const std::uint64_t size_bytes = TRY((*log)->size_bytes());
    std::array<std::byte, 4> number{};
    for (std::uint64_t at = kLogHeaderBytes; at + kFrameHeaderBytes <= size_bytes;
         at += kFrameHeaderBytes + kPageBytes) {
        const std::size_t filled = TRY((*log)->read_at(at, number));
        if (filled == number.size()) pages.insert(big_endian(number));
    }
    return pages;
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
