#include "index/search_plan.h"

#include "index/calibration.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

// Rows looked at to tell how many pass: off by 4 percentage points at worst (two sigmas: 9), which
// costs some time, as the share decides how wide a search is.
constexpr std::size_t kSampledRows = 128;
constexpr std::size_t kSampleHitsMin = 16;  // fewer say little; the filter's count says more
// Where at most this share is dead it does not matter which rows they are.
constexpr double kDeadShareIgnored = 0.02;
// Widths are calibrated without filters. Under one the pool is at least so much wider than k that
// it shows when heads mislead (re_rank.h, is_spread).
constexpr std::size_t kFilteredSlack = 30;

std::size_t width_asked(const Segment& segment, const SegmentQuery& query);
SearchShape shape_of(const Segment& segment, const RawRows& rows, const SegmentQuery& query);
double estimated_share(const Segment& segment, const RawRows& rows, const SlotFilter& filter);
double sampled_share(const SegmentParts& parts, const SlotFilter& filter, std::size_t& hits);

}  // namespace

SearchPlan plan_search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                       std::size_t queries) {
    SearchPlan plan{.shape = shape_of(segment, rows, query)};
    plan.shape.queries = queries;
    const auto k = static_cast<double>(query.k);
    // Who wants most of the rows that there are, or all within a distance, is best served by exact
    // search: no pool could promise them.
    const bool wants_most = 2 * k >= plan.shape.matches;
    const bool is_certified =
        std::isfinite(query.distance_max) && query.effort.kind != Effort::Kind::kEf;
    plan.shape.ef = wants_most || is_certified ? 0 : width_asked(segment, query);
    if (plan.shape.ef > 0 && query.filter.allowed != nullptr &&
        query.effort.kind == Effort::Kind::kRecall) {
        plan.shape.ef = std::max(plan.shape.ef, query.k + kFilteredSlack);
        plan.shape.is_promise = true;
    }
    if (plan.shape.ef >= segment.parts().nodes) plan.shape.ef = 0;
    // Who names a width means the graph: what a calibration measures must not be exact search.
    const bool means_graph = query.effort.kind == Effort::Kind::kEf && plan.shape.ef > 0 &&
                             plan.shape.has_graph && query.filter.allowed == nullptr;
    plan.way = means_graph ? Way::kGraph : cheapest_way(plan.shape);
    return plan;
}

SearchPlan plan_exact_search(const Segment& segment, const RawRows& rows,
                             const SegmentQuery& query) {
    SearchPlan plan{.shape = shape_of(segment, rows, query)};
    plan.shape.ef = 0;
    plan.way = cheapest_way(plan.shape);
    return plan;
}

namespace {

/// 0: exact.
std::size_t width_asked(const Segment& segment, const SegmentQuery& query) {
    switch (query.effort.kind) {
        case Effort::Kind::kExact:
            break;
        case Effort::Kind::kRecall:
            return ef_for(segment.parts(), query.k, query.effort.recall).value_or(0);
        case Effort::Kind::kEf:
            return std::max(query.effort.ef, query.k);
    }
    return 0;
}

SearchShape shape_of(const Segment& segment, const RawRows& rows, const SegmentQuery& query) {
    const SlotFilter& filter = query.filter;
    SearchShape shape{.nodes = segment.parts().nodes,
                      .dimension = rows.dimension(),
                      .k = query.k,
                      .has_graph = segment.parts().has_graph(),
                      .is_prepared = query.prepared != nullptr};
    const auto all = static_cast<double>(std::max<std::uint64_t>(segment.rows(), 1));
    if (filter.allowed != nullptr) shape.filter_slots = 64 * filter.allowed->words().size() + 64;
    if (query.prepared != nullptr) {
        shape.matches = static_cast<double>(query.prepared->rows());
        shape.pass_share = shape.matches / all;
        return shape;
    }
    // At most; what passes may lie in other segments.
    shape.matches = all;
    if (filter.allowed != nullptr) {
        shape.matches = std::min(all, static_cast<double>(filter.allowed_count));
    }
    shape.pass_share = std::min(estimated_share(segment, rows, filter), shape.matches / all);
    return shape;
}

double estimated_share(const Segment& segment, const RawRows& rows, const SlotFilter& filter) {
    const auto all = static_cast<double>(std::max<std::uint64_t>(segment.rows(), 1));
    const double dead = filter.left_out == nullptr || filter.left_out->empty()
                            ? 0
                            : static_cast<double>(filter.left_out->count()) / all;
    if (filter.allowed == nullptr && dead <= kDeadShareIgnored) return 1 - dead;
    std::size_t hits = 0;
    const double sampled = sampled_share(segment.parts(), filter, hits);
    if (filter.allowed == nullptr || hits >= kSampleHitsMin) return sampled;
    return static_cast<double>(filter.allowed_count) /
           static_cast<double>(std::max<std::size_t>(rows.count(), 1));
}

double sampled_share(const SegmentParts& parts, const SlotFilter& filter, std::size_t& hits) {
    const std::size_t step = parts.postings.size() / kSampledRows + 1;
    std::size_t looked_at = 0;
    for (std::size_t i = step / 2; i < parts.postings.size(); i += step) {
        hits += static_cast<std::size_t>(filter.passes(parts.postings[i]));
        ++looked_at;
    }
    return static_cast<double>(hits) / static_cast<double>(std::max<std::size_t>(looked_at, 1));
}

}  // namespace

}  // namespace sokkuri::index
