#include "collection/group_table.h"

#include "index/centroid.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sokkuri::collection {
namespace {

/// Members that are added up in one go: the same pieces for any number of threads.
constexpr std::size_t kPieceMembers = 1'024;
/// Pieces whose sums are in memory at once.
constexpr std::size_t kPiecesAtOnce = 128;

/// Some members of one group.
struct Piece {
    std::size_t group = 0;
    std::size_t first = 0;  // in GroupTable::members
    std::size_t end = 0;
};

/// The vector of a record.
struct RecordSlot {
    store::RecordNumber record = 0;
    index::Slot slot = 0;
};
using RecordSlots = std::vector<RecordSlot>;  // by record

/// As many as there are vectors, however high the numbers of their records are.
RecordSlots slots_by_record(const GroupSource& source);
/// The place of the record, or of the first behind it. Looks near `from`: members ascend.
RecordSlots::const_iterator find_from(RecordSlots::const_iterator from,
                                      RecordSlots::const_iterator end, store::RecordNumber record);
/// What a node of GroupTable::examples takes beside the neighbors.
constexpr std::size_t kExampleNodeBytes = 80;

/// Values, starts and members.
void list_members(const GroupSource& source, GroupMembers members, GroupTable& table);
Result<void> check_size(const GroupTable& table);
/// Takes over what is the same; pieces of all else.
std::vector<Piece> pieces_to_sum(const GroupTable* known, GroupTable& table);
void sum_up(const GroupSource& source, std::span<const Piece> pieces, GroupTable& table);
std::vector<std::uint32_t> by_size(const GroupTable& table);

}  // namespace

std::optional<std::size_t> GroupTable::find(const store::AttributeValue& value) const {
    const auto found =
        std::lower_bound(values.begin(), values.end(), value, store::AttributeLess());
    if (found == values.end() || store::compare(*found, value) != 0) return std::nullopt;
    return static_cast<std::size_t>(found - values.begin());
}

std::size_t GroupTable::size_bytes() const {
    const std::size_t a_group = sizeof(values[0]) + sizeof(starts[0]) + sizeof(largest_first[0]) +
                                dimension * sizeof(float);
    const std::size_t remembered = kExampleNodeBytes + kGroupExamplesMax * sizeof(index::Neighbor);
    return values.size() * a_group + text_bytes + members.size() * sizeof(members[0]) +
           examples.lock()->size() * remembered;
}

Result<std::shared_ptr<const GroupTable>> make_group_table(const GroupSource& source,
                                                           GroupMembers members,
                                                           const GroupTable* known) {
    auto table = std::make_shared<GroupTable>();
    table->state = source.state;
    table->field = source.field.number;
    table->dimension = source.field.spec.dimension;
    list_members(source, std::move(members), *table);
    TRY(check_size(*table));
    table->centroids.resize(table->count() * table->dimension);
    const std::vector<Piece> pieces = pieces_to_sum(known, *table);
    sum_up(source, pieces, *table);
    table->largest_first = by_size(*table);
    return std::shared_ptr<const GroupTable>(std::move(table));
}

