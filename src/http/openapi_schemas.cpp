#include "http/openapi_schemas.h"

#include "base/json.h"
#include "http/schema_rows.h"

#include <algorithm>
#include <string>

namespace sokkuri::http {
namespace {

std::vector<Schema> make_table();
void write_object(JsonWriter& json, const Schema& schema);
void write_member(JsonWriter& json, const SchemaMember& member);
void write_type(JsonWriter& json, std::string_view type, std::span<const std::string_view> choices);
void write_single(JsonWriter& json, std::string_view type);

}  // namespace

std::span<const Schema> schemas() {
    static const std::vector<Schema> kTable = make_table();
    return kTable;
}

const Schema* find_schema(std::string_view name) {
    const std::span<const Schema> all = schemas();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Schema& row) { return row.name == name; });
    return found == all.end() ? nullptr : &*found;
}

void write_schema(JsonWriter& json, const Schema& schema) {
    json.begin_object();
    json.member("description", schema.help);
    if (schema.alternatives.empty()) {
        write_object(json, schema);
    } else {
        json.key("anyOf").begin_array();
        for (const std::string_view type : schema.alternatives) {
            json.begin_object();
            write_type(json, type, {});
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
}

namespace {

std::vector<Schema> make_table() {
    std::vector<Schema> table;
    for (const auto rows :
         {collection_schemas, collection_part_schemas, new_collection_schemas, index_schemas,
          item_schemas, document_schemas, field_schemas, load_schemas, search_schemas,
          filter_schemas, method_schemas, search_body_schemas, group_schemas, recommend_schemas,
          query_schemas, job_schemas, report_schemas, upkeep_schemas, backup_schemas}) {
        std::vector<Schema> part = rows();
        table.insert(table.end(), part.begin(), part.end());
    }
    return table;
}

void write_object(JsonWriter& json, const Schema& schema) {
    json.member("type", "object");
    json.key("properties").begin_object();
    for (const SchemaMember& member : schema.members) {
        json.key(member.name);
        write_member(json, member);
    }
    json.end_object();
    json.key("required").begin_array();
    for (const SchemaMember& member : schema.members) {
        if (member.need == Need::kRequired) json.value(member.name);
    }
    json.end_array();
    if (schema.is_closed) json.member("additionalProperties", false);
    if (schema.one_of.empty()) return;
    json.key("oneOf").begin_array();
    for (const std::string_view name : schema.one_of) {
        json.begin_object().key("required").begin_array().value(name).end_array().end_object();
    }
    json.end_array();
}

void write_member(JsonWriter& json, const SchemaMember& member) {
    json.begin_object();
    std::string_view type = member.type;
    const bool may_be_null = type.ends_with('?');
    if (may_be_null) type.remove_suffix(1);
    if (may_be_null) json.key("anyOf").begin_array().begin_object();
    write_type(json, type, member.choices);
    if (may_be_null) {
        json.end_object().begin_object().member("type", "null").end_object().end_array();
    }
    json.member("description", member.help).end_object();
}

void write_type(JsonWriter& json, std::string_view type,
                std::span<const std::string_view> choices) {
    if (type.ends_with("[]")) {
        type.remove_suffix(2);
        json.member("type", "array").key("items").begin_object();
        write_single(json, type);
        json.end_object();
        return;
    }
    write_single(json, type);
    if (choices.empty()) return;
    json.key("enum").begin_array();
    for (const std::string_view choice : choices) {
        json.value(choice);
    }
    json.end_array();
}

void write_single(JsonWriter& json, std::string_view type) {
    if (type == "time") {
        json.member("type", "string").member("format", "date-time");
    } else if (type == "base64") {
        json.member("type", "string").member("contentEncoding", "base64");
    } else if (type == "picture" || type == "file") {
        json.member("type", "string").member("contentMediaType", "application/octet-stream");
    } else if (type == "integer") {
        json.member("type", type).member("minimum", 0);
    } else if (type == "string" || type == "number" || type == "boolean") {
        json.member("type", type);
    } else if (type == "object") {
        json.member("type", type).member("additionalProperties", true);
    } else {
        json.member("$ref", "#/components/schemas/" + std::string(type));
    }
}

}  // namespace
}  // namespace sokkuri::http
