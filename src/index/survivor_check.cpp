#include "index/survivor_check.h"

#include <algorithm>
#include <cstring>

namespace sokkuri::index {

namespace {

// Raw rows that are on their way while one is measured.
constexpr std::size_t kRowsAhead = 2;

void keep_passing(const ExactQuery& query, CheckScratch& scratch);
void keep_by_both_planes(const ExactQuery& query, CheckScratch& scratch);
void bound_by_full_codes(const ExactQuery& query, CheckScratch& scratch);
void decide(ExactQuery& query, NearestFound& found, CheckScratch& scratch);

}  // namespace

void check_survivors(ExactQuery& query, std::span<const Ordinal> nodes, NearestFound& found,
                     CheckScratch& scratch) {
    scratch.counts.after_first_plane += nodes.size();
    scratch.nodes.assign(nodes.begin(), nodes.end());
    keep_passing(query, scratch);
    // Four bits err ten times as much as a query of one plane: the second would drop next to none.
    if (query.segment().parts().model.layout.bits == 8) keep_by_both_planes(query, scratch);
    scratch.counts.after_heads += scratch.nodes.size();
    bound_by_full_codes(query, scratch);
    decide(query, found, scratch);
}

void check_loose(ExactQuery& query, NearestFound& found, CheckScratch& scratch) {
    for (const Slot slot : query.segment().parts().loose) {
        if (!query.passes(slot)) continue;
        const double distance = query.distance_of(slot);
        ++scratch.counts.rows_decided;
        if (distance > query.bound()) continue;
        found.add(slot, distance);
        query.tighten(found.bound());
    }
}

void dot_heads(const Segment& segment, const simd::CodeRows& heads, const std::int8_t* codes,
               std::int32_t* dots) {
    const simd::Kernels& kernels = segment.kernels();
    const auto dot =
        segment.parts().model.layout.bits == 4 ? kernels.dot_nibbles : kernels.dot_bytes;
    dot(heads, codes, dots);
}

ExactCounts& ExactCounts::operator+=(const ExactCounts& other) {
    nodes_scored += other.nodes_scored;
    after_first_plane += other.after_first_plane;
    after_heads += other.after_heads;
    after_full_codes += other.after_full_codes;
    rows_decided += other.rows_decided;
    return *this;
}

namespace {

void keep_passing(const ExactQuery& query, CheckScratch& scratch) {
    if (query.request().filter.passes_all()) return;
    std::erase_if(scratch.nodes, [&](Ordinal node) { return !query.has_passing_slot(node); });
}

void keep_by_both_planes(const ExactQuery& query, CheckScratch& scratch) {
    const SegmentParts& parts = query.segment().parts();
    const std::size_t count = scratch.nodes.size();
    const std::size_t stride = parts.model.layout.row_bytes();
    const simd::CodeRows heads{.rows = parts.heads.data(),
                               .stride = stride,
                               .size = stride,
                               .ordinals = scratch.nodes.data(),
                               .count = count};
    scratch.dots.resize(count);
    scratch.fine_dots.resize(count);
    dot_heads(query.segment(), heads, query.head().codes.data(), scratch.dots.data());
    dot_heads(query.segment(), heads, query.head().fine.data(), scratch.fine_dots.data());
    const double reach = query.reach_of(query.bound());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Ordinal node = scratch.nodes[i];
        const HeadBounds row{parts.head_norms[node], parts.head_errors[node],
                             parts.head_tails[node]};
        const double dot = 128.0 * scratch.dots[i] + scratch.fine_dots[i];
        if (query.head_bound().may_reach(reach, row, dot)) scratch.nodes[kept++] = node;
    }
    scratch.nodes.resize(kept);
}

FullMeta meta_of(const SegmentParts& parts, Ordinal node) {
    const std::size_t dimension = parts.space.dimension();
    FullMeta meta;
    std::memcpy(&meta,
                parts.full.data() + node * full_code_stride(dimension) + full_meta_at(dimension),
                sizeof meta);
    return meta;
}

// The first plane drops nearly all; only what it leaves is worth the second.
void bound_by_full_codes(const ExactQuery& query, CheckScratch& scratch) {
    const SegmentParts& parts = query.segment().parts();
    const simd::Kernels& kernels = query.segment().kernels();
    const double reach = query.reach_of(query.bound());
    simd::CodeRows rows{.rows = parts.full.data(),
                        .stride = full_code_stride(parts.space.dimension()),
                        .size = parts.space.dimension(),
                        .ordinals = scratch.nodes.data(),
                        .count = scratch.nodes.size()};
    scratch.dots.resize(rows.count);
    kernels.dot_bytes(rows, query.full().codes.data(), scratch.dots.data());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.count; ++i) {
        const Ordinal node = scratch.nodes[i];
        const FullMeta meta = meta_of(parts, node);
        if (query.full_bound().coarse_lower(meta, scratch.dots[i]) > reach) continue;
        scratch.nodes[kept] = node;
        scratch.dots[kept++] = scratch.dots[i];
    }
    rows.count = kept;
    scratch.fine_dots.resize(kept);
    kernels.dot_bytes(rows, query.full().fine.data(), scratch.fine_dots.data());
    scratch.by_bound.clear();
    for (std::size_t i = 0; i < kept; ++i) {
        const double dot = 128.0 * scratch.dots[i] + scratch.fine_dots[i];
        const double lower = query.full_bound().lower(meta_of(parts, rows.ordinals[i]), dot);
        if (lower <= reach) scratch.by_bound.emplace_back(lower, rows.ordinals[i]);
    }
    scratch.counts.after_full_codes += scratch.by_bound.size();
    std::sort(scratch.by_bound.begin(), scratch.by_bound.end());
}

void decide(ExactQuery& query, NearestFound& found, CheckScratch& scratch) {
    double bound = query.bound();
    double reach = query.reach_of(bound);
    for (std::size_t i = 0; i < scratch.by_bound.size(); ++i) {
        const auto [lower, node] = scratch.by_bound[i];
        if (lower > reach) break;
        if (i + kRowsAhead < scratch.by_bound.size()) {
            query.prefetch(scratch.by_bound[i + kRowsAhead].second);
        }
        query.passing_slots(node, scratch.slots);
        if (scratch.slots.empty()) continue;
        // Its slots hold the same components: one distance for all.
        const double distance = query.distance_of(scratch.slots.front());
        ++scratch.counts.rows_decided;
        if (distance > bound) continue;
        for (const Slot slot : scratch.slots) {
            found.add(slot, distance);
        }
        query.tighten(found.bound());
        if (query.bound() < bound) {
            bound = query.bound();
            reach = query.reach_of(bound);
        }
    }
}

}  // namespace

}  // namespace sokkuri::index
