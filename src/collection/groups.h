// Groups: records that have the same value of an attribute (a shop, a category, a folder), each
// with the centroid of its records' vectors, so that groups can be searched like records. Part of
// collection/collection.h; answered by local_groups.h. Plain values.
#pragma once

#include "base/result.h"
#include "collection/filter.h"
#include "collection/search.h"
#include "store/attribute_source.h"
#include "store/attribute_value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// What puts records into groups. A record with several values is in several groups, one without
/// any in none.
struct GroupBy {
    enum class Part {
        kValue,      // the value itself
        kDirectory,  // of a text that is a path (store::directory_of)
    };
    std::string path;  // of the attribute
    Part part = Part::kValue;

    bool operator==(const GroupBy&) const = default;
};

using store::kTopDirectory;
inline constexpr std::size_t kGroupsMax = 100'000;              // of one attribute
inline constexpr std::size_t kGroupMembersMax = 1U << 26;       // of all groups of one attribute
inline constexpr std::size_t kGroupTableBytesMax = 256U << 20;  // of the same: vectors and members
inline constexpr std::size_t kGroupTextBytesMax = 64U << 20;    // of the same: texts of values
inline constexpr std::size_t kGroupExamplesMax = 10;
inline constexpr std::size_t kGroupsListedMax = 1'000;

/// A group; only records with a vector in the field are in it.
struct Group {
    store::AttributeValue value;
    std::uint64_t records = 0;
    std::vector<Hit> examples;  // those nearest to its vector, nearest first
};

struct GroupsRequest {
    std::string field;  // whose vectors; empty: the only one
    GroupBy by;
    std::size_t offset = 0;
    std::size_t limit = 100;   // 1 to kGroupsListedMax
    std::size_t examples = 0;  // of each group, at most kGroupExamplesMax

    Result<void> validate() const;
};

struct GroupPage {
    std::vector<Group> groups;  // most records first, ties by value
    std::uint64_t total = 0;    // groups that there are
};

/// One group of one field.
struct GroupName {
    std::string field;  // empty: the only one
    GroupBy by;
    store::AttributeValue value;

    Result<void> validate() const;
};

struct SimilarGroupsRequest {
    GroupName group;
    std::size_t k = 10;  // 1 to kGroupsListedMax
    std::size_t offset = 0;
    std::size_t examples = 0;

    Result<void> validate() const;
};

struct SimilarGroup {
    Group group;
    float distance = 0;  // between the two vectors, decided in float64
};

struct SimilarGroups {
    Group group;                     // that was asked about
    std::vector<SimilarGroup> hits;  // without it; nearest first, ties by value
    std::uint64_t total = 0;         // groups that there are
};

/// The records of a group, with or without vectors.
Filter members_filter(const GroupBy& by, const store::AttributeValue& value);

}  // namespace sokkuri::collection
