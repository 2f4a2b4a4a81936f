#include "http/request.h"

#include "base/check.h"
#include "http/header_text.h"
#include "http/request_head.h"

#include <algorithm>

namespace sokkuri::http {
namespace {

std::optional<std::string_view> first_of(const Pairs& pairs, std::string_view name) {
    const auto at = std::ranges::find(pairs, name, &Pairs::value_type::first);
    if (at == pairs.end()) return std::nullopt;
    return at->second;
}

}  // namespace

std::string_view name_of(Method method) {
    switch (method) {
        case Method::kGet:
            return "GET";
        case Method::kPost:
            return "POST";
        case Method::kPut:
            return "PUT";
        case Method::kPatch:
            return "PATCH";
        case Method::kDelete:
            return "DELETE";
    }
    return "";
}

const std::string& Request::capture(std::string_view name) const {
    const auto at = std::ranges::find(captures, name, &Pairs::value_type::first);
    CHECK(at != captures.end());
    return at->second;
}

std::string Request::collection() const {
    const auto at = std::ranges::find(captures, "collection", &Pairs::value_type::first);
    return at == captures.end() ? std::string() : at->second;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    std::optional<std::string_view> last;
    for (const auto& [key, value] : query) {
        if (key == name) last = value;
    }
    return last;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return first_of(headers, name);
}

std::string Request::content_type() const {
    return media_type_of(header("content-type").value_or(""));
}

std::size_t RequestHead::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count(headers, name, &Pairs::value_type::first));
}

std::optional<std::string_view> RequestHead::header(std::string_view name) const {
    return first_of(headers, name);
}

}  // namespace sokkuri::http
