// SearchPlan: which way a query to one segment will be answered, decided before any row is looked
// at, from what was asked, from how much the filter lets through and from what each way costs.
#pragma once

#include "index/graph_search.h"
#include "index/search_cost.h"
#include "index/segment_search.h"

#include <cstddef>
#include <optional>

namespace sokkuri::index {

struct SearchPlan {
    Way way = Way::kBounds;
    SearchShape shape;
    /// The query's codes and its entries are in this thread's scratch already (EncodedQueries).
    bool is_encoded = false;
    /// So is what a search of the graph, graph_width() wide, found; it cost this much.
    std::optional<GraphEffort> searched = std::nullopt;

    bool is_exact() const { return way == Way::kBounds || way == Way::kMatchingRows; }
    /// Of Way::kGraph, to begin with.
    std::size_t graph_width() const { return widened(shape.ef, shape.pass_share); }
    bool needs_prepared() const { return way == Way::kPassingGraph || way == Way::kMatchingCodes; }
};

/// For one of `queries` that are answered together. A few microseconds where a filter's share has
/// to be estimated.
SearchPlan plan_search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                       std::size_t queries);

/// The same when the answer must be exact, whatever was asked.
SearchPlan plan_exact_search(const Segment& segment, const RawRows& rows,
                             const SegmentQuery& query);

}  // namespace sokkuri::index
