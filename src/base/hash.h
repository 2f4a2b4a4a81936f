// Content hashes: xxh128 to recognize files and derive ids, xxh64 as checksum of blocks on disk,
// SHA-256 for models that come from elsewhere. xxHash is not cryptographic: never use it to trust
// something.
#pragma once

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

/// Big-endian, as xxHash prints it.
using Hash128 = std::array<std::byte, 16>;

Hash128 xxh128(std::span<const std::byte> bytes);
std::uint64_t xxh64(std::span<const std::byte> bytes);
std::string sha256_hex(std::span<const std::byte> bytes);

/// RFC 4648 §5 without padding: 16 bytes give 22 characters.
std::string base64url(std::span<const std::byte> bytes);
/// The bytes again; kInvalidArgument for what base64url never writes.
Result<std::vector<std::byte>> parse_base64url(std::string_view text);
/// "0a1b…", two digits a byte.
std::string hex(std::span<const std::byte> bytes);

}  // namespace sokkuri
