#include "cli/group_reader.h"

#include "cli/answer_reader.h"

#include <utility>

namespace sokkuri::cli {
namespace {

Result<service::GroupInfo> read_group(const JsonValue& json);
Result<service::GroupHit> read_hit(const JsonValue& json);
Result<std::string> read_text(const JsonValue& object, std::string_view member);
Result<std::uint64_t> read_count(const JsonValue& object, std::string_view member);

}  // namespace

Result<service::GroupsAnswer> read_groups(const JsonValue& answer) {
    service::GroupsAnswer read;
    read.by = TRY(read_text(answer, "by"));
    read.field = TRY(read_text(answer, "field"));
    read.total = TRY(read_count(answer, "total"));
    const JsonValue* groups = TRY(answer.at("groups"));
    for (const JsonValue& json : groups->items()) {
        service::GroupInfo group = TRY(in_context("groups", read_group(json)));
        read.groups.push_back(std::move(group));
    }
    return read;
}

Result<service::SimilarGroupsAnswer> read_similar_groups(const JsonValue& answer) {
    service::SimilarGroupsAnswer read;
    read.by = TRY(read_text(answer, "by"));
    read.field = TRY(read_text(answer, "field"));
    read.total = TRY(read_count(answer, "total"));
    const JsonValue* group = TRY(answer.at("group"));
    read.group = TRY(in_context("group", read_group(*group)));
    const JsonValue* hits = TRY(answer.at("hits"));
    for (const JsonValue& json : hits->items()) {
        service::GroupHit hit = TRY(in_context("hits", read_hit(json)));
        read.hits.push_back(std::move(hit));
    }
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
    const JsonValue* score = TRY(json.at("score"));
    hit.score = TRY(in_context("score", score->as_double()));
    const JsonValue* distance = TRY(json.at("distance"));
    const double read_distance = TRY(in_context("distance", distance->as_double()));
    hit.distance = static_cast<float>(read_distance);
    return hit;
}

Result<std::string> read_text(const JsonValue& object, std::string_view member) {
    const JsonValue* value = TRY(object.at(member));
    return in_context(member, value->as_string());
}

Result<std::uint64_t> read_count(const JsonValue& object, std::string_view member) {
    const JsonValue* value = TRY(object.at(member));
    return in_context(member, value->as_uint64());
}

}  // namespace
}  // namespace sokkuri::cli
