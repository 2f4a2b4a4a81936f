#include "collection/filter_plan.h"

#include "store/words.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {
namespace {

/// Of a node that is a condition on a path, or the one that every record meets.
FilterLeaf leaf_of(const Filter& filter, const AttributeNames& names);
bool holds_in(const FilterPlan::Node& node, std::string_view id, const std::vector<bool>& leaves);

}  // namespace

FilterPlan::FilterPlan(const Filter& filter, const AttributeNames& names) {
    root_ = node_of(filter, names);
    leaf_by_key_.clear();
}

bool FilterPlan::holds(std::string_view id, const std::vector<bool>& leaves) const {
    return holds_in(root_, id, leaves);
}

FilterPlan::Node FilterPlan::node_of(const Filter& filter, const AttributeNames& names) {
    if (const auto* clauses = std::get_if<BoolFilter>(&filter.node)) {
        return node_of(*clauses, names);
    }
    if (const auto* match = std::get_if<MatchFilter>(&filter.node)) return node_of(*match, names);
    if (const auto* ids = std::get_if<IdsFilter>(&filter.node)) {
        Node node{.kind = Node::Kind::kIds, .ids = ids->ids};
        std::sort(node.ids.begin(), node.ids.end());
        return node;
    }
    return leaf_node(key_of(filter), leaf_of(filter, names));
}

FilterPlan::Node FilterPlan::node_of(const BoolFilter& clauses, const AttributeNames& names) {
    Node node{.should_min = clauses.should_min};
    node.must = nodes_of(clauses.must, names);
    // Of none of them nothing depends.
    if (node.should_min > 0) node.should = nodes_of(clauses.should, names);
    node.must_not = nodes_of(clauses.must_not, names);
    if (node.must.empty() && node.should_min == 0) node.must.push_back(node_of(Filter{}, names));
    return node;
}

/// No words: nothing matches.
FilterPlan::Node FilterPlan::node_of(const MatchFilter& match, const AttributeNames& names) {
    std::vector<Node> words;
    for (const store::Word& word : store::words_of(match.text)) {
        const Filter same{MatchFilter{.path = match.path, .text = store::utf8_of(word.letters)}};
        words.push_back(leaf_node(key_of(same), FilterLeaf::of_word(match.path, word, names)));
    }
    Node node;
    const bool are_all_wanted = match.words == MatchFilter::Words::kAll && !words.empty();
    (are_all_wanted ? node.must : node.should) = std::move(words);
    node.should_min = are_all_wanted ? 0 : 1;
    return node;
}

std::vector<FilterPlan::Node> FilterPlan::nodes_of(const std::vector<Filter>& filters,
                                                   const AttributeNames& names) {
    std::vector<Node> nodes;
    for (const Filter& filter : filters)
        nodes.push_back(node_of(filter, names));
    return nodes;
}

FilterPlan::Node FilterPlan::leaf_node(std::string key, FilterLeaf leaf) {
    const auto [known, is_new] = leaf_by_key_.try_emplace(std::move(key), leaves_.size());
    if (is_new) {
        leaves_.push_back(std::move(leaf));
        uses_.push_back(0);
    }
    ++uses_[known->second];
    return {.kind = Node::Kind::kLeaf, .leaf = known->second};
}

namespace {

FilterLeaf leaf_of(const Filter& filter, const AttributeNames& names) {
    if (const auto* terms = std::get_if<TermsFilter>(&filter.node)) {
        return FilterLeaf::of(*terms, names);
    }
    if (const auto* range = std::get_if<RangeFilter>(&filter.node)) {
        return FilterLeaf::of(*range, names);
    }
    if (const auto* exists = std::get_if<ExistsFilter>(&filter.node)) {
        return FilterLeaf::of(*exists, names);
    }
    if (const auto* prefix = std::get_if<PrefixFilter>(&filter.node)) {
        return FilterLeaf::of(*prefix, names);
    }
    if (const auto* wildcard = std::get_if<WildcardFilter>(&filter.node)) {
        return FilterLeaf::of(*wildcard, names);
    }
    return FilterLeaf::of_all();
}

bool holds_in(const FilterPlan::Node& node, std::string_view id, const std::vector<bool>& leaves) {
    using Kind = FilterPlan::Node::Kind;
    if (node.kind == Kind::kLeaf) return leaves[node.leaf];
    if (node.kind == Kind::kIds) {
        return std::binary_search(node.ids.begin(), node.ids.end(), id, std::less<>());
    }
    const auto holds = [&](const FilterPlan::Node& inner) { return holds_in(inner, id, leaves); };
    const auto should = std::count_if(node.should.begin(), node.should.end(), holds);
    return static_cast<std::size_t>(should) >= node.should_min &&
           std::all_of(node.must.begin(), node.must.end(), holds) &&
           std::none_of(node.must_not.begin(), node.must_not.end(), holds);
}

}  // namespace
}  // namespace sokkuri::collection
