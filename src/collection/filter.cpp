#include "collection/filter.h"

#include "base/hash.h"
#include "base/json.h"
#include "store/spellings.h"

#include <span>
#include <utility>

namespace sokkuri::collection {
namespace {

/// What of a whole tree is bounded.
struct Counts {
    std::size_t nodes = 0;
    std::size_t tokens = 0;
};

Result<void> check(const Filter& filter, std::size_t depth, Counts& counts);
Result<void> check_tokens(const MatchFilter& match, std::size_t& tokens);
Result<void> check_node(const AllFilter& all);
Result<void> check_node(const TermsFilter& terms);
Result<void> check_node(const RangeFilter& range);
Result<void> check_node(const ExistsFilter& exists);
Result<void> check_node(const PrefixFilter& prefix);
Result<void> check_node(const WildcardFilter& wildcard);
Result<void> check_node(const IdsFilter& ids);
Result<void> check_node(const MatchFilter& match);
Result<void> check_node(const BoolFilter& clauses);
Result<void> check_count(std::string_view what, std::size_t count);
Result<void> check_text(std::string_view what, const std::string& text);
Result<void> check_size(std::string_view what, const std::string& text);
Result<void> check_value(std::string_view what, const AttributeValue& value);

/// Writes a tree as JSON, each node an array that starts with its kind.
class KeyWriter {
 public:
    explicit KeyWriter(std::string& key) : out_(key) {}

    void write(const Filter& filter) {
        out_.begin_array();
        out_.value(filter.node.index());
        std::visit([this](const auto& node) { write_node(node); }, filter.node);
        out_.end_array();
    }

 private:
    void write_node(const AllFilter& /*all*/) {}
    void write_node(const TermsFilter& terms);
    void write_node(const RangeFilter& range);
    void write_node(const ExistsFilter& exists) { out_.value(exists.path); }
    void write_node(const PrefixFilter& prefix) { out_.value(prefix.path).value(prefix.prefix); }
    void write_node(const WildcardFilter& wildcard) {
        out_.value(wildcard.path).value(wildcard.pattern);
    }
    void write_node(const IdsFilter& ids);
    void write_node(const MatchFilter& match) {
        out_.value(match.path).value(match.text).value(static_cast<std::int32_t>(match.words));
    }
    void write_node(const BoolFilter& clauses);
    void write_value(const AttributeValue& value) {
        std::visit([this](const auto& held) { out_.value(held); }, value);
    }
    void write_bound(const std::optional<RangeFilter::Bound>& bound);
    void write_all(const std::vector<Filter>& filters);

    JsonWriter out_;
};

}  // namespace

Result<void> Filter::validate() const {
    Counts counts;
    return check(*this, 1, counts);
}

Filter all_of(std::vector<Filter> filters) {
    if (filters.size() == 1) return std::move(filters.front());
    if (filters.empty()) return {};
    BoolFilter clauses;
    clauses.must = std::move(filters);
    clauses.should_min = 0;
    return {std::move(clauses)};
}

std::string key_of(const Filter& filter) {
    std::string key;
    KeyWriter(key).write(filter);
    return key;
}

Result<void> validate_path(const std::string& path) {
    if (path.empty() || path.size() > Filter::kPathBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "filter: path of {} bytes: must be 1 to {}",
                    path.size(), Filter::kPathBytesMax);
    }
    if (is_utf8(path)) return {};
    return fail(ErrorCode::kInvalidArgument, "filter: path {:?}: is not UTF-8", path);
}

namespace {

Result<void> check(const Filter& filter, std::size_t depth, Counts& counts) {
    if (depth > Filter::kDepthMax) {
        return fail(ErrorCode::kInvalidArgument, "filter: more than {} levels deep",
                    Filter::kDepthMax);
    }
    if (++counts.nodes > Filter::kNodesMax) {
        return fail(ErrorCode::kInvalidArgument, "filter: more than {} conditions",
                    Filter::kNodesMax);
    }
    TRY(std::visit([](const auto& node) { return check_node(node); }, filter.node));
    if (const auto* match = std::get_if<MatchFilter>(&filter.node)) {
        TRY(check_tokens(*match, counts.tokens));
    }
    const auto* clauses = std::get_if<BoolFilter>(&filter.node);
    if (clauses == nullptr) return {};
    for (const auto* part : {&clauses->must, &clauses->should, &clauses->must_not}) {
        for (const Filter& inner : *part)
            TRY(check(inner, depth + 1, counts));
    }
    return {};
}

/// Each is looked up for itself when the filter is evaluated.
Result<void> check_tokens(const MatchFilter& match, std::size_t& tokens) {
    for (const store::Word& word : store::words_of(match.text)) {
        const bool is_whole = word.kind == store::Word::Kind::kWhole;
        tokens += is_whole                        ? store::spellings_of(word).size()
                  : store::is_told_by_token(word) ? 1
                                                  : word.letters.size() - 1;
        if (tokens <= Filter::kTokensMax) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "filter: match of {}: more than {} words and pairs of letters are asked for",
                    match.path, Filter::kTokensMax);
    }
    return {};
}

