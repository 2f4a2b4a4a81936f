// What header values are made of: ASCII letters in either case, lists with commas. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace sokkuri::http {

inline char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return lower_case(c); });
    return lower;
}

inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, {}, [](char c) { return lower_case(c); }, [](char c) { return lower_case(c); });
}

inline bool is_letter_or_digit(char c) {
    return (lower_case(c) >= 'a' && lower_case(c) <= 'z') || (c >= '0' && c <= '9');
}

/// Without spaces and tabs at both ends.
inline std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return "";
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The media type of a Content-Type value: lower case, without parameters.
inline std::string media_type_of(std::string_view content_type) {
    return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

/// Calls `each` with every item of a list with commas, trimmed.
template <typename Each>
void for_each_in_list(std::string_view list, const Each& each) {
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        if (const auto item = trimmed(list.substr(0, end)); !item.empty()) each(item);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

}  // namespace sokkuri::http
