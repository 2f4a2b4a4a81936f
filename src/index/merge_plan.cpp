#include "index/merge_plan.h"

#include "index/code_fit.h"
#include "index/head_trainer.h"
#include "index/segment_check.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

/// Repair looks at two steps around each hole: with more holes than this, a new graph is better
/// and costs no more.
constexpr double kDeadShareMax = 0.3;
/// Adding a node costs about three times what building one does.
constexpr double kIncomingShareMax = 0.5;  // of the nodes that stay

Result<void> check_source(const MergeSource& source, const Building& building);
std::size_t count_living_nodes(const MergeSource& source);
bool is_worth_keeping(const MergePlan& plan, const Building& building);
/// Of the base's nodes that stay, by what is kept of them.
CodeFit fit_of_staying(const MergePlan& plan);
void add_living(const MergeSource& source, std::span<const Slot> slots, std::vector<Slot>& out);

}  // namespace

Result<MergePlan> plan_merge(std::span<const MergeSource> sources, const Building& building) {
    MergePlan plan;
    std::size_t most = 0;
    for (const MergeSource& source : sources) {
        TRY(check_source(source, building));
        const std::size_t nodes = count_living_nodes(source);
        if (!source.segment->parts().has_graph() || nodes <= most) continue;
        most = nodes;
        plan.base = source;
    }
    plan.incoming.assign(building.from.slots.begin(), building.from.slots.end());
    for (const MergeSource& source : sources) {
        const SegmentParts& parts = source.segment->parts();
        const bool is_base = source.segment == plan.base.segment;
        if (!is_base) add_living(source, parts.postings, plan.incoming);
        add_living(source, parts.loose, is_base ? plan.loose : plan.incoming);
    }
    std::ranges::sort(plan.incoming);
    if (plan.base.segment == nullptr) return plan;
    for (Ordinal node = 0; node < plan.base.segment->parts().nodes; ++node) {
        if (!living_slots(plan.base, node).empty()) plan.staying.push_back(node);
    }
    if (is_worth_keeping(plan, building)) return plan;
    add_living(plan.base, plan.base.segment->parts().postings, plan.incoming);
    plan.incoming.insert(plan.incoming.end(), plan.loose.begin(), plan.loose.end());
    std::ranges::sort(plan.incoming);
    return MergePlan{.base = {}, .staying = {}, .loose = {}, .incoming = std::move(plan.incoming)};
}

std::vector<Slot> living_slots(const MergeSource& source, Ordinal node) {
    std::vector<Slot> living;
    add_living(source, source.segment->parts().slots_of(node), living);
    return living;
}

namespace {

Result<void> check_source(const MergeSource& source, const Building& building) {
    const SegmentParts& parts = source.segment->parts();
    if (parts.space.metric != building.from.metric ||
        parts.space.raw_dimension != building.from.rows.dimension()) {
        return fail(ErrorCode::kInvalidArgument,
                    "a segment of {}, dimension {}, cannot join one of {}, dimension {}",
                    name_of(parts.space.metric), parts.space.raw_dimension,
                    name_of(building.from.metric), building.from.rows.dimension());
    }
    if (parts.slots_end > building.from.rows.count()) {
        return fail(ErrorCode::kCorruption, "a segment of slots below {}; there are {}",
                    parts.slots_end, building.from.rows.count());
    }
    return check_contents(parts);
}

std::size_t count_living_nodes(const MergeSource& source) {
    const SegmentParts& parts = source.segment->parts();
    if (source.dead == nullptr) return parts.nodes;
    std::size_t living = 0;
    for (Ordinal node = 0; node < parts.nodes; ++node) {
        living += std::ranges::all_of(parts.slots_of(node),
                                      [&](Slot slot) { return source.dead->test(slot); })
                      ? 0
                      : 1;
    }
    return living;
}

bool is_worth_keeping(const MergePlan& plan, const Building& building) {
    const auto staying = static_cast<double>(plan.staying.size());
    const auto incoming = static_cast<double>(plan.incoming.size());
    const double before = plan.base.segment->parts().nodes;
    if (plan.staying.size() < building.options.graph_nodes_min) return false;
    if (building.options.layout &&
        *building.options.layout != plan.base.segment->parts().model.layout) {
        return false;
    }
    if (before - staying > kDeadShareMax * before) return false;
    if (incoming > kIncomingShareMax * staying) return false;
    const CodeFit old = fit_of_staying(plan);
    const SegmentParts& parts = plan.base.segment->parts();
    const CodeFit added = fit_of_rows(parts.space, parts.model, plan.incoming, building);
    if (leaves_many_loose(added, incoming, staying + incoming)) return false;
    const double share = incoming / (staying + incoming);
    return !has_drifted(parts.model, old.error * (1 - share) + added.error * share,
                        old.tail * (1 - share) + added.tail * share);
}

CodeFit fit_of_staying(const MergePlan& plan) {
    const SegmentParts& parts = plan.base.segment->parts();
    CodeFit fit;
    std::size_t counted = 0;
    for (const Ordinal node : plan.staying) {
        const double error = parts.head_errors[node];
        const double tail = parts.head_tails[node];
        const double norm = parts.head_norms[node] + tail * tail;
        if (!(norm > 0)) continue;  // nothing known, or the mean itself
        fit.error += error * error / norm;
        fit.tail += tail * tail / norm;
        ++counted;
    }
    if (counted == 0) return fit;
    fit.error /= static_cast<double>(counted);
    fit.tail /= static_cast<double>(counted);
    return fit;
}

void add_living(const MergeSource& source, std::span<const Slot> slots, std::vector<Slot>& out) {
    for (const Slot slot : slots) {
        if (source.dead == nullptr || !source.dead->test(slot)) out.push_back(slot);
    }
}

}  // namespace

}  // namespace sokkuri::index
