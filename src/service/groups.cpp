#include "service/groups.h"

#include "base/hash.h"
#include "base/json.h"
#include "service/picture_document.h"
#include "service/vector_fields.h"

#include <utility>

namespace sokkuri::service {
namespace {

using collection::AttributeValue;
using collection::GroupBy;

GroupBy group_by(const Library& library, const std::string& by);
/// What a value may stand for, likeliest first.
std::vector<AttributeValue> readings(const GroupBy& by, const std::string& value);
GroupInfo info_of(collection::Group group);

/// What `ask` answers for the first reading of the group's value that there is.
template <typename Ask>
auto ask_of_value(const GroupBy& by, const std::string& value, Ask ask) {
    const std::vector<AttributeValue> values = readings(by, value);
    auto answer = ask(values.front());
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (answer || answer.error().code() != ErrorCode::kNotFound) break;
        answer = ask(values[i]);
    }
    return answer;
}

}  // namespace

Result<GroupsAnswer> list_groups(const Library& library, const GroupsQuery& query) {
    const collection::FieldSpec field = TRY(field_meant(library, query.field));
    collection::GroupPage page = TRY(library.collection().groups({.field = field.name,
                                                                  .by = group_by(library, query.by),
                                                                  .offset = query.offset,
                                                                  .limit = query.limit,
                                                                  .examples = query.examples}));
    GroupsAnswer answer{.by = query.by, .field = field.name, .groups = {}, .total = page.total};
    for (collection::Group& group : page.groups)
        answer.groups.push_back(info_of(std::move(group)));
    return answer;
}

Result<SimilarGroupsAnswer> similar_groups(const Library& library,
                                           const SimilarGroupsQuery& query) {
    const collection::FieldSpec field = TRY(field_meant(library, query.field));
    const GroupBy by = group_by(library, query.group.by);
    const auto ask = [&](const AttributeValue& value) {
        return library.collection().similar_groups(
            {.group = {.field = field.name, .by = by, .value = value},
             .k = query.k,
             .offset = query.offset,
             .examples = query.examples});
    };
    collection::SimilarGroups found = TRY(ask_of_value(by, query.group.value, ask));
    SimilarGroupsAnswer answer{.by = query.group.by,
                               .field = field.name,
                               .group = info_of(std::move(found.group)),
                               .hits = {},
                               .total = found.total};
    for (collection::SimilarGroup& hit : found.hits) {
        answer.hits.push_back(
            {.rank = static_cast<std::uint32_t>(query.offset + answer.hits.size() + 1),
             .group = info_of(std::move(hit.group)),
             .score = score_of(field.metric, hit.distance),
             .distance = hit.distance});
    }
    return answer;
}

Result<GroupVector> vector_of_group(const Library& library, const ByGroup& group,
                                    const std::string& field) {
    const GroupBy by = group_by(library, group.by);
    const auto ask = [&](const AttributeValue& value) -> Result<GroupVector> {
        GroupVector vector{.values = {}, .members = collection::members_filter(by, value)};
        vector.values =
            TRY(library.collection().vector_of_group({.field = field, .by = by, .value = value}));
        return vector;
    };
    return ask_of_value(by, group.value, ask);
}

namespace {

GroupBy group_by(const Library& library, const std::string& by) {
    if (by == kFolderAttribute && !library.folder().empty()) {
        return {.path = "path", .part = GroupBy::Part::kDirectory};
    }
    return {.path = by};
}

std::vector<AttributeValue> readings(const GroupBy& by, const std::string& value) {
    const auto json = parse_json(value);
    auto scalar = json ? store::attribute_value_of(*json) : std::nullopt;
    const bool is_text = scalar && std::holds_alternative<std::string>(*scalar);
    std::vector<AttributeValue> values;
    // Directories are texts alone: 2019 is no number there.
    if (scalar && (is_text || by.part == GroupBy::Part::kValue)) {
        values.push_back(*std::move(scalar));
    }
    values.emplace_back(value);
    return values;
}

GroupInfo info_of(collection::Group group) {
    GroupInfo info{.value = std::move(group.value), .items = group.records, .examples = {}};
    for (collection::Hit& hit : group.examples) {
        const auto file = file_of(hit.document);  // not one of ours: a record that is no file
        const bool has_picture = file && file->content;
        info.examples.push_back({.id = std::move(hit.id),
                                 .path = file ? file->path : std::string(),
                                 .content = has_picture ? hex(*file->content) : std::string()});
    }
    return info;
}

}  // namespace
}  // namespace sokkuri::service
