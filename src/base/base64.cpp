#include "base/base64.h"

#include <array>
#include <cstdint>

namespace sokkuri {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t digit = 0; digit < kAlphabet.size(); ++digit) {
        values[static_cast<unsigned char>(kAlphabet[digit])] = static_cast<std::uint8_t>(digit);
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

std::string_view without_padding(std::string_view text);

}  // namespace

std::string base64(std::span<const std::byte> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const std::byte byte : bytes) {
        buffer = (buffer << 8U) | std::to_integer<std::uint32_t>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            text += kAlphabet[(buffer >> (bits - 6)) & 63U];
        }
    }
    if (bits > 0) text += kAlphabet[(buffer << (6 - bits)) & 63U];
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Result<std::vector<std::byte>> parse_base64(std::string_view text) {
    const std::string_view digits = without_padding(text);
    std::vector<std::byte> bytes;
    bytes.reserve(digits.size() / 4 * 3 + 2);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::uint8_t value = kValues[static_cast<unsigned char>(digits[i])];
        if (value == kNoDigit) {
            return fail(ErrorCode::kInvalidArgument, "base64: byte {:#04x} at {} is no digit of it",
                        static_cast<unsigned char>(digits[i]), i);
        }
        buffer = ((buffer << 6U) | value) & 0xffffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>((buffer >> bits) & 0xffU));
    }
    // What is left over are the zero bits that filled up the last digit.
    const bool is_whole = bits < 6 && (buffer & ((1U << bits) - 1)) == 0;
    if (!is_whole || (digits.size() < text.size() && text.size() % 4 != 0)) {
        return fail(ErrorCode::kInvalidArgument, "base64: cut off after {} characters",
                    text.size());
    }
    return bytes;
}

namespace {

std::string_view without_padding(std::string_view text) {
    for (int i = 0; i < 2 && text.ends_with('='); ++i) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace
}  // namespace sokkuri
