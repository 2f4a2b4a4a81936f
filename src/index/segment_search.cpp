#include "index/segment_search.h"

#include "base/check.h"
#include "index/approximate_search.h"
#include "index/encoded_queries.h"
#include "index/exact_batch.h"
#include "index/exact_scan.h"
#include "index/search_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace sokkuri::index {

namespace {

// Queries that a thread answers before it looks for more: enough that sharing out costs nothing,
// few enough that nobody waits long for the last ones. They are encoded together.
constexpr std::size_t kQueriesPerTask = EncodedQueries::kMax;
// Where an exact search looks first (engine-measured: this width finds .998 of ten neighbors).
constexpr std::size_t kSeedWidth = 64;
constexpr std::size_t kSeedsMax = 1'000;
// A filter that lets less pass makes a graph search cost more than its seeds save.
constexpr double kSeedShareMin = 0.2;

SegmentAnswer search_as_planned(const Segment& segment, const RawRows& rows,
                                const SegmentQuery& query, const SearchPlan& plan,
                                ThreadPool* threads);
SegmentAnswer search_exactly(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                             const SearchPlan& plan, ThreadPool* threads);
SegmentAnswer decide_matching_rows(const Segment& segment, const RawRows& rows,
                                   const SegmentQuery& query, ThreadPool* threads);
std::vector<SegmentAnswer> search_batch_exactly(const Segment& segment, const RawRows& rows,
                                                std::span<const float> queries,
                                                const SegmentQuery& shared, ThreadPool* threads);
std::vector<Neighbor> seeds_of(const Segment& segment, const RawRows& rows,
                               const SegmentQuery& query, const SearchShape& shape);
/// Cuts 0 … count into runs for the threads.
void for_each_run(std::size_t count, ThreadPool* threads,
                  const std::function<void(std::size_t first, std::size_t end)>& work);

}  // namespace

SegmentAnswer search_segment(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                             ThreadPool* threads) {
    CHECK(query.k > 0 && query.vector.size() == rows.dimension());
    return search_as_planned(segment, rows, query, plan_search(segment, rows, query, 1), threads);
}

std::vector<SegmentAnswer> search_segment(const Segment& segment, const RawRows& rows,
                                          std::span<const float> queries,
                                          const SegmentQuery& shared, ThreadPool* threads) {
    const std::size_t dimension = rows.dimension();
    CHECK(shared.k > 0 && dimension > 0 && queries.size() % dimension == 0);
    const std::size_t count = queries.size() / dimension;
    SegmentQuery query = shared;
    SearchPlan plan = plan_search(segment, rows, query, count);
    if (plan.way == Way::kBounds) {
        return search_batch_exactly(segment, rows, queries, shared, threads);
    }
    std::optional<PreparedFilter> prepared;
    if (plan.needs_prepared() && query.prepared == nullptr) {
        query.prepared = &prepared.emplace(segment, shared.filter);
        plan = plan_search(segment, rows, query, count);
    }
    std::vector<SegmentAnswer> answers(count);
    for_each_run(count, threads, [&](std::size_t first, std::size_t end) {
        thread_local EncodedQueries encoded;
        const bool are_encoded = !plan.is_exact() && end - first > 1;
        if (are_encoded) {
            encoded.encode(segment, queries.subspan(first * dimension, (end - first) * dimension));
            if (plan.way == Way::kGraph) encoded.search_graph(segment, plan.graph_width());
        }
        for (std::size_t i = first; i < end; ++i) {
            SegmentQuery one = query;
            one.vector = queries.subspan(i * dimension, dimension);
            SearchPlan own = plan;
            own.is_encoded = are_encoded && encoded.take(i - first, scratch_of_this_thread());
            if (own.is_encoded) own.searched = encoded.effort_of(i - first);
            answers[i] = search_as_planned(segment, rows, one, own, nullptr);
        }
    });
    return answers;
}