namespace {

RecordSlots slots_by_record(const GroupSource& source) {
    const FieldSnapshot& field = source.field;
    RecordSlots slots;
    for (store::Slot slot = 0; slot < field.committed; ++slot) {
        const store::RecordNumber record = source.slots[slot];
        if (record == SlotTable::kNobody || field.dead.test(static_cast<index::Slot>(slot))) {
            continue;
        }
        slots.push_back({record, static_cast<index::Slot>(slot)});
    }
    // Of a collection that was loaded once, they are in order.
    if (!std::ranges::is_sorted(slots, {}, &RecordSlot::record))
        std::ranges::sort(slots, {}, &RecordSlot::record);
    return slots;
}

RecordSlots::const_iterator find_from(RecordSlots::const_iterator from,
                                      RecordSlots::const_iterator end, store::RecordNumber record) {
    std::ptrdiff_t step = 1;
    while (end - from > step && from[step].record < record) {
        from += step;
        step *= 2;
    }
    const auto behind = end - from > step ? from + step + 1 : end;
    return std::ranges::lower_bound(from, behind, record, {}, &RecordSlot::record);
}

/// Values are moved: there is never more than one copy of their texts.
void list_members(const GroupSource& source, GroupMembers members, GroupTable& table) {
    const RecordSlots slots = slots_by_record(source);
    while (!members.records.empty()) {
        auto group = members.records.extract(members.records.begin());
        const std::size_t first = table.members.size();
        auto at = slots.begin();
        for (const store::RecordNumber record : group.mapped()) {
            at = find_from(at, slots.end(), record);
            if (at == slots.end()) break;
            if (at->record == record) table.members.push_back(at->slot);
        }
        if (table.members.size() == first) continue;
        const auto* text = std::get_if<std::string>(&group.key());
        if (text != nullptr) table.text_bytes += text->size();
        table.values.push_back(std::move(group.key()));
        table.starts.push_back(first);
    }
    table.starts.push_back(table.members.size());
}

Result<void> check_size(const GroupTable& table) {
    if (table.size_bytes() <= kGroupTableBytesMax) return {};
    return fail(ErrorCode::kExhausted,
                "{} groups with vectors of {} numbers and {} members take {} MB of memory: at most "
                "{} MB",
                table.count(), table.dimension, table.members.size(), table.size_bytes() >> 20,
                kGroupTableBytesMax >> 20);
}

/// A slot never changes its vector: the same slots have the same centroid.
std::vector<Piece> pieces_to_sum(const GroupTable* known, GroupTable& table) {
    const bool is_comparable = known != nullptr && known->field == table.field;
    std::vector<Piece> pieces;
    for (std::size_t group = 0; group < table.count(); ++group) {
        const auto old = is_comparable ? known->find(table.values[group]) : std::nullopt;
        if (old && std::ranges::equal(known->members_of(*old), table.members_of(group))) {
            std::ranges::copy(
                known->centroid(*old),
                table.centroids.begin() + static_cast<std::ptrdiff_t>(group * table.dimension));
            const auto examples = known->examples.lock();
            const auto remembered = examples->find(*old);
            if (remembered != examples->end()) (*table.examples.lock())[group] = remembered->second;
            continue;
        }
        for (std::size_t first = table.starts[group]; first < table.starts[group + 1];
             first += kPieceMembers) {
            pieces.push_back(
                {group, first, std::min(first + kPieceMembers, table.starts[group + 1])});
        }
    }
    return pieces;
}

void sum_up(const GroupSource& source, std::span<const Piece> pieces, GroupTable& table) {
    const FieldSnapshot& field = source.field;
    const index::CentroidSum nothing(field.spec.metric, table.dimension, source.kernels);
    std::vector<index::CentroidSum> sums(std::min(pieces.size(), kPiecesAtOnce), nothing);
    index::CentroidSum whole = nothing;
    for (std::size_t start = 0; start < pieces.size(); start += kPiecesAtOnce) {
        const auto some = pieces.subspan(start, std::min(kPiecesAtOnce, pieces.size() - start));
        source.threads.for_each(some.size(), [&](std::size_t i) {
            sums[i].clear();
            for (std::size_t member = some[i].first; member < some[i].end; ++member)
                sums[i].add(field.rows[table.members[member]]);
        });
        for (std::size_t i = 0; i < some.size(); ++i) {
            whole.add(sums[i]);
            if (some[i].end != table.starts[some[i].group + 1]) continue;
            std::ranges::copy(whole.centroid(),
                              table.centroids.begin() +
                                  static_cast<std::ptrdiff_t>(some[i].group * table.dimension));
            whole.clear();
        }
    }
}

std::vector<std::uint32_t> by_size(const GroupTable& table) {
    std::vector<std::uint32_t> groups(table.count());
    std::iota(groups.begin(), groups.end(), std::uint32_t{0});
    std::ranges::stable_sort(groups, [&table](std::uint32_t a, std::uint32_t b) {
        return table.members_of(a).size() > table.members_of(b).size();
    });
    return groups;
}

}  // namespace
}  // namespace sokkuri::collection
