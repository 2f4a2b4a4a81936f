#include "http/percent_encoding.h"

#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sokkuri::http {
namespace {

bool is_unreserved(unsigned char byte);
std::string safe_name(std::string_view file_name);
std::string ascii_name(std::string_view name);

}  // namespace

std::string percent_encoded(std::string_view bytes) {
    std::string text;
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        if (is_unreserved(byte)) {
            text += character;
        } else {
            fmt::format_to(std::back_inserter(text), "%{:02X}", byte);
        }
    }
    return text;
}

std::string inline_disposition(std::string_view file_name) {
    const std::string name = safe_name(file_name);
    const std::string ascii = ascii_name(name);
    std::string header = fmt::format("inline; filename=\"{}\"", ascii);
    if (ascii != name) header += "; filename*=UTF-8''" + percent_encoded(name);
    return header;
}

namespace {

bool is_unreserved(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

/// UTF-8 without what a name of a file cannot have anywhere.
std::string safe_name(std::string_view file_name) {
    const bool is_text = is_utf8(file_name);
    std::string name(file_name);
    std::ranges::replace_if(
        name,
        [&](char character) {
            const auto byte = static_cast<unsigned char>(character);
            return byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' ||
                   (byte >= 0x80 && !is_text);
        },
        '_');
    return name;
}

/// For clients that know no other: what needs quoting inside the quotes goes, too.
std::string ascii_name(std::string_view name) {
    std::string text;
    for (const char character : name) {
        const auto byte = static_cast<unsigned char>(character);
        // Of a character of several bytes, one stays.
        if ((byte & 0xc0U) == 0x80) continue;
        text += byte >= 0x80 || byte == '"' || byte == '%' ? '_' : character;
    }
    return text;
}

}  // namespace
}  // namespace sokkuri::http
