#include "cli/path_json.h"

#include "base/shown_text.h"

#include <cstdint>

namespace sokkuri::cli {
namespace {

/// RFC 4648 §4, padded.
std::string base64(std::string_view bytes);

}  // namespace

void write_path(JsonWriter& json, std::string_view name, std::string_view path) {
    json.member(name, utf8_text(path));
    if (!is_utf8(path)) json.member(std::string(name) + "_bytes", base64(path));
}

std::string path_bytes(std::string_view path) {
    return is_utf8(path) ? "" : base64(path);
}

namespace {

std::string base64(std::string_view bytes) {
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t offset) -> std::uint32_t {
            return i + offset < bytes.size() ? static_cast<unsigned char>(bytes[i + offset]) : 0U;
        };
        const std::uint32_t group = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
        for (std::uint32_t digit = 0; digit < 4; ++digit) {
            const bool is_padding = i + digit > bytes.size();
            text += is_padding ? '=' : kAlphabet[(group >> (18 - 6 * digit)) & 63U];
        }
    }
    return text;
}

}  // namespace
}  // namespace sokkuri::cli
