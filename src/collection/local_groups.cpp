#include "collection/local_groups.h"

#include "base/json.h"
#include "index/exact_scan.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {
namespace {

Result<std::size_t> find_group(const GroupTable& table, const GroupName& name);

}  // namespace

Result<GroupPage> LocalGroups::list(store::ReadTransaction& transaction,
                                    const GroupsRequest& request) {
    TRY(request.validate());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(transaction));
    const FieldSnapshot* field = TRY(snapshot->field(request.field));
    const GroupCache::Table table = TRY(table_of(transaction, *field, request.by));
    GroupPage page{.groups = {}, .total = table->count()};
    const std::size_t end = std::min(table->count(), request.offset + request.limit);
    for (std::size_t i = request.offset; i < end; ++i) {
        Group group =
            TRY(describe(transaction, *field, *table, table->largest_first[i], request.examples));
        page.groups.push_back(std::move(group));
    }
    return page;
}

Result<SimilarGroups> LocalGroups::similar(store::ReadTransaction& transaction,
                                           const SimilarGroupsRequest& request) {
    TRY(request.validate());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(transaction));
    const FieldSnapshot* field = TRY(snapshot->field(request.group.field));
    const GroupCache::Table table = TRY(table_of(transaction, *field, request.group.by));
    const std::size_t asked = TRY(find_group(*table, request.group));
    index::Bitmap itself;
    itself.set(static_cast<index::Slot>(asked));
    const index::RowsView rows{.values = table->centroids, .first = 0};
    const std::size_t wanted = request.offset + request.k;
    const auto nearest = index::nearest_rows({.metric = field->spec.metric,
                                              .query = table->centroid(asked),
                                              .k = wanted,
                                              .left_out = &itself,
                                              .kernels = &kernels_,
                                              .threads = &threads_},
                                             std::span(&rows, 1));
    SimilarGroups answer{.group = {}, .hits = {}, .total = table->count()};
    answer.group = TRY(describe(transaction, *field, *table, asked, request.examples));
    const std::size_t end = std::min(nearest.size(), wanted);
    for (std::size_t i = request.offset; i < end; ++i) {
        Group group = TRY(describe(transaction, *field, *table, nearest[i].slot, request.examples));
        answer.hits.push_back({std::move(group), static_cast<float>(nearest[i].distance)});
    }
    return answer;
}

Result<std::vector<float>> LocalGroups::vector_of(store::ReadTransaction& transaction,
                                                  const GroupName& name) {
    TRY(name.validate());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(transaction));
    const FieldSnapshot* field = TRY(snapshot->field(name.field));
    const GroupCache::Table table = TRY(table_of(transaction, *field, name.by));
    const std::size_t group = TRY(find_group(*table, name));
    const std::span<const float> centroid = table->centroid(group);
    return std::vector<float>(centroid.begin(), centroid.end());
}

Result<GroupCache::Table> LocalGroups::table_of(store::ReadTransaction& transaction,
                                                const FieldSnapshot& field, const GroupBy& by) {
    const GroupState state{transaction.next_seq(), field.committed, field.tombstones};
    const auto make = [&](const GroupTable* known) -> Result<GroupCache::Table> {
        const std::vector<store::FieldRow> fields = TRY(transaction.fields());
        tables_.forget_other_fields(fields);
        GroupMembers members = TRY(group_members(transaction, by));
        if (!members.wanted.empty() && wanted_) wanted_(members.wanted);
        const auto slots = TRY(slot_records_.of(transaction, field.number, field.committed));
        const GroupSource source{state, field, *slots, kernels_, threads_};
        return in_context(fmt::format("groups by {}", by.path),
                          make_group_table(source, std::move(members), known));
    };
    return tables_.of({field.number, by}, state, make);
}

Result<Group> LocalGroups::describe(store::ReadTransaction& transaction, const FieldSnapshot& field,
                                    const GroupTable& table, std::size_t group,
                                    std::size_t examples) {
    Group described{
        .value = table.values[group], .records = table.members_of(group).size(), .examples = {}};
    if (examples == 0) return described;
    std::vector<index::Neighbor> nearest = examples_of(field, table, group);
    if (nearest.size() > examples) nearest.resize(examples);
    std::vector<store::Slot> slots;
    for (const index::Neighbor& neighbor : nearest)
        slots.push_back(neighbor.slot);
    const std::vector<store::RecordNumber> records =
        TRY(transaction.records_of_slots(field.number, slots));
    for (std::size_t i = 0; i < nearest.size(); ++i) {
        std::optional<store::RecordRow> row = TRY(transaction.record(records[i]));
        if (!row) {
            return fail(ErrorCode::kCorruption, "record number {}: has a vector but no record",
                        records[i]);
        }
        described.examples.push_back({std::move(row->id), static_cast<float>(nearest[i].distance),
                                      std::move(row->document)});
    }
    return described;
}

std::vector<index::Neighbor> LocalGroups::examples_of(const FieldSnapshot& field,
                                                      const GroupTable& table, std::size_t group) {
    {
        const auto examples = table.examples.lock();
        const auto remembered = examples->find(group);
        if (remembered != examples->end()) return remembered->second;
    }
    std::vector<index::Neighbor> nearest = index::nearest_rows({.metric = field.spec.metric,
                                                                .query = table.centroid(group),
                                                                .k = kGroupExamplesMax,
                                                                .kernels = &kernels_,
                                                                .threads = &threads_},
                                                               field.rows, table.members_of(group));
    if (nearest.size() > kGroupExamplesMax) nearest.resize(kGroupExamplesMax);
    (*table.examples.lock())[group] = nearest;
    return nearest;
}

namespace {

Result<std::size_t> find_group(const GroupTable& table, const GroupName& name) {
    const std::optional<std::size_t> group = table.find(name.value);
    if (group) return *group;
    std::string value;
    JsonWriter(value).value(store::json_of(name.value));
    return fail(ErrorCode::kNotFound, "no record with a vector has {} {}",
                name.by.part == GroupBy::Part::kDirectory ? "the folder" : name.by.path + " =",
                value);
}

}  // namespace
}  // namespace sokkuri::collection
