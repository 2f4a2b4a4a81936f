#include "index/search_cost.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

// Nanoseconds, one core of a Sapphire Rapids, quiet: 4,000 to 998,000 × 1280, 70,000 × 784 and
// 200,000 × 512. Searches of small segments take half as long, their data being in the caches; what
// is compared with them, too. bench_segment_search prints what each way takes, `sokkuri bench ann`
// what --ef and --exact do.
constexpr double kQueryStart = 8'000;       // encoding and entries, but for the projection
constexpr double kProjectComponent = 4;     // of a query, by raw component
constexpr double kExpansion = 380;          // of a node of the graph, its fresh neighbors scored
constexpr double kExpansionByWidth = 0.01;  // of that, by entry of the pool: it is moved about
constexpr double kExpansionsPerWidth = 1.05;
constexpr double kFullScoredPerHit = 6;      // candidates that full codes are asked for
constexpr double kPassingRow = 60;           // looking through one node that does not pass
constexpr double kPassingExpansion = 1'000;  // of a passing node: gathering and scoring the passing
constexpr double kHead = 20;                 // a head somewhere in memory
constexpr double kHeadInOrder = 5;           // heads side by side, with bounds
constexpr double kSurvivorComponent = 200;  // of all rows together that bounds leave: some hundreds
constexpr double kListedHead = 60;          // a head somewhere, with bounds and what survives them
constexpr double kFullComponent = 0.11;     // of a full code somewhere in memory
constexpr double kRawComponent = 0.45;      // of a raw row somewhere in memory
constexpr double kUnhelpedComponent = 0.4;  // of all codes of a row that bounds do not exclude
constexpr double kTryShare = 0.18;          // of an exact way, may be lost on a try
constexpr double kFilterWord = 0.8;         // of 64 slots, nearly none set
constexpr double kFilterMatch = 8;          // from a slot to its ordinal
constexpr double kCandidateTest = 15;       // whether a candidate's slots pass
constexpr double kLinks = 48;
// Below it two hops of 48 links hold too few passing nodes to hang together: 1 M × 1280, one row in
// a hundred, width 300: recall .926.
constexpr double kPassingShareMin = 0.015;
// By how much wider a search among passing nodes must be for what another finds at 43 (.99 of 1 M ×
// 1280, 400 queries, random filters): of 2 % 7 times (.9895), of 3 % 2.3, of 5 and 10 % 1.5, of 20
// % none, of 30 % 1.5, of 50 % none. From the middle on nearly all links pass.
constexpr double kPassingWidening = 1.5;
constexpr double kThinShare = 0.05;
constexpr double kThinPower = 1.7;
constexpr double kThickShare = 0.5;

double cost_of_answer(const SearchShape& shape);
double cost_of_preparing(const SearchShape& shape);
double cost_without_bounds(const SearchShape& shape);
bool is_possible(Way way, const SearchShape& shape);

}  // namespace

double cost_of(Way way, const SearchShape& shape) {
    const auto nodes = static_cast<double>(shape.nodes);
    const auto dimension = static_cast<double>(shape.dimension);
    const double share = std::max(shape.pass_share, 1e-9);
    const double enumerate =
        kFilterWord * static_cast<double>(shape.filter_slots) / 64 + kFilterMatch * shape.matches;
    switch (way) {
        case Way::kGraph: {
            const auto width = static_cast<double>(widened(shape.ef, shape.pass_share));
            const double tests = shape.filter_slots == 0 ? 0 : kCandidateTest * width;
            const double expansion = kExpansion + kExpansionByWidth * width;
            return cost_of_answer(shape) + tests + kExpansionsPerWidth * width * expansion;
        }
        case Way::kPassingGraph: {
            const double through = std::min(kLinks * (1 - share), 1 / share);
            return cost_of_answer(shape) + cost_of_preparing(shape) +
                   static_cast<double>(passing_width(shape)) * kExpansionsPerWidth *
                       (kPassingExpansion + kPassingRow * through);
        }
        case Way::kMatchingCodes:
            return cost_of_answer(shape) + cost_of_preparing(shape) + kHead * shape.matches;
        case Way::kMatchingRows:
            return (shape.is_prepared ? 0 : enumerate) + kRawComponent * dimension * shape.matches;
        case Way::kBounds:
            break;
    }
    const double listed = shape.filter_slots == 0
                              ? kHeadInOrder * nodes
                              : cost_of_preparing(shape) + kListedHead * shape.matches;
    return cost_of_answer(shape) + kSurvivorComponent * dimension +
           std::min(kHeadInOrder * nodes, listed);
}