namespace {

SegmentAnswer search_as_planned(const Segment& segment, const RawRows& rows,
                                const SegmentQuery& query, const SearchPlan& plan,
                                ThreadPool* threads) {
    if (plan.is_exact()) return search_exactly(segment, rows, query, plan, threads);
    std::optional<SegmentAnswer> answer = search_approximately(segment, rows, query, plan);
    if (answer) return std::move(*answer);
    if (!query.filter.passes_all() && plan.way != Way::kMatchingCodes) {
        // What passes is not near the query: who looks at all of it needs no way there.
        SearchPlan scan = plan;
        scan.way = Way::kMatchingCodes;
        answer = search_approximately(segment, rows, query, scan);
        if (answer) return std::move(*answer);
    }
    if (exact_way_without_bounds(plan.shape) == Way::kMatchingRows) {
        return decide_matching_rows(segment, rows, query, threads);
    }
    return exact_search(segment, rows, query, {}, threads);
}

SegmentAnswer search_exactly(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                             const SearchPlan& plan, ThreadPool* threads) {
    if (plan.way == Way::kMatchingRows) return decide_matching_rows(segment, rows, query, threads);
    return exact_search(segment, rows, query, seeds_of(segment, rows, query, plan.shape), threads);
}

SegmentAnswer decide_matching_rows(const Segment& segment, const RawRows& rows,
                                   const SegmentQuery& query, ThreadPool* threads) {
    std::vector<Slot> slots;
    list_passing_slots(segment, query.filter, slots);
    const ExactScan scan{.metric = segment.parts().space.metric,
                         .query = query.vector,
                         .k = query.k,
                         .distance_max = query.distance_max,
                         .kernels = &segment.kernels(),
                         .threads = threads};
    return {.neighbors = nearest_rows(scan, rows, slots),
            .report = {.path = SearchReport::Path::kExactRows,
                       .recall_expected = 1,
                       .rows_decided = slots.size()}};
}

std::vector<SegmentAnswer> search_batch_exactly(const Segment& segment, const RawRows& rows,
                                                std::span<const float> queries,
                                                const SegmentQuery& shared, ThreadPool* threads) {
    const std::size_t dimension = rows.dimension();
    const std::size_t count = queries.size() / dimension;
    const SearchPlan plan = plan_exact_search(segment, rows, shared);
    std::vector<std::vector<Neighbor>> seeds(count);
    for_each_run(count, threads, [&](std::size_t first, std::size_t end) {
        for (std::size_t i = first; i < end; ++i) {
            SegmentQuery one = shared;
            one.vector = queries.subspan(i * dimension, dimension);
            seeds[i] = seeds_of(segment, rows, one, plan.shape);
        }
    });
    return exact_search_batch(segment, rows, queries, shared, seeds, threads);
}

/// What a graph search finds: rows so near that exact search can pass over nearly all others.
std::vector<Neighbor> seeds_of(const Segment& segment, const RawRows& rows,
                               const SegmentQuery& query, const SearchShape& shape) {
    if (!shape.has_graph || query.k > kSeedsMax || shape.pass_share < kSeedShareMin) return {};
    SearchPlan plan{.way = Way::kGraph, .shape = shape};
    plan.shape.ef = std::min<std::size_t>(std::max(kSeedWidth, query.k + query.k / 4), shape.nodes);
    std::optional<SegmentAnswer> answer = search_approximately(segment, rows, query, plan);
    return answer ? std::move(answer->neighbors) : std::vector<Neighbor>{};
}

void for_each_run(std::size_t count, ThreadPool* threads,
                  const std::function<void(std::size_t first, std::size_t end)>& work) {
    const std::size_t tasks = (count + kQueriesPerTask - 1) / kQueriesPerTask;
    const auto run_task = [&](std::size_t task) {
        work(task * kQueriesPerTask, std::min(count, (task + 1) * kQueriesPerTask));
    };
    if (threads != nullptr && tasks > 1) {
        threads->for_each(tasks, run_task);
        return;
    }
    for (std::size_t task = 0; task < tasks; ++task) {
        run_task(task);
    }
}

}  // namespace

}  // namespace sokkuri::index
