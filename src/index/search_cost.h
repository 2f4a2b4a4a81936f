// Search cost: what each way of answering a query would take, and which is the cheapest. The ways
// that are not exact are made to give the same recall: the pool of passing nodes is as wide in all
// of them, but among passing nodes alone, whose graph is thinner, wider.
// Pure functions over constants that bench_segment_search measures; wrong ones cost time, never
// results.
#pragma once

#include <cstddef>

namespace sokkuri::index {

/// How a query can be answered.
enum class Way {
    kGraph,          // over all nodes, a pool so wide that enough of it passes
    kPassingGraph,   // over passing nodes alone, through at most one other; needs PreparedFilter
    kMatchingCodes,  // heads of all passing nodes; needs PreparedFilter
    kMatchingRows,   // float64 over all passing rows: exact
    kBounds,         // all heads, with bounds: exact
};

/// What the costs depend on.
struct SearchShape {
    std::size_t nodes = 0;
    std::size_t dimension = 0;  // raw
    std::size_t k = 10;
    std::size_t ef = 64;           // of the pool of passing nodes; 0: must be exact
    std::size_t filter_slots = 0;  // length of the filter's bitmap; 0: no filter
    double matches = 0;            // rows that pass: known or expected
    double pass_share = 1;         // of the segment's nodes
    bool has_graph = true;
    bool is_prepared = false;  // the filter's ordinals are known
    bool is_promise = false;   // a recall was asked for, which ef stands for without a filter
    std::size_t queries = 1;   // that share the work of preparing
};

/// Nanoseconds of one core, for one query.
double cost_of(Way way, const SearchShape& shape);

/// The exact way for a query that bounds do not help: nothing that passes is near it.
Way exact_way_without_bounds(const SearchShape& shape);

/// The cheapest of those that `shape` allows.
Way cheapest_way(const SearchShape& shape);

/// Whether `way` is possible and so much cheaper than exact ways that it may fail: then both are
/// paid for, and a query far from all that passes must not take much longer than a scan of it.
bool is_worth_a_try(Way way, const SearchShape& shape);

/// Width of a pool over all nodes so that about `ef` of it pass.
std::size_t widened(std::size_t ef, double pass_share);

/// Width of Way::kPassingGraph that keeps the promise of `shape.ef`, or that itself.
std::size_t passing_width(const SearchShape& shape);

/// A graph search wider than this is no longer one.
inline constexpr std::size_t kWidthMax = 8192;

}  // namespace sokkuri::index
