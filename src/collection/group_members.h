// GroupMembers: which records have which value of an attribute, by its index where there is one,
// else through the documents. Used by local_groups.h alone.
#pragma once

#include "base/result.h"
#include "collection/groups.h"
#include "store/attribute_source.h"
#include "store/catalog.h"

#include <map>
#include <vector>

namespace sokkuri::collection {

struct GroupMembers {
    /// Of each value, ascending.
    std::map<store::AttributeValue, std::vector<store::RecordNumber>, store::AttributeLess> records;
    std::vector<store::AttributeSource> wanted;  // indexes that would have spared documents
};

/// `by` is valid. kExhausted beyond kGroupsMax values, kGroupMembersMax members or
/// kGroupTextBytesMax of texts. O(values and their records), or about two microseconds a document
/// without an index.
Result<GroupMembers> group_members(store::ReadTransaction& transaction, const GroupBy& by);

}  // namespace sokkuri::collection
