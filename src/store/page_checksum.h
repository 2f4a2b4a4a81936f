// Page checksums: the last 8 bytes of each page of a sealed database are XXH3-64 of the bytes
// before, with the page's number mixed in, so that no byte of the file can change unseen (the idea
// is that of SQLite's own cksumvfs). A file says by byte 20 of its first page, the bytes that
// SQLite leaves free at the end of each page, that it is sealed. Used by sqlite_file.cpp and
// database.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sokkuri::store {

inline constexpr int kPageChecksumBytes = 8;
inline constexpr std::size_t kReservedBytesAt = 20;  // in the first page

/// Whether a read or write of a database file is that of one whole page, and not of some bytes of
/// its header.
bool is_page(std::uint64_t offset, std::size_t size_bytes);
/// From 1, as SQLite counts them.
std::uint64_t page_number(std::uint64_t offset, std::size_t page_bytes);

/// What the first bytes of a file say (at least kReservedBytesAt + 1).
bool says_sealed(std::span<const std::byte> first_page);

/// Puts the checksum at the end of the page.
void seal_page(std::span<std::byte> page, std::uint64_t number);
/// Whether the checksum is right. Pages of nothing but zeros are holes: never written, whole.
bool is_whole_page(std::span<const std::byte> page, std::uint64_t number);

}  // namespace sokkuri::store
