#include "http/target.h"

#include "http/header_text.h"

#include <algorithm>

namespace sokkuri::http {
namespace {

enum class Plus { kIsPlus, kIsSpace };

std::string_view take_authority(std::string_view& text);
Result<std::vector<std::string>> parse_path(std::string_view path);
Result<Pairs> parse_query(std::string_view text);
Result<std::string> percent_decoded(std::string_view text, Plus plus);
int hex_digit(char c);

}  // namespace

Result<Target> parse_target(std::string_view text) {
    Target target;
    target.authority = take_authority(text);
    text = text.substr(0, text.find('#'));
    const auto question = std::min(text.find('?'), text.size());
    target.path = text.substr(0, question);
    if (target.path.empty() && !target.authority.empty()) target.path = "/";
    target.segments = TRY(in_context("the path", parse_path(target.path)));
    if (question < text.size()) {
        target.query = TRY(in_context("the query", parse_query(text.substr(question + 1))));
    }
    return target;
}

namespace {

std::string_view take_authority(std::string_view& text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equals_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
        text.remove_prefix(scheme.size());
        const auto authority = text.substr(0, text.find_first_of("/?#"));
        text.remove_prefix(authority.size());
        return authority;
    }
    return "";
}

Result<std::vector<std::string>> parse_path(std::string_view path) {
    if (!path.starts_with('/')) {
        return fail(ErrorCode::kInvalidArgument, "it must begin with '/'");
    }
    std::vector<std::string> segments;
    path.remove_prefix(1);
    if (path.empty()) return segments;
    for (;;) {
        const auto end = std::min(path.find('/'), path.size());
        std::string segment = TRY(percent_decoded(path.substr(0, end), Plus::kIsPlus));
        if (segment == "." || segment == "..") {
            return fail(ErrorCode::kInvalidArgument, "\".\" and \"..\" are not taken");
        }
        segments.push_back(std::move(segment));
        if (end == path.size()) return segments;
        path.remove_prefix(end + 1);
    }
}

Result<Pairs> parse_query(std::string_view text) {
    Pairs pairs;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        std::string name = TRY(percent_decoded(pair.substr(0, equals), Plus::kIsSpace));
        const auto rest = pair.substr(std::min(equals + 1, pair.size()));
        std::string value = TRY(percent_decoded(rest, Plus::kIsSpace));
        pairs.emplace_back(std::move(name), std::move(value));
    }
    return pairs;
}

Result<std::string> percent_decoded(std::string_view text, Plus plus) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus == Plus::kIsSpace) c = ' ';
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return fail(ErrorCode::kInvalidArgument,
                            "'%' must be followed by two hexadecimal digits");
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return fail(ErrorCode::kInvalidArgument, "NUL is not taken");
        decoded += c;
    }
    return decoded;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower_case(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace
}  // namespace sokkuri::http
