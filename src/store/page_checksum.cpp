#include "store/page_checksum.h"

#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sokkuri::store {
namespace {

constexpr std::size_t kPageBytesMin = 512;  // of SQLite; always a power of two

std::uint64_t checksum_of(std::span<const std::byte> page, std::uint64_t number) {
    return xxh64(page.first(page.size() - kPageChecksumBytes)) ^ number;
}

}  // namespace

bool is_page(std::uint64_t offset, std::size_t size_bytes) {
    return size_bytes >= kPageBytesMin && std::has_single_bit(size_bytes) &&
           offset % size_bytes == 0;
}

std::uint64_t page_number(std::uint64_t offset, std::size_t page_bytes) {
    return offset / page_bytes + 1;
}

bool says_sealed(std::span<const std::byte> first_page) {
    return first_page[kReservedBytesAt] == std::byte{kPageChecksumBytes};
}

void seal_page(std::span<std::byte> page, std::uint64_t number) {
    const std::uint64_t checksum = checksum_of(page, number);
    std::memcpy(page.data() + page.size() - kPageChecksumBytes, &checksum, sizeof checksum);
}

bool is_whole_page(std::span<const std::byte> page, std::uint64_t number) {
    std::uint64_t stored = 0;
    std::memcpy(&stored, page.data() + page.size() - kPageChecksumBytes, sizeof stored);
    if (stored == checksum_of(page, number)) return true;
    return std::all_of(page.begin(), page.end(),
                       [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace sokkuri::store
