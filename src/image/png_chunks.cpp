#include "image/png_chunks.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace sokkuri::image {

namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kNameBytes = 4;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kOverheadBytes = 12;  // length, name, checksum

/// PNG (third edition) §5.4: a small first letter marks a chunk that a decoder may leave out.
bool is_essential(std::string_view name) {
    return (static_cast<unsigned char>(name[0]) & 0x20) == 0 || name == "tRNS" || name == "eXIf";
}

}  // namespace

std::vector<std::byte> essential_png(std::span<const std::byte> file) {
    std::vector<std::byte> essential;
    essential.reserve(file.size());
    const auto keep = [&](std::size_t at, std::uint64_t size_bytes) {
        const auto part = file.subspan(at, std::min<std::uint64_t>(size_bytes, file.size() - at));
        essential.insert(essential.end(), part.begin(), part.end());
    };
    keep(0, kSignatureBytes);
    std::size_t at = kSignatureBytes;
    while (at < file.size() && file.size() - at >= kOverheadBytes) {
        std::uint64_t length = 0;
        for (std::size_t i = 0; i < kLengthBytes; ++i) {
            length = length << 8 | std::to_integer<std::uint64_t>(file[at + i]);
        }
        const std::string_view name(reinterpret_cast<const char*>(&file[at + kLengthBytes]),
                                    kNameBytes);
        if (is_essential(name)) keep(at, kOverheadBytes + length);
        if (name == "IEND" || length > file.size() - at - kOverheadBytes) break;
        at += kOverheadBytes + length;
    }
    return essential;
}

}  // namespace sokkuri::image
