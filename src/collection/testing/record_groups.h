// Groups of records that always change together, and tell of themselves which change left them so:
// whoever reads can say whether they saw one moment. For tests of what goes on at the same time.
#pragma once

#include "collection/record_changes.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sokkuri::collection::testing {

inline constexpr std::size_t kMembers = 12;           // of a group
inline constexpr std::uint32_t kGroupDimension = 16;  // of their vectors
inline constexpr const char* kGroupField = "picture";

/// What the last change has left of a group: all of its records say the same.
struct GroupState {
    std::uint64_t round = 0;         // of that change
    std::uint64_t vector_round = 0;  // of the last one that brought vectors
    bool operator==(const GroupState&) const = default;
};
using Groups = std::map<std::size_t, GroupState>;

struct Member {
    std::size_t group = 0;
    std::size_t number = 0;
    GroupState state = {};
};

std::vector<std::string> ids_of(std::size_t group);
std::vector<float> vector_of(const Member& member);

/// The group as it is put; without vectors where the change brought none.
std::vector<PutRecord> records_of(std::size_t group, const GroupState& state);

/// What somebody sees in one moment.
class GroupView {
 public:
    Member add(const std::string& id, const std::string& document);
    const Groups& groups() const { return groups_; }

    /// What contradicts itself, of the records that were seen; empty when nothing does.
    const std::string& fault() const { return fault_; }
    /// Also when of a group only some records were seen.
    std::string fault_of_whole_groups() const;

 private:
    std::map<std::size_t, std::set<std::size_t>> numbers_;
    Groups groups_;
    std::string fault_;
};

}  // namespace sokkuri::collection::testing
