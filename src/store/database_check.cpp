#include "store/database_check.h"

#include "store/page_checksum.h"
#include "store/write_ahead_log.h"

#include <array>
#include <set>
#include <utility>

namespace sokkuri::store {
namespace {

constexpr std::size_t kPageBytes = 4096;   // of every database that we make
constexpr std::size_t kPagesAtOnce = 256;  // 1 MiB

struct PageScan {
    const std::string& path;
    const File& file;
    std::uint64_t size_bytes = 0;
};

Result<void> add_damaged_pages(const PageScan& scan, const std::set<std::uint64_t>& passed_over,
                               std::vector<std::string>& findings);
Result<void> add_missing_pages(const PageScan& scan, const std::set<std::uint64_t>& in_log,
                               std::vector<std::string>& findings);

}  // namespace

Result<std::vector<std::string>> damaged_pages(FileSystem& files, const std::string& path) {
    const std::unique_ptr<File> file = TRY(files.open(path, OpenMode::kRead));
    const std::uint64_t size_bytes = TRY(file->size_bytes());
    // Looked at before the pages: what a checkpoint writes while we read is in the log until the
    // caller's transaction has ended.
    LogContent log = TRY(read_log(files, path, kFindingsMax));
    std::vector<std::string> findings = std::move(log.findings);
    TRY(add_damaged_pages({path, *file, size_bytes}, log.pages, findings));
    TRY(add_missing_pages({path, *file, size_bytes}, log.pages, findings));
    const std::uint64_t last = size_bytes / kPageBytes + 1;
    if (size_bytes % kPageBytes != 0 && !log.pages.contains(last)) {
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

/// Up to kFindingsMax findings.
Result<void> add_damaged_pages(const PageScan& scan, const std::set<std::uint64_t>& passed_over,
                               std::vector<std::string>& findings) {
    std::vector<std::byte> bytes(kPagesAtOnce * kPageBytes);
    for (std::uint64_t offset = 0; offset < scan.size_bytes; offset += bytes.size()) {
        const std::size_t filled = TRY(scan.file.read_at(offset, bytes));
        // Of version 1, or of another program: whoever opens it says so.
        if (offset == 0 && (filled < kPageBytes || !says_sealed(bytes))) return {};
        for (std::size_t at = 0; at + kPageBytes <= filled; at += kPageBytes) {
            const std::uint64_t number = page_number(offset + at, kPageBytes);
            if (is_whole_page(std::span(bytes).subspan(at, kPageBytes), number)) continue;
            if (passed_over.contains(number)) continue;
            if (findings.size() >= kFindingsMax) return {};
            findings.push_back(fmt::format("{}: page {}, from byte {}: checksum mismatch",
                                           scan.path, number, offset + at));
        }
    }
    return {};
}

/// Of a file that was cut off: its first page says how many there are (bytes 28 to 31, the most
/// significant first; SQLite's "Database File Format", 1.3.7).
Result<void> add_missing_pages(const PageScan& scan, const std::set<std::uint64_t>& in_log,
                               std::vector<std::string>& findings) {
    constexpr std::size_t kPageCountAt = 28;
    std::array<std::byte, kPageBytes> first{};
    const std::size_t filled = TRY(scan.file.read_at(0, first));
    if (filled < first.size() || !is_whole_page(first, 1) || in_log.contains(1)) return {};
    std::uint64_t pages = 0;
    for (std::size_t at = kPageCountAt; at < kPageCountAt + 4; ++at)
        pages = pages << 8U | std::to_integer<std::uint64_t>(first[at]);
    const std::uint64_t there = scan.size_bytes / kPageBytes;
    if (there >= pages || in_log.contains(there + 1)) return {};
    findings.push_back(fmt::format("{}: ends at byte {}, but has {} pages of {} bytes", scan.path,
                                   scan.size_bytes, pages, kPageBytes));
    return {};
}

}  // namespace
}  // namespace sokkuri::store
