#include "collection/filter_writer.h"

#include "base/json.h"

#include <string_view>
#include <variant>
#include <vector>

namespace sokkuri::collection {
namespace {

class Writer {
 public:
    explicit Writer(std::string& text) : out_(text) {}

    void write(const Filter& filter) {
        out_.begin_object();
        std::visit([this](const auto& node) { write_node(node); }, filter.node);
        out_.end_object();
    }

 private:
    void write_node(const AllFilter& /*all*/) { out_.key("match_all").begin_object().end_object(); }
    void write_node(const TermsFilter& terms);
    void write_node(const RangeFilter& range);
    void write_node(const ExistsFilter& exists) {
        out_.key("exists").begin_object().member("field", exists.path).end_object();
    }
    void write_node(const PrefixFilter& prefix) {
        out_.key("prefix").begin_object().member(prefix.path, prefix.prefix).end_object();
    }
    void write_node(const WildcardFilter& wildcard) {
        out_.key("wildcard").begin_object().member(wildcard.path, wildcard.pattern).end_object();
    }
    void write_node(const IdsFilter& ids);
    void write_node(const MatchFilter& match);
    void write_node(const BoolFilter& clauses);
    void write_value(const AttributeValue& value) {
        std::visit([this](const auto& held) { out_.value(held); }, value);
    }
    void write_all(std::string_view name, const std::vector<Filter>& filters);

    JsonWriter out_;
};

}  // namespace

std::string json_of(const Filter& filter) {
    std::string text;
    Writer(text).write(filter);
    return text;
}

namespace {

void Writer::write_node(const TermsFilter& terms) {
    out_.key("terms").begin_object().key(terms.path).begin_array();
    for (const AttributeValue& value : terms.values)
        write_value(value);
    out_.end_array().end_object();
}

void Writer::write_node(const RangeFilter& range) {
    out_.key("range").begin_object().key(range.path).begin_object();
    if (range.low) {
        out_.key(range.low->is_inclusive ? "gte" : "gt");
        write_value(range.low->value);
    }
    if (range.high) {
        out_.key(range.high->is_inclusive ? "lte" : "lt");
        write_value(range.high->value);
    }
    out_.end_object().end_object();
}

void Writer::write_node(const IdsFilter& ids) {
    out_.key("ids").begin_object().key("values").begin_array();
    for (const std::string& id : ids.ids)
        out_.value(id);
    out_.end_array().end_object();
}

void Writer::write_node(const MatchFilter& match) {
    const bool is_all = match.words == MatchFilter::Words::kAll;
    out_.key("match").begin_object().key(match.path).begin_object();
    out_.member("query", match.text).member("operator", is_all ? "and" : "or");
    out_.end_object().end_object();
}

void Writer::write_node(const BoolFilter& clauses) {
    out_.key("bool").begin_object();
    write_all("must", clauses.must);
    write_all("should", clauses.should);
    write_all("must_not", clauses.must_not);
    out_.member("minimum_should_match", std::uint64_t{clauses.should_min});
    out_.end_object();
}

void Writer::write_all(std::string_view name, const std::vector<Filter>& filters) {
    out_.key(name).begin_array();
    for (const Filter& filter : filters)
        write(filter);
    out_.end_array();
}

}  // namespace
}  // namespace sokkuri::collection