Result<void> check_node(const AllFilter& /*all*/) {
    return {};
}

Result<void> check_node(const TermsFilter& terms) {
    TRY(validate_path(terms.path));
    TRY(check_count(terms.path, terms.values.size()));
    for (const AttributeValue& value : terms.values)
        TRY(check_value(terms.path, value));
    return {};
}

Result<void> check_node(const RangeFilter& range) {
    TRY(validate_path(range.path));
    if (!range.low && !range.high) {
        return fail(ErrorCode::kInvalidArgument, "filter: range of {}: has no bound", range.path);
    }
    for (const auto* bound : {&range.low, &range.high}) {
        if (!*bound) continue;
        TRY(check_value(range.path, (*bound)->value));
        if (std::holds_alternative<bool>((*bound)->value)) {
            return fail(ErrorCode::kInvalidArgument,
                        "filter: range of {}: a bound is a number or a text", range.path);
        }
    }
    if (!range.low || !range.high || store::is_same_class(range.low->value, range.high->value)) {
        return {};
    }
    return fail(ErrorCode::kInvalidArgument, "filter: range of {}: from a number to a text",
                range.path);
}

Result<void> check_node(const ExistsFilter& exists) {
    return validate_path(exists.path);
}

Result<void> check_node(const PrefixFilter& prefix) {
    TRY(validate_path(prefix.path));
    return check_text(prefix.path, prefix.prefix);
}

Result<void> check_node(const WildcardFilter& wildcard) {
    TRY(validate_path(wildcard.path));
    return check_text(wildcard.path, wildcard.pattern);
}

Result<void> check_node(const IdsFilter& ids) {
    TRY(check_count("ids", ids.ids.size()));
    for (const std::string& id : ids.ids)
        TRY(check_size("ids", id));
    return {};
}

Result<void> check_node(const MatchFilter& match) {
    TRY(validate_path(match.path));
    return check_text(match.path, match.text);
}

Result<void> check_node(const BoolFilter& clauses) {
    if (clauses.should_min <= clauses.should.size()) return {};
    return fail(ErrorCode::kInvalidArgument,
                "filter: minimum_should_match {}: there are {} should clauses", clauses.should_min,
                clauses.should.size());
}

Result<void> check_count(std::string_view what, std::size_t count) {
    if (count <= Filter::kValuesMax) return {};
    return fail(ErrorCode::kInvalidArgument, "filter: {}: {} values, at most {}", what, count,
                Filter::kValuesMax);
}

Result<void> check_text(std::string_view what, const std::string& text) {
    TRY(check_size(what, text));
    if (is_utf8(text)) return {};
    return fail(ErrorCode::kInvalidArgument, "filter: {}: {:?} is not UTF-8", what, text);
}

Result<void> check_size(std::string_view what, const std::string& text) {
    if (text.size() <= Filter::kTextBytesMax) return {};
    return fail(ErrorCode::kInvalidArgument, "filter: {}: text of {} bytes, at most {}", what,
                text.size(), Filter::kTextBytesMax);
}

Result<void> check_value(std::string_view what, const AttributeValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return {};
    return check_text(what, *text);
}

void KeyWriter::write_node(const TermsFilter& terms) {
    out_.value(terms.path);
    for (const AttributeValue& value : terms.values)
        write_value(value);
}

void KeyWriter::write_node(const RangeFilter& range) {
    out_.value(range.path);
    write_bound(range.low);
    write_bound(range.high);
}

void KeyWriter::write_node(const IdsFilter& ids) {
    // Not necessarily UTF-8.
    for (const std::string& id : ids.ids)
        out_.value(hex(std::as_bytes(std::span(id))));
}

void KeyWriter::write_node(const BoolFilter& clauses) {
    write_all(clauses.must);
    write_all(clauses.should);
    write_all(clauses.must_not);
    out_.value(std::uint64_t{clauses.should_min});
}

void KeyWriter::write_bound(const std::optional<RangeFilter::Bound>& bound) {
    if (!bound) {
        out_.null();
        return;
    }
    out_.begin_array().value(bound->is_inclusive);
    write_value(bound->value);
    out_.end_array();
}

void KeyWriter::write_all(const std::vector<Filter>& filters) {
    out_.begin_array();
    for (const Filter& filter : filters)
        write(filter);
    out_.end_array();
}

}  // namespace
}  // namespace sokkuri::collection
