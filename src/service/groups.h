// Groups: items that have the same value of an attribute (a shop, a category, the folder of their
// files), and what looks like a whole group. Used by search, http and cli. Reads only; safe from
// any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"
#include "service/search.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::service {

struct GroupExample {
    std::string id;
    std::string path;     // bytes, relative to the folder; empty for records that are not files
    std::string content;  // hash of its picture's bytes, in hex; empty without a picture
};

struct GroupInfo {
    collection::AttributeValue value;
    std::uint64_t items = 0;             // with a vector
    std::vector<GroupExample> examples;  // the most typical ones, most typical first
};

struct GroupsQuery {
    std::string by;          // path of an attribute
    std::string field = {};  // whose vectors; empty: the main one's
    std::size_t offset = 0;
    std::size_t limit = 100;   // 1 to collection::kGroupsListedMax
    std::size_t examples = 3;  // of each group, at most collection::kGroupExamplesMax
};

struct GroupsAnswer {
    std::string by;
    std::string field;              // whose vectors
    std::vector<GroupInfo> groups;  // most items first, ties by value
    std::uint64_t total = 0;        // groups that there are
};

Result<GroupsAnswer> list_groups(const Library& library, const GroupsQuery& query);

struct SimilarGroupsQuery {
    ByGroup group;
    std::string field = {};
    std::size_t k = 10;
    std::size_t offset = 0;
    std::size_t examples = 3;
};

struct GroupHit {
    std::uint32_t rank = 0;  // from 1, counting what was passed over
    GroupInfo group;
    double score = 0;
    float distance = 0;
};

struct SimilarGroupsAnswer {
    std::string by;
    std::string field;
    GroupInfo group;             // that was asked about
    std::vector<GroupHit> hits;  // without it; nearest first
    std::uint64_t total = 0;     // groups that there are
};

/// kNotFound when there is no such group. Its value is read as JSON where a group has that value,
/// else as text: 7 is the number where there is one, "7" in quotes always the text.
Result<SimilarGroupsAnswer> similar_groups(const Library& library, const SimilarGroupsQuery& query);

struct GroupVector {
    std::vector<float> values;
    collection::Filter members;  // that the group's items pass, and no other
};

/// Likewise.
Result<GroupVector> vector_of_group(const Library& library, const ByGroup& group,
                                    const std::string& field);

}  // namespace sokkuri::service
