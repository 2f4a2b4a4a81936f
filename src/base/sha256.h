// SHA-256, for models that come from elsewhere. Apart from the other hashes so that who needs only
// those does not link OpenSSL. Pure; safe from any number of threads.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sokkuri {

/// 64 digits, as sha256sum prints it.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace sokkuri
