#include "http/query_values.h"

#include "http/request_json.h"

#include <charconv>

namespace sokkuri::http {
namespace {

template <typename Number>
Result<std::optional<Number>> parse_value(const Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::nullopt;
    Number number{};
    const char* end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) return number;
    return fail(ErrorCode::kInvalidArgument, "{} = {}: not such a number", name,
                shown_value(*text));
}

}  // namespace

Result<std::optional<std::uint64_t>> integer_value(const Request& request, std::string_view name) {
    return parse_value<std::uint64_t>(request, name);
}

Result<std::optional<double>> number_value(const Request& request, std::string_view name) {
    return parse_value<double>(request, name);
}

Result<std::optional<bool>> boolean_value(const Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::nullopt;
    if (*text == "true" || *text == "false") return *text == "true";
    return fail(ErrorCode::kInvalidArgument, "{} = {}: must be true or false", name,
                shown_value(*text));
}

std::string text_value(const Request& request, std::string_view name) {
    return std::string(request.query_value(name).value_or(""));
}

Result<void> refuse_both(const Request& request, std::string_view one, std::string_view other) {
    if (!request.query_value(one) || !request.query_value(other)) return {};
    return fail(ErrorCode::kInvalidArgument, "{} and {} exclude each other", one, other);
}

}  // namespace sokkuri::http
