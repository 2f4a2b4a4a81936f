#include "base/json_members.h"

#include "base/json.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sokkuri {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::string name_of_key(std::string_view key);
std::size_t end_of_value(std::string_view text, std::size_t start);
std::string_view trimmed(std::string_view text);

}  // namespace

std::vector<JsonMember> json_members(std::string_view object) {
    std::vector<JsonMember> members;
    std::size_t at = object.find('{') + 1;
    while (true) {
        at = object.find_first_of("\"}", at);
        if (at == std::string_view::npos || object[at] == '}') return members;
        const std::size_t key_end = end_of_json_string(object, at);
        const std::string_view key = object.substr(at, key_end - at);
        const std::size_t start = object.find(':', key_end) + 1;
        at = end_of_value(object, start);
        members.push_back({name_of_key(key), key, trimmed(object.substr(start, at - start))});
    }
}

const JsonMember* find_member(const std::vector<JsonMember>& members, std::string_view name) {
    const auto found = std::find_if(members.rbegin(), members.rend(),
                                    [&](const JsonMember& member) { return member.name == name; });
    return found == members.rend() ? nullptr : &*found;
}

std::size_t end_of_json_string(std::string_view text, std::size_t start) {
    for (std::size_t at = start + 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

JsonObjectText& JsonObjectText::add(std::string_view key, std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    text_.append(key).append(":").append(value);
    return *this;
}

std::string JsonObjectText::finish() && {
    text_ += '}';
    return std::move(text_);
}

namespace {

std::string name_of_key(std::string_view key) {
    if (key.find('\\') == std::string_view::npos) {
        return std::string(key.substr(1, key.size() - 2));
    }
    const auto parsed = parse_json(key);  // valid, since the whole text is
    return parsed ? std::string(parsed->text()) : std::string();
}

/// The comma or bracket after the value that begins at `start`.
std::size_t end_of_value(std::string_view text, std::size_t start) {
    std::size_t depth = 0;
    for (std::size_t at = start; at < text.size(); ++at) {
        const char character = text[at];
        if (character == '"') {
            at = end_of_json_string(text, at) - 1;
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
}  // namespace sokkuri
