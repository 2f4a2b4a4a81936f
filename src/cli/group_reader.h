// What a server answers about groups, as the structs of service. Pure. Members that are not known
// are passed over.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "service/groups.h"

namespace sokkuri::cli {

/// Schemas GroupList and SimilarGroups (docs/api.md). kInvalidArgument names what is missing or of
/// the wrong kind.
Result<service::GroupsAnswer> read_groups(const JsonValue& answer);
Result<service::SimilarGroupsAnswer> read_similar_groups(const JsonValue& answer);

}  // namespace sokkuri::cli
