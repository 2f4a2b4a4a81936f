#include "cli/group_reader.h"

#include "cli/answer_members.h"

#include <utility>

namespace sokkuri::cli {
namespace {

Result<service::GroupInfo> read_group(const JsonValue& json);
Result<service::GroupHit> read_hit(const JsonValue& json);

}  // namespace

Result<service::GroupsAnswer> read_groups(const JsonValue& answer) {
    service::GroupsAnswer read;
    read.by = TRY(read_text(answer, "by"));
    read.field = TRY(read_text(answer, "field"));
    read.total = TRY(read_count(answer, "total"));
    read.groups = TRY(read_all<service::GroupInfo>(answer, "groups", read_group));
    return read;
}

Result<service::SimilarGroupsAnswer> read_similar_groups(const JsonValue& answer) {
    service::SimilarGroupsAnswer read;
    read.by = TRY(read_text(answer, "by"));
    read.field = TRY(read_text(answer, "field"));
    read.total = TRY(read_count(answer, "total"));
    const JsonValue* group = TRY(answer.at("group"));
    read.group = TRY(in_context("group", read_group(*group)));
    read.hits = TRY(read_all<service::GroupHit>(answer, "hits", read_hit));
    return read;
}

namespace {

Result<service::GroupInfo> read_group(const JsonValue& json) {
    service::GroupInfo group;
    const JsonValue* value = TRY(json.at("value"));
    auto scalar = store::attribute_value_of(*value);
    if (!scalar) {
        return fail(ErrorCode::kInvalidArgument,
                    "value: a text, a number or a boolean is expected");
    }
    group.value = *std::move(scalar);
    group.items = TRY(read_count(json, "items"));
    const JsonValue* examples = TRY(json.at("examples"));
    for (const JsonValue& example : examples->items()) {
        service::GroupExample read;
        read.id = TRY(read_text(example, "id"));
        read.path = TRY(read_path(example, "path"));
        const JsonValue* content = example.find("content");
        if (content != nullptr && content->is_string()) read.content = content->text();
        group.examples.push_back(std::move(read));
    }
    return group;
}

Result<service::GroupHit> read_hit(const JsonValue& json) {
    service::GroupHit hit;
    hit.group = TRY(read_group(json));
    const std::uint64_t rank = TRY(read_count(json, "rank"));
    hit.rank = static_cast<std::uint32_t>(rank);
    hit.score = TRY(read_number(json, "score"));
    const double distance = TRY(read_number(json, "distance"));
    hit.distance = static_cast<float>(distance);
    return hit;
}

}  // namespace
}  // namespace sokkuri::cli
