#include "http/group_json.h"

#include "base/path_json.h"
#include "http/nullable_json.h"

#include <variant>

namespace sokkuri::http {

std::string group_list_json(const service::GroupsAnswer& answer) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("by", answer.by).member("field", answer.field);
    json.member("total", answer.total).key("groups").begin_array();
    for (const service::GroupInfo& group : answer.groups) {
        json.begin_object();
        write_group(json, group);
        json.end_object();
    }
    json.end_array().end_object();
    return text;
}

std::string similar_groups_json(const service::SimilarGroupsAnswer& answer) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("by", answer.by).member("field", answer.field);
    json.member("total", answer.total).key("group").begin_object();
    write_group(json, answer.group);
    json.end_object().key("hits").begin_array();
    for (const service::GroupHit& hit : answer.hits) {
        json.begin_object().member("rank", hit.rank);
        write_group(json, hit.group);
        json.member("score", hit.score).member("distance", hit.distance).end_object();
    }
    json.end_array().end_object();
    return text;
}

void write_group(JsonWriter& json, const service::GroupInfo& group) {
    json.key("value");
    std::visit([&](const auto& value) { json.value(value); }, group.value);
    json.member("items", group.items).key("examples").begin_array();
    for (const service::GroupExample& example : group.examples) {
        json.begin_object().member("id", example.id);
        if (example.path.empty()) {
            json.key("path").null();
        } else {
            write_path(json, "path", example.path);
        }
        write_text_or_null(json, "content", example.content);
        json.end_object();
    }
    json.end_array();
}

}  // namespace sokkuri::http
