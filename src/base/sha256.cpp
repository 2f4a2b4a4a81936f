#include "base/sha256.h"

#include "base/hash.h"

#include <openssl/sha.h>

#include <array>

namespace sokkuri {

std::string sha256_hex(std::span<const std::byte> bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return hex(std::as_bytes(std::span(digest)));
}

}  // namespace sokkuri
