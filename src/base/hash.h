// Content hashes: xxh128 to recognize files and derive ids, xxh64 as checksum of blocks on disk.
// xxHash is not cryptographic: never use it to trust something (base/sha256.h is for that).
#pragma once

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct XXH3_state_s;

namespace sokkuri {

/// Big-endian, as xxHash prints it.
using Hash128 = std::array<std::byte, 16>;

Hash128 xxh128(std::span<const std::byte> bytes);
std::uint64_t xxh64(std::span<const std::byte> bytes);

/// xxh64 of bytes that come in pieces. Not shared between threads.
class Xxh64Stream {
 public:
    Xxh64Stream();
    Xxh64Stream(const Xxh64Stream&) = delete;
    Xxh64Stream& operator=(const Xxh64Stream&) = delete;
    ~Xxh64Stream();

    void update(std::span<const std::byte> bytes);
    /// Of everything so far.
    std::uint64_t digest() const;

 private:
    struct FreeState {
        void operator()(XXH3_state_s* state) const;
    };

    std::unique_ptr<XXH3_state_s, FreeState> state_;
};

/// RFC 4648 §5 without padding: 16 bytes give 22 characters.
std::string base64url(std::span<const std::byte> bytes);
/// The bytes again; kInvalidArgument for what base64url never writes.
Result<std::vector<std::byte>> parse_base64url(std::string_view text);
/// "0a1b…", two digits a byte.
std::string hex(std::span<const std::byte> bytes);

}  // namespace sokkuri
