// The rows of the table in openapi_schemas.h, by what they speak of. Used there alone.
#pragma once

#include "http/openapi_schemas.h"

#include <vector>

namespace sokkuri::http {

std::vector<Schema> collection_schemas();
std::vector<Schema> collection_part_schemas();
std::vector<Schema> new_collection_schemas();
std::vector<Schema> index_schemas();
std::vector<Schema> item_schemas();
std::vector<Schema> document_schemas();
std::vector<Schema> field_schemas();
std::vector<Schema> load_schemas();
std::vector<Schema> search_schemas();
std::vector<Schema> filter_schemas();
std::vector<Schema> method_schemas();
std::vector<Schema> search_body_schemas();
/// What every body that asks for hits may say: how many, how surely, which, in which order.
std::vector<SchemaMember> search_wishes();
std::vector<Schema> group_schemas();
std::vector<Schema> recommend_schemas();
std::vector<Schema> query_schemas();
std::vector<Schema> job_schemas();
std::vector<Schema> report_schemas();
std::vector<Schema> upkeep_schemas();
std::vector<Schema> backup_schemas();

}  // namespace sokkuri::http
