#include "base/shown_text.h"

#include <fmt/format.h>

#include <clocale>
#include <cstdint>
#include <cwchar>
#include <vector>

namespace sokkuri {
namespace {

/// One character of UTF-8, or (`is_valid` false) one byte that does not belong to any.
struct Character {
    std::string_view bytes;
    char32_t code = 0;
    bool is_valid = true;
};

Character next_character(std::string_view text);
bool needs_escape(char32_t code);
void append_escaped(std::string& out, char32_t code);
std::size_t width_of(char32_t code);

}  // namespace

std::string utf8_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const Character character = next_character(bytes);
        if (character.is_valid) {
            text += character.bytes;
        } else {
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
        }
        bytes.remove_prefix(character.bytes.size());
    }
    return text;
}

std::string shown_text(std::string_view bytes) {
    std::string text;
    const std::string valid = utf8_text(bytes);
    for (std::string_view rest = valid; !rest.empty();) {
        const Character character = next_character(rest);
        if (needs_escape(character.code)) {
            append_escaped(text, character.code);
        } else {
            text += character.bytes;
        }
        rest.remove_prefix(character.bytes.size());
    }
    return text;
}

std::size_t display_width(std::string_view shown) {
    std::size_t width = 0;
    while (!shown.empty()) {
        const Character character = next_character(shown);
        width += character.is_valid ? width_of(character.code) : 1;
        shown.remove_prefix(character.bytes.size());
    }
    return width;
}

std::string fit_width(std::string_view shown, std::size_t columns, Cut cut) {
    const std::size_t width = display_width(shown);
    if (width <= columns) return std::string(shown);
    if (columns == 0) return {};
    // One column goes to the ellipsis. At the start we drop until the rest fits; at the end we take
    // while it fits.
    std::size_t taken = 0;
    std::size_t taken_bytes = 0;
    const std::size_t wanted = cut == Cut::kEnd ? columns - 1 : width - (columns - 1);
    while (taken_bytes < shown.size()) {
        const Character character = next_character(shown.substr(taken_bytes));
        const std::size_t character_width = width_of(character.code);
        if (cut == Cut::kEnd && taken + character_width > wanted) break;
        if (cut == Cut::kStart && taken >= wanted && character_width > 0) break;
        taken += character_width;
        taken_bytes += character.bytes.size();
    }
    if (cut == Cut::kEnd) return std::string(shown.substr(0, taken_bytes)) + "…";
    return "…" + std::string(shown.substr(taken_bytes));
}

namespace {

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Character next_character(std::string_view text) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const std::uint32_t first = byte(0);
    const Character invalid{text.substr(0, 1), 0xFFFD, false};
    if (first < 0x80) return {text.substr(0, 1), first, true};
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return invalid;
    char32_t code = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return invalid;
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kSmallest[length] || code > 0x10FFFF || is_surrogate) return invalid;
    return {text.substr(0, length), code, true};
}

bool needs_escape(char32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;
    if (code == 0x2028 || code == 0x2029 || code == 0xFEFF || code == 0x061C) return true;
    const bool is_direction_mark = code == 0x200E || code == 0x200F ||
                                   (code >= 0x202A && code <= 0x202E) ||
                                   (code >= 0x2066 && code <= 0x2069);
    return is_direction_mark;
}

void append_escaped(std::string& out, char32_t code) {
    if (code == '\n') {
        out += "\\n";
    } else if (code == '\t') {
        out += "\\t";
    } else if (code == '\r') {
        out += "\\r";
    } else if (code < 0x80) {
        out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
    } else {
        out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(code));
    }
}

/// glibc's table of its built-in C.UTF-8, whatever locale the user has: text here is always UTF-8.
std::size_t width_of(char32_t code) {
    if (code < 0x300) return 1;
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 == nullptr) return 1;
    const locale_t previous = uselocale(utf8);
    const int width = wcwidth(static_cast<wchar_t>(code));
    uselocale(previous);
    return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace
}  // namespace sokkuri
