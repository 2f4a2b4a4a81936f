// The log (WAL) beside a SQLite database: a header, then frames: a header each, a page, and a
// checksum over both and all frames before (https://sqlite.org/fileformat2.html, section 4). SQLite
// compares these when it recovers a log and never again; we do so with every page that is read
// (sqlite_file.cpp), and with the whole log (database_check.cpp). Reads only.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::store {

inline constexpr std::uint64_t kLogHeaderBytes = 32;
inline constexpr std::uint64_t kFrameHeaderBytes = 24;

/// Whether a read or write of a log is that of one frame's page, and not of headers.
bool is_page_of_frame(std::uint64_t offset, std::size_t size_bytes);
/// From 1, as SQLite counts them; `offset` is that of its page.
std::uint64_t frame_number(std::uint64_t offset, std::size_t page_bytes);
/// Whether `page`, read at `offset`, is what the checksum of its frame says.
Result<bool> is_whole_frame(const File& log, std::uint64_t offset, std::span<const std::byte> page);

struct LogContent {
    std::set<std::uint64_t> pages;      // whose newest bytes are in the log and nowhere else
    std::vector<std::string> findings;  // words on frames that are in use and damaged
};

/// Of the log of the database `path`; nothing when there is none. The frames that count are those
/// which the log's index (`-shm`) names while the database is open, and else those that a recovery
/// would take. At most `findings_max` findings. Reads the whole log. While others write, the caller
/// needs a read transaction on the database meanwhile.
Result<LogContent> read_log(FileSystem& files, const std::string& path, std::size_t findings_max);

}  // namespace sokkuri::store
