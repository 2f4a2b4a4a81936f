// FilterPlan: a filter as conditions and the way they are put together. Equal conditions are one,
// so that each is evaluated once; the tree says which of them must hold. Used by
// filter_evaluation.h. Immutable once made.
#pragma once

#include "collection/attribute_names.h"
#include "collection/filter.h"
#include "collection/filter_leaf.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

class FilterPlan {
 public:
    struct Node {
        enum class Kind {
            kLeaf,
            kIds,
            kClauses,  // all of `must`, at least `should_min` of `should`, none of `must_not`
        };
        Kind kind = Kind::kClauses;
        std::size_t leaf = 0;
        std::vector<std::string> ids = {};  // ascending
        std::vector<Node> must = {};        // or `should_min` is at least 1
        std::vector<Node> should = {};
        std::vector<Node> must_not = {};
        std::size_t should_min = 0;
    };

    /// The filter is valid. O(its nodes and values).
    FilterPlan(const Filter& filter, const AttributeNames& names);

    const std::vector<FilterLeaf>& leaves() const { return leaves_; }
    /// How often the tree names the leaf.
    std::size_t uses(std::size_t leaf) const { return uses_[leaf]; }
    const Node& root() const { return root_; }

    /// Whether the tree holds for a record with that id, for which these leaves hold.
    bool holds(std::string_view id, const std::vector<bool>& leaves) const;

 private:
    Node node_of(const Filter& filter, const AttributeNames& names);
    Node node_of(const BoolFilter& clauses, const AttributeNames& names);
    Node node_of(const MatchFilter& match, const AttributeNames& names);
    std::vector<Node> nodes_of(const std::vector<Filter>& filters, const AttributeNames& names);
    Node leaf_node(std::string key, FilterLeaf leaf);

    std::vector<FilterLeaf> leaves_;
    std::vector<std::size_t> uses_;
    std::map<std::string, std::size_t> leaf_by_key_;  // while it is made
    Node root_;
};

}  // namespace sokkuri::collection
