#include "collection/filter_json.h"

#include <algorithm>
#include <span>
#include <utility>

namespace sokkuri::collection {
namespace {

using Parser = Result<Filter> (*)(const JsonValue& body, std::size_t depth);

/// A clause that speaks of one path: {"path": rest}.
struct PathClause {
    std::string path;
    const JsonValue* rest;
};

Result<Filter> parse(const JsonValue& json, std::size_t depth);
Result<Filter> parse_bool(const JsonValue& body, std::size_t depth);
Result<Filter> parse_term(const JsonValue& body, std::size_t depth);
Result<Filter> parse_terms(const JsonValue& body, std::size_t depth);
Result<Filter> parse_range(const JsonValue& body, std::size_t depth);
Result<Filter> parse_exists(const JsonValue& body, std::size_t depth);
Result<Filter> parse_prefix(const JsonValue& body, std::size_t depth);
Result<Filter> parse_wildcard(const JsonValue& body, std::size_t depth);
Result<Filter> parse_ids(const JsonValue& body, std::size_t depth);
Result<Filter> parse_match(const JsonValue& body, std::size_t depth);
Result<Filter> parse_all(const JsonValue& body, std::size_t depth);
Result<std::vector<Filter>> parse_several(const JsonValue& json, std::size_t depth);
Result<PathClause> path_clause(const JsonValue& body);
Result<const JsonValue*> only_value(const JsonValue& rest, std::string_view long_form);
Result<std::string> text_at(const PathClause& clause);
Result<AttributeValue> scalar_of(std::string_view path, const JsonValue& value);
Result<void> refuse_others(const JsonValue& object, std::span<const std::string_view> known);

constexpr std::pair<std::string_view, Parser> kParsers[] = {
    {"bool", parse_bool},         {"term", parse_term},     {"terms", parse_terms},
    {"range", parse_range},       {"exists", parse_exists}, {"prefix", parse_prefix},
    {"wildcard", parse_wildcard}, {"ids", parse_ids},       {"match", parse_match},
    {"match_all", parse_all},
};

}  // namespace

Result<Filter> filter_of_json(const JsonValue& json) {
    Filter filter = TRY(in_context("filter", parse(json, 1)));
    TRY(filter.validate());
    return filter;
}

namespace {

Result<Filter> parse(const JsonValue& json, std::size_t depth) {
    if (depth > Filter::kDepthMax) {
        return fail(ErrorCode::kInvalidArgument, "more than {} levels deep", Filter::kDepthMax);
    }
    if (json.is_array()) {
        std::vector<Filter> filters = TRY(parse_several(json, depth));
        return all_of(std::move(filters));
    }
    if (json.members().size() != 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "an object with one clause is expected, such as {{\"term\":{{…}}}}, not {}",
                    json.is_object() ? fmt::format("one with {} members", json.members().size())
                                     : std::string(name_of(json.kind())));
    }
    const auto& [name, body] = json.members().front();
    for (const auto& [known, parser] : kParsers) {
        if (name == known) return in_context(name, parser(body, depth));
    }
    return fail(ErrorCode::kInvalidArgument,
                "{:?} is no clause: bool, term, terms, range, exists, prefix, wildcard, ids, match "
                "and match_all are",
                name);
}

Result<Filter> parse_bool(const JsonValue& body, std::size_t depth) {
    static constexpr std::string_view kMembers[] = {"must", "filter", "should", "must_not",
                                                    "minimum_should_match"};
    TRY(refuse_others(body, kMembers));
    BoolFilter clauses;
    for (const auto& [name, value] : body.members()) {
        if (name == "minimum_should_match") continue;
        std::vector<Filter> filters = TRY(in_context(name, parse_several(value, depth)));
        std::vector<Filter>& part = name == "should"     ? clauses.should
                                    : name == "must_not" ? clauses.must_not
                                                         : clauses.must;
        std::move(filters.begin(), filters.end(), std::back_inserter(part));
    }
    clauses.should_min = clauses.should.empty() ? 0 : 1;
    if (const JsonValue* least = body.find("minimum_should_match")) {
        clauses.should_min =
            static_cast<std::size_t>(TRY(in_context("minimum_should_match", least->as_uint64())));
    }
    return Filter{std::move(clauses)};
}

Result<Filter> parse_term(const JsonValue& body, std::size_t /*depth*/) {
    const PathClause clause = TRY(path_clause(body));
    const JsonValue* value = TRY(only_value(*clause.rest, "value"));
    AttributeValue scalar = TRY(scalar_of(clause.path, *value));
    return Filter{TermsFilter{clause.path, {std::move(scalar)}}};
}

Result<Filter> parse_terms(const JsonValue& body, std::size_t /*depth*/) {
    const PathClause clause = TRY(path_clause(body));
    if (!clause.rest->is_array()) {
        return fail(ErrorCode::kInvalidArgument, "{}: an array is expected, not {}", clause.path,
                    name_of(clause.rest->kind()));
    }
    TermsFilter terms{.path = clause.path, .values = {}};
    for (const JsonValue& item : clause.rest->items()) {
        AttributeValue value = TRY(scalar_of(clause.path, item));
        terms.values.push_back(std::move(value));
    }
    return Filter{std::move(terms)};
}

Result<Filter> parse_range(const JsonValue& body, std::size_t /*depth*/) {
    static constexpr std::string_view kMembers[] = {"gte", "gt", "lte", "lt"};
    const PathClause clause = TRY(path_clause(body));
    TRY(in_context(clause.path, refuse_others(*clause.rest, kMembers)));
    RangeFilter range{.path = clause.path};
    for (const auto& [name, value] : clause.rest->members()) {
        std::optional<RangeFilter::Bound>& bound = name.front() == 'g' ? range.low : range.high;
        if (bound) {
            return fail(ErrorCode::kInvalidArgument, "{}: two {} bounds", clause.path,
                        name.front() == 'g' ? "lower" : "upper");
        }
        AttributeValue scalar = TRY(scalar_of(clause.path, value));
        bound = RangeFilter::Bound{std::move(scalar), name.size() == 3};
    }
    return Filter{std::move(range)};
}

Result<Filter> parse_exists(const JsonValue& body, std::size_t /*depth*/) {
    static constexpr std::string_view kMembers[] = {"field"};
    TRY(refuse_others(body, kMembers));
    const JsonValue* field = TRY(body.at("field"));
    std::string path = TRY(in_context("field", field->as_string()));
    return Filter{ExistsFilter{std::move(path)}};
}

Result<Filter> parse_prefix(const JsonValue& body, std::size_t /*depth*/) {
    const PathClause clause = TRY(path_clause(body));
    std::string prefix = TRY(text_at(clause));
    return Filter{PrefixFilter{clause.path, std::move(prefix)}};
}

Result<Filter> parse_wildcard(const JsonValue& body, std::size_t /*depth*/) {
    const PathClause clause = TRY(path_clause(body));
    std::string pattern = TRY(text_at(clause));
    return Filter{WildcardFilter{clause.path, std::move(pattern)}};
}

Result<Filter> parse_ids(const JsonValue& body, std::size_t /*depth*/) {
    static constexpr std::string_view kMembers[] = {"values"};
    TRY(refuse_others(body, kMembers));
    const JsonValue* values = TRY(body.at("values"));
    if (!values->is_array()) {
        return fail(ErrorCode::kInvalidArgument, "values: an array is expected, not {}",
                    name_of(values->kind()));
    }
    IdsFilter ids;
    for (const JsonValue& item : values->items()) {
        std::string id = TRY(in_context("values", item.as_string()));
        ids.ids.push_back(std::move(id));
    }
    return Filter{std::move(ids)};
}

Result<Filter> parse_match(const JsonValue& body, std::size_t /*depth*/) {
    static constexpr std::string_view kMembers[] = {"query", "operator"};
    const PathClause clause = TRY(path_clause(body));
    MatchFilter match{.path = clause.path, .text = {}};
    if (!clause.rest->is_object()) {
        match.text = TRY(in_context(clause.path, clause.rest->as_string()));
        return Filter{std::move(match)};
    }
    TRY(in_context(clause.path, refuse_others(*clause.rest, kMembers)));
    const JsonValue* query = TRY(clause.rest->at("query"));
    match.text = TRY(in_context("query", query->as_string()));
    const JsonValue* words = clause.rest->find("operator");
    if (words == nullptr) return Filter{std::move(match)};
    if (words->text() != "and" && words->text() != "or") {
        return fail(ErrorCode::kInvalidArgument, "{}: operator: \"and\" or \"or\" is expected",
                    clause.path);
    }
    match.words = words->text() == "and" ? MatchFilter::Words::kAll : MatchFilter::Words::kAny;
    return Filter{std::move(match)};
}

Result<Filter> parse_all(const JsonValue& body, std::size_t /*depth*/) {
    TRY(refuse_others(body, {}));
    return Filter{};
}

/// A filter or an array of them.
Result<std::vector<Filter>> parse_several(const JsonValue& json, std::size_t depth) {
    std::vector<Filter> filters;
    const std::size_t count = json.is_array() ? json.items().size() : 1;
    if (count > Filter::kNodesMax) {
        return fail(ErrorCode::kInvalidArgument, "{} filters, at most {}", count,
                    Filter::kNodesMax);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const JsonValue& item = json.is_array() ? json.items()[i] : json;
        Filter filter = TRY(parse(item, depth + 1));
        filters.push_back(std::move(filter));
    }
    return filters;
}

Result<PathClause> path_clause(const JsonValue& body) {
    if (body.members().size() == 1) {
        return PathClause{body.members().front().first, &body.members().front().second};
    }
    return fail(ErrorCode::kInvalidArgument,
                "an object with one attribute's path is expected, not {}",
                body.is_object() ? fmt::format("one with {} members", body.members().size())
                                 : std::string(name_of(body.kind())));
}

/// The short form {"path": value} or the long one {"path": {"value": value}}.
Result<const JsonValue*> only_value(const JsonValue& rest, std::string_view long_form) {
    if (!rest.is_object()) return &rest;
    const std::string_view known[] = {long_form};
    TRY(refuse_others(rest, known));
    return rest.at(long_form);
}

Result<std::string> text_at(const PathClause& clause) {
    const JsonValue* value = TRY(only_value(*clause.rest, "value"));
    return in_context(clause.path, value->as_string());
}

Result<AttributeValue> scalar_of(std::string_view path, const JsonValue& value) {
    if (auto scalar = store::attribute_value_of(value)) return *std::move(scalar);
    if (value.is_number()) {  // and what it compares with, no double holds
        return tl::unexpected(value.as_double().error().with_context(path));
    }
    return fail(ErrorCode::kInvalidArgument,
                "{}: a number, a text, true or false is expected, not {}{}", path,
                name_of(value.kind()),
                value.is_null() ? " (for records without a value: must_not exists)" : "");
}

Result<void> refuse_others(const JsonValue& object, std::span<const std::string_view> known) {
    if (!object.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                    name_of(object.kind()));
    }
    for (const auto& [name, value] : object.members()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        return fail(ErrorCode::kInvalidArgument, "member {:?} is not known here", name);
    }
    return {};
}

}  // namespace
}  // namespace sokkuri::collection
