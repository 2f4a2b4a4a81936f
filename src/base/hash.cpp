#include "base/hash.h"

#include <xxhash.h>

#include <cstring>
#include <new>

namespace sokkuri {
namespace {

constexpr std::string_view kBase64UrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

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

Xxh64Stream::Xxh64Stream() : state_(XXH3_createState()) {
    if (!state_) throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
}

Xxh64Stream::~Xxh64Stream() = default;

void Xxh64Stream::FreeState::operator()(XXH3_state_s* state) const {
    XXH3_freeState(state);
}

void Xxh64Stream::update(std::span<const std::byte> bytes) {
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::uint64_t Xxh64Stream::digest() const {
    return XXH3_64bits_digest(state_.get());
}

std::string base64url(std::span<const std::byte> bytes) {
    std::string text;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const std::byte byte : bytes) {
        buffer = (buffer << 8U) | std::to_integer<unsigned>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            text += kBase64UrlAlphabet[(buffer >> (bits - 6)) & 63U];
        }
    }
    if (bits > 0) text += kBase64UrlAlphabet[(buffer << (6 - bits)) & 63U];
    return text;
}

Result<std::vector<std::byte>> parse_base64url(std::string_view text) {
    std::vector<std::byte> bytes;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char character : text) {
        const std::size_t digit = kBase64UrlAlphabet.find(character);
        if (digit == std::string_view::npos) {
            return fail(ErrorCode::kInvalidArgument, "base64url: byte {:#04x} is no digit of it",
                        static_cast<unsigned char>(character));
        }
        buffer = ((buffer << 6U) | static_cast<unsigned>(digit)) & 0xffffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>((buffer >> bits) & 0xffU));
    }
    // What is left over are the zero bits that filled up the last digit.
    if (bits >= 6 || (buffer & ((1U << bits) - 1)) != 0) {
        return fail(ErrorCode::kInvalidArgument, "base64url: cut off or not ended by zero bits");
    }
    return bytes;
}

std::string hex(std::span<const std::byte> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
        text += kDigits[std::to_integer<unsigned>(byte) & 15U];
    }
    return text;
}

}  // namespace sokkuri
