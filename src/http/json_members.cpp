#include "http/json_members.h"

#include <cstddef>

namespace sokkuri::http {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::size_t end_of_string(std::string_view text, std::size_t start);
std::size_t end_of_value(std::string_view text, std::size_t start);
std::string_view trimmed(std::string_view text);

}  // namespace

std::vector<std::string_view> member_texts(std::string_view object) {
    std::vector<std::string_view> texts;
    std::size_t at = object.find('{') + 1;
    while (true) {
        at = object.find_first_of("\"}", at);
        if (at == std::string_view::npos || object[at] == '}') return texts;
        const std::size_t start = object.find(':', end_of_string(object, at)) + 1;
        at = end_of_value(object, start);
        texts.push_back(trimmed(object.substr(start, at - start)));
    }
}

namespace {

/// Past the closing quote of the string that begins at `start`.
std::size_t end_of_string(std::string_view text, std::size_t start) {
    for (std::size_t at = start + 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

/// The comma or bracket after the value that begins at `start`.
std::size_t end_of_value(std::string_view text, std::size_t start) {
    std::size_t depth = 0;
    for (std::size_t at = start; at < text.size(); ++at) {
        const char character = text[at];
        if (character == '"') {
            at = end_of_string(text, at) - 1;
        } else if (character == '{' || character == '[') {
            ++depth;
        } else if (depth == 0 && (character == ',' || character == '}')) {
            return at;
        } else if (character == '}' || character == ']') {
            --depth;
        }
    }
    return text.size();
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace
}  // namespace sokkuri::http
