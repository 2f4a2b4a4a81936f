// Groups of items as JSON (schemas GroupList and SimilarGroups). Pure.
#pragma once

#include "base/json.h"
#include "service/groups.h"

#include <string>

namespace sokkuri::http {

std::string group_list_json(const service::GroupsAnswer& answer);
std::string similar_groups_json(const service::SimilarGroupsAnswer& answer);

/// Members of schema Group, without the braces.
void write_group(JsonWriter& json, const service::GroupInfo& group);

}  // namespace sokkuri::http
