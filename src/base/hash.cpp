#include "base/hash.h"

#include <fmt/format.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <cstring>

namespace sokkuri {

Hash128 xxh128(std::span<const std::byte> bytes) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    Hash128 hash;
    std::memcpy(hash.data(), canonical.digest, hash.size());
    return hash;
}

std::uint64_t xxh64(std::span<const std::byte> bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

std::string sha256_hex(std::span<const std::byte> bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    std::string hex;
    for (const unsigned char byte : digest) {
        hex += fmt::format("{:02x}", byte);
    }
    return hex;
}

std::string base64url(std::span<const std::byte> bytes) {
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const std::byte byte : bytes) {
        buffer = (buffer << 8U) | std::to_integer<unsigned>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            text += kAlphabet[(buffer >> (bits - 6)) & 63U];
        }
    }
    if (bits > 0) text += kAlphabet[(buffer << (6 - bits)) & 63U];
    return text;
}

}  // namespace sokkuri
