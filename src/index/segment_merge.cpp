// merge_segments: the nodes of the largest segment that stay, in their order; then the rows that
// come in; then those held out for calibration, from both.
#include "base/hash.h"
#include "index/build_stages.h"
#include "index/distinct_rows.h"
#include "index/graph_builder.h"
#include "index/merge_plan.h"
#include "index/segment_builder.h"

#include <algorithm>
#include <cstring>

namespace sokkuri::index {

namespace {

constexpr std::size_t kHeldOutShare = 10;
constexpr std::size_t kNodesPerTurn = 4'096;

/// The nodes of the new segment before they are put in order: those of the base that stay, then the
/// groups of `incoming`.
struct Candidates {
    const MergePlan& plan;
    DistinctRows incoming;
    /// For each group: the staying node (a position in MergePlan::staying) with the same row, or
    /// kNoOrdinal.
    std::vector<std::uint32_t> twins;

    std::size_t staying() const { return plan.staying.size(); }
    std::size_t count() const { return staying() + incoming.count(); }
};

/// Where the candidates go.
struct Arrangement {
    std::vector<std::uint32_t> order;  // candidates; those with a twin are last
    std::size_t kept = 0;              // first ones: of the base, in the graph that is repaired
    std::size_t linked = 0;            // first ones: in the graph that is calibrated
    std::size_t nodes = 0;             // without those that have a twin
};

Result<std::unique_ptr<SegmentDraft>> encode_candidates(const Candidates& candidates,
                                                        const Building& building);
void find_twins(const SegmentDraft& draft, const Building& building, Candidates& candidates);
Arrangement arrange(const Candidates& candidates, const Building& building);
void fill_postings(const Candidates& candidates, const Arrangement& arrangement,
                   SegmentDraft& draft);
/// The base's graph without the nodes that have died or are held out.
Result<Graph> repaired_graph(const MergePlan& plan, const Arrangement& arrangement,
                             const Building& building);

}  // namespace

Result<SegmentImage> merge_segments(std::span<const MergeSource> sources, const SegmentBuild& build,
                                    const BuildOptions& options) {
    TRY(options.validate());
    const Building building = {build, options};
    TRY(building.report({"looking at rows", 0, 0.05}));
    const MergePlan plan = TRY(plan_merge(sources, building));
    if (plan.base.segment == nullptr) {
        return build_segment({.metric = build.metric,
                              .rows = build.rows,
                              .slots = plan.incoming,
                              .kernels = build.kernels,
                              .threads = build.threads},
                             options);
    }
    const SegmentParts& base = plan.base.segment->parts();
    TRY(building.check_memory(plan.staying.size() + plan.incoming.size(), base.model.layout));
    Candidates candidates = {
        plan, find_distinct_rows(base.space, build.rows, plan.incoming, build.threads), {}};
    const auto draft = TRY(encode_candidates(candidates, building));
    find_twins(*draft, building, candidates);
    const Arrangement arrangement = arrange(candidates, building);
    draft->reorder(arrangement.order, build.threads);
    draft->shrink(arrangement.nodes);
    fill_postings(candidates, arrangement, *draft);

    TRY(building.report({"repairing", 0.30, 0.50}));
    draft->graph = TRY(repaired_graph(plan, arrangement, building));
    TRY(building.report({"linking", 0.50, 0.85}));
    TRY(add_to_graph(draft->graph_nodes(arrangement.linked), draft->graph, building.graph_build()));
    return finish_graph(*draft, arrangement.linked, building);
}

namespace {

Result<std::unique_ptr<SegmentDraft>> encode_candidates(const Candidates& candidates,
                                                        const Building& building) {
    const SegmentParts& base = candidates.plan.base.segment->parts();
    auto draft = TRY(SegmentDraft::create(base.space, base.model, candidates.count()));
    const std::size_t staying = candidates.staying();
    building.from.threads.for_each(staying / kNodesPerTurn + 1, [&](std::size_t turn) {
        const std::size_t end = std::min((turn + 1) * kNodesPerTurn, staying);
        for (std::size_t i = turn * kNodesPerTurn; i < end; ++i) {
            draft->copy_node(base, candidates.plan.staying[i], static_cast<Ordinal>(i));
        }
    });
    TRY(draft->encode(building, candidates.incoming.first_slots(), staying,
                      {"encoding", 0.05, 0.30}));
    return draft;
}

/// By full codes, which equal rows have in common, then by the rows themselves: the base's raw rows
/// need not all be read.
void find_twins(const SegmentDraft& draft, const Building& building, Candidates& candidates) {
    const auto hash_of = [&](std::size_t candidate) {
        return xxh64(std::as_bytes(draft.full_code(static_cast<Ordinal>(candidate))));
    };
    const std::size_t staying = candidates.staying();
    const std::size_t groups = candidates.incoming.count();
    candidates.twins.assign(groups, kNoOrdinal);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes(groups);
    ThreadPool& threads = building.from.threads;
    threads.for_each(groups / kNodesPerTurn + 1, [&](std::size_t turn) {
        const std::size_t end = std::min((turn + 1) * kNodesPerTurn, groups);
        for (std::size_t group = turn * kNodesPerTurn; group < end; ++group) {
            hashes[group] = {hash_of(staying + group), static_cast<std::uint32_t>(group)};
        }
    });
    std::ranges::sort(hashes);
    if (groups == 0) return;
    const RawRows& rows = building.from.rows;
    threads.for_each(staying / kNodesPerTurn + 1, [&](std::size_t turn) {
        const std::size_t end = std::min((turn + 1) * kNodesPerTurn, staying);
        for (std::size_t i = turn * kNodesPerTurn; i < end; ++i) {
            const std::uint64_t hash = hash_of(i);
            auto found = std::ranges::lower_bound(hashes, std::pair{hash, std::uint32_t{0}});
            for (; found != hashes.end() && found->first == hash; ++found) {
                const Slot own =
                    living_slots(candidates.plan.base, candidates.plan.staying[i]).front();
                const Slot other = candidates.incoming.group(found->second).front();
                const bool is_same =
                    std::memcmp(rows[own], rows[other], rows.dimension() * sizeof(float)) == 0;
                // The rows of the base differ from each other: no other node writes here.
                if (is_same) candidates.twins[found->second] = static_cast<std::uint32_t>(i);
            }
        }
    });
}

Arrangement arrange(const Candidates& candidates, const Building& building) {
    enum class Place { kKept, kAdded, kHeldOut, kTwin };
    const std::size_t staying = candidates.staying();
    std::vector<std::uint32_t> alone;
    for (std::uint32_t i = 0; i < candidates.count(); ++i) {
        if (i < staying || candidates.twins[i - staying] == kNoOrdinal) alone.push_back(i);
    }
    const std::size_t held_out =
        std::min(building.options.calibration_queries, alone.size() / kHeldOutShare);
    const std::vector<bool> is_held_out =
        choose_some(alone.size(), held_out, building.options.seed);
    std::vector<Place> places(candidates.count(), Place::kTwin);
    for (std::size_t i = 0; i < alone.size(); ++i) {
        places[alone[i]] = is_held_out[i]       ? Place::kHeldOut
                           : alone[i] < staying ? Place::kKept
                                                : Place::kAdded;
    }
    Arrangement arrangement;
    for (const Place place : {Place::kKept, Place::kAdded, Place::kHeldOut, Place::kTwin}) {
        if (place == Place::kAdded) arrangement.kept = arrangement.order.size();
        if (place == Place::kHeldOut) arrangement.linked = arrangement.order.size();
        if (place == Place::kTwin) arrangement.nodes = arrangement.order.size();
        for (std::uint32_t i = 0; i < places.size(); ++i) {
            if (places[i] == place) arrangement.order.push_back(i);
        }
    }
    return arrangement;
}

void fill_postings(const Candidates& candidates, const Arrangement& arrangement,
                   SegmentDraft& draft) {
    const std::size_t staying = candidates.staying();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> twins;  // staying, group
    for (std::uint32_t group = 0; group < candidates.incoming.count(); ++group) {
        if (candidates.twins[group] != kNoOrdinal) {
            twins.emplace_back(candidates.twins[group], group);
        }
    }
    std::ranges::sort(twins);
    for (std::size_t i = 0; i < arrangement.nodes; ++i) {
        const std::uint32_t candidate = arrangement.order[i];
        const auto first = static_cast<std::ptrdiff_t>(draft.postings.size());
        const auto append = [&](std::span<const Slot> slots) {
            draft.postings.insert(draft.postings.end(), slots.begin(), slots.end());
        };
        if (candidate >= staying) {
            append(candidates.incoming.group(candidate - staying));
        } else {
            append(living_slots(candidates.plan.base, candidates.plan.staying[candidate]));
            auto twin = std::ranges::lower_bound(twins, std::pair{candidate, std::uint32_t{0}});
            for (; twin != twins.end() && twin->first == candidate; ++twin) {
                append(candidates.incoming.group(twin->second));
            }
            std::sort(draft.postings.begin() + first, draft.postings.end());
        }
        draft.posting_ends.push_back(static_cast<std::uint32_t>(draft.postings.size()));
    }
    std::ranges::merge(candidates.plan.loose, candidates.incoming.loose,
                       std::back_inserter(draft.loose));
}

Result<Graph> repaired_graph(const MergePlan& plan, const Arrangement& arrangement,
                             const Building& building) {
    const SegmentParts& base = plan.base.segment->parts();
    std::vector<Ordinal> new_ordinals(base.nodes, kNoOrdinal);
    for (Ordinal i = 0; i < arrangement.kept; ++i) {
        new_ordinals[plan.staying[arrangement.order[i]]] = i;
    }
    return remove_from_graph({base.heads, base.model}, base.links, new_ordinals,
                             building.graph_build());
}

}  // namespace

}  // namespace sokkuri::index
