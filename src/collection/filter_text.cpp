#include "collection/filter_text.h"

#include "collection/filter_json.h"

#include <utility>

namespace sokkuri::collection {
namespace {

/// One comparison, cut at its operator.
struct Cut {
    std::string_view field;
    std::string_view name;  // of the operator
    std::string_view value;
};

// The longer ones first: ">=" is no ">".
constexpr std::string_view kOperators[] = {"!=", ">=", "<=", "=", ">", "<", "~"};

Result<Cut> cut(std::string_view text);
std::string_view trimmed(std::string_view text);
bool starts_as_json(std::string_view text);
Result<Filter> filter_of_cut(const Cut& cut);
Result<AttributeValue> value_of(std::string_view text);
Result<std::vector<AttributeValue>> values_of(std::string_view text);

}  // namespace

Result<Filter> filter_of_text(std::string_view text) {
    const std::string_view inner = trimmed(text);
    if (starts_as_json(inner)) {
        const JsonValue json = TRY(in_context("filter", parse_json(inner)));
        return filter_of_json(json);
    }
    const Cut comparison = TRY(cut(inner));
    Filter filter = TRY(filter_of_cut(comparison));
    TRY(filter.validate());
    return filter;
}

namespace {

/// At the first operator: values may hold further ones. Words count only between spaces.
Result<Cut> cut(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        for (const std::string_view name : kOperators) {
            if (!text.substr(at).starts_with(name)) continue;
            return Cut{trimmed(text.substr(0, at)), name, trimmed(text.substr(at + name.size()))};
        }
        if (text.substr(at).starts_with(" in ")) {
            return Cut{trimmed(text.substr(0, at)), "in", trimmed(text.substr(at + 4))};
        }
        if (text.substr(at) == " exists") return Cut{trimmed(text.substr(0, at)), "exists", ""};
    }
    return fail(ErrorCode::kInvalidArgument,
                "filter {:?}: expected FIELD=VALUE, !=, >=, >, <=, <, FIELD~WORDS, FIELD in A,B, "
                "FIELD exists or JSON",
                text);
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool starts_as_json(std::string_view text) {
    return text.starts_with('{') || text.starts_with('[');
}

Result<Filter> filter_of_cut(const Cut& cut) {
    std::string path(cut.field);
    if (cut.name == "exists") return Filter{ExistsFilter{std::move(path)}};
    if (cut.name == "~") return Filter{MatchFilter{std::move(path), std::string(cut.value)}};
    if (cut.name == "in") {
        std::vector<AttributeValue> values = TRY(in_context(path, values_of(cut.value)));
        return Filter{TermsFilter{std::move(path), std::move(values)}};
    }
    AttributeValue value = TRY(in_context(path, value_of(cut.value)));
    if (cut.name == "=") return Filter{TermsFilter{std::move(path), {std::move(value)}}};
    if (cut.name == "!=") {
        BoolFilter clauses{.should_min = 0};
        clauses.must_not.push_back({TermsFilter{std::move(path), {std::move(value)}}});
        return Filter{std::move(clauses)};
    }
    if (cut.value.empty()) {
        return fail(ErrorCode::kInvalidArgument, "filter {}{}: a value is expected", cut.field,
                    cut.name);
    }
    RangeFilter range{.path = std::move(path)};
    const bool is_inclusive = cut.name.size() == 2;
    std::optional<RangeFilter::Bound>& bound = cut.name.front() == '>' ? range.low : range.high;
    bound = RangeFilter::Bound{std::move(value), is_inclusive};
    return Filter{std::move(range)};
}

/// kInvalidArgument for a number that compares with nothing.
Result<AttributeValue> value_of(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return std::string(text);
    if (auto value = store::attribute_value_of(*json)) return *std::move(value);
    if (json->is_number()) return tl::unexpected(json->as_double().error());
    return std::string(text);
}

/// Commas inside of quotes belong to the value.
Result<std::vector<AttributeValue>> values_of(std::string_view text) {
    std::vector<AttributeValue> values;
    bool is_quoted = false;
    std::size_t start = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool is_end = at == text.size();
        if (!is_end && text[at] == '"' && (at == start || text[at - 1] != '\\')) {
            is_quoted = !is_quoted;
        }
        if (!is_end && (text[at] != ',' || is_quoted)) continue;
        AttributeValue value = TRY(value_of(trimmed(text.substr(start, at - start))));
        values.push_back(std::move(value));
        start = at + 1;
    }
    return values;
}

}  // namespace
}  // namespace sokkuri::collection
