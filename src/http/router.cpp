#include "http/router.h"

#include "base/check.h"

#include <algorithm>
#include <tuple>

namespace sokkuri::http {

Router::Router(const RouteTable& table) {
    for (const Route& route : table) {
        rows_.push_back({&route, parse_pattern(route.pattern)});
    }
    std::ranges::sort(rows_, precedes);
    for (std::size_t i = 1; i < rows_.size(); ++i) {
        const bool is_twice = !precedes(rows_[i - 1], rows_[i]);
        CHECK(!is_twice);
    }
}

Router::Match Router::find(Method method, const std::vector<std::string>& segments) const {
    for (const Row& row : rows_) {
        if (row.route->method == method && matches(row, segments)) {
            return {row.route, captures(row, segments), {}};
        }
    }
    return {nullptr, {}, allowed(segments)};
}

std::vector<Method> Router::allowed(const std::vector<std::string>& segments) const {
    std::vector<Method> methods;
    for (const Row& row : rows_) {
        if (matches(row, segments)) methods.push_back(row.route->method);
    }
    std::ranges::sort(methods);
    methods.erase(std::ranges::unique(methods).begin(), methods.end());
    return methods;
}

std::vector<Router::Segment> Router::parse_pattern(std::string_view pattern) {
    CHECK(pattern.starts_with('/'));
    std::vector<Segment> segments;
    pattern.remove_prefix(1);
    while (!pattern.empty()) {
        const auto end = std::min(pattern.find('/'), pattern.size());
        std::string_view text = pattern.substr(0, end);
        CHECK(!text.empty());
        CHECK(segments.empty() || segments.back().kind != Segment::Kind::kRest);
        Segment segment{Segment::Kind::kLiteral, text};
        if (text.starts_with('{')) {
            CHECK(text.ends_with('}'));
            text = text.substr(1, text.size() - 2);
            const bool is_rest = text.ends_with("...");
            if (is_rest) text.remove_suffix(3);
            CHECK(!text.empty());
            segment = {is_rest ? Segment::Kind::kRest : Segment::Kind::kCapture, text};
        }
        segments.push_back(segment);
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return segments;
}

/// Total on rows that mean different requests: those that are equal in it are duplicates.
bool Router::precedes(const Row& a, const Row& b) {
    const auto key = [](const Segment& segment) {
        const bool is_literal = segment.kind == Segment::Kind::kLiteral;
        return std::tuple(segment.kind, is_literal ? segment.text : std::string_view());
    };
    const auto before = [&](const Segment& x, const Segment& y) { return key(x) < key(y); };
    if (std::ranges::lexicographical_compare(a.segments, b.segments, before)) return true;
    if (std::ranges::lexicographical_compare(b.segments, a.segments, before)) return false;
    return a.route->method < b.route->method;
}

bool Router::matches(const Row& row, const std::vector<std::string>& segments) {
    for (std::size_t i = 0; i < row.segments.size(); ++i) {
        const Segment& wanted = row.segments[i];
        if (wanted.kind == Segment::Kind::kRest) return true;
        if (i >= segments.size() || segments[i].empty()) return false;
        if (wanted.kind == Segment::Kind::kLiteral && segments[i] != wanted.text) return false;
    }
    return row.segments.size() == segments.size();
}

Pairs Router::captures(const Row& row, const std::vector<std::string>& segments) {
    Pairs captured;
    for (std::size_t i = 0; i < row.segments.size(); ++i) {
        const Segment& wanted = row.segments[i];
        if (wanted.kind == Segment::Kind::kLiteral) continue;
        std::string value;
        const std::size_t end = wanted.kind == Segment::Kind::kRest ? segments.size() : i + 1;
        for (std::size_t j = i; j < end; ++j) {
            if (j > i) value += '/';
            value += segments[j];
        }
        captured.emplace_back(std::string(wanted.text), std::move(value));
    }
    return captured;
}

}  // namespace sokkuri::http