Way cheapest_way(const SearchShape& shape) {
    Way best = Way::kBounds;
    for (const Way way :
         {Way::kMatchingRows, Way::kMatchingCodes, Way::kPassingGraph, Way::kGraph}) {
        if (!is_possible(way, shape)) continue;
        // Rows come first: what may fail must leave them a good deal cheaper.
        const double share = best == Way::kMatchingRows ? kTryShare : 1;
        if (cost_of(way, shape) < share * cost_of(best, shape)) best = way;
    }
    return best;
}

bool is_worth_a_try(Way way, const SearchShape& shape) {
    if (!is_possible(way, shape)) return false;
    if (shape.filter_slots == 0) return cost_of(way, shape) < cost_of(Way::kBounds, shape);
    const double exact = std::min(cost_of(Way::kMatchingRows, shape), cost_without_bounds(shape));
    return cost_of(way, shape) < kTryShare * exact;
}

Way exact_way_without_bounds(const SearchShape& shape) {
    return shape.filter_slots > 0 && cost_of(Way::kMatchingRows, shape) < cost_without_bounds(shape)
               ? Way::kMatchingRows
               : Way::kBounds;
}

std::size_t widened(std::size_t ef, double pass_share) {
    const double width = static_cast<double>(ef) / std::max(pass_share, 1e-6);
    return std::max(ef, static_cast<std::size_t>(std::min(std::ceil(width), 1e12)));
}

std::size_t passing_width(const SearchShape& shape) {
    if (!shape.is_promise || shape.pass_share >= kThickShare) return shape.ef;
    const double thin = std::max(1.0, kThinShare / std::max(shape.pass_share, 1e-9));
    const double width =
        static_cast<double>(shape.ef) * kPassingWidening * std::pow(thin, kThinPower);
    return static_cast<std::size_t>(std::min(std::ceil(width), 1e12));
}

namespace {

/// Encoding the query and deciding what was found.
double cost_of_answer(const SearchShape& shape) {
    const auto dimension = static_cast<double>(shape.dimension);
    const auto k = static_cast<double>(shape.k);
    const double scored = std::min(static_cast<double>(shape.ef), kFullScoredPerHit * k);
    return kQueryStart + kProjectComponent * dimension +
           dimension * (kFullComponent * scored + kRawComponent * k);
}

/// Of Way::kBounds where heads exclude nothing.
double cost_without_bounds(const SearchShape& shape) {
    const auto dimension = static_cast<double>(shape.dimension);
    return kHeadInOrder * static_cast<double>(shape.nodes) +
           (kListedHead + kUnhelpedComponent * dimension) * shape.matches;
}

double cost_of_preparing(const SearchShape& shape) {
    if (shape.is_prepared) return 0;
    const double all =
        kFilterWord * static_cast<double>(shape.filter_slots) / 64 + kFilterMatch * shape.matches;
    return all / static_cast<double>(std::max<std::size_t>(shape.queries, 1));
}

bool is_possible(Way way, const SearchShape& shape) {
    const bool has_filter = shape.filter_slots > 0;
    switch (way) {
        case Way::kGraph:
            return shape.ef > 0 && shape.has_graph &&
                   widened(shape.ef, shape.pass_share) <= std::min(kWidthMax, shape.nodes);
        case Way::kPassingGraph:
            return shape.ef > 0 && shape.has_graph && has_filter &&
                   passing_width(shape) <= kWidthMax && shape.pass_share >= kPassingShareMin;
        case Way::kMatchingCodes:
            return shape.ef > 0 && has_filter;
        case Way::kMatchingRows:
            return has_filter;
        case Way::kBounds:
            break;
    }
    return true;
}

}  // namespace

}  // namespace sokkuri::index
