#include "library/index_state.h"

#include "index/exact_scan.h"

#include <algorithm>

namespace sokkuri::library {
namespace {

/// The tail as runs of rows side by side; none of it has been dropped.
std::vector<index::RowsView> tail_of(const IndexState& state);
index::ExactScan scan_of(const IndexState& state, const index::SegmentQuery& query,
                         ThreadPool& threads);
void add_tail(index::SegmentAnswer& answer, std::vector<index::Neighbor> tail, std::size_t k);
index::SegmentAnswer nothing_indexed();

}  // namespace

index::SegmentAnswer search_state(const IndexState& state, index::SegmentQuery query,
                                  ThreadPool& threads) {
    query.filter.left_out = state.dead->empty() ? nullptr : state.dead.get();
    index::SegmentAnswer answer =
        state.segment == nullptr
            ? nothing_indexed()
            : index::search_segment(*state.segment, state.rows, query, &threads);
    const std::vector<index::RowsView> tail = tail_of(state);
    std::vector<index::Neighbor> nearest;
    if (!tail.empty()) nearest = index::nearest_rows(scan_of(state, query, threads), tail);
    add_tail(answer, std::move(nearest), query.k);
    return answer;
}

std::vector<index::SegmentAnswer> search_state(const IndexState& state,
                                               std::span<const float> queries,
                                               index::SegmentQuery shared, ThreadPool& threads) {
    const std::size_t dimension = state.rows.dimension();
    const std::size_t count = queries.size() / dimension;
    shared.filter.left_out = state.dead->empty() ? nullptr : state.dead.get();
    std::vector<index::SegmentAnswer> answers =
        state.segment == nullptr
            ? std::vector<index::SegmentAnswer>(count, nothing_indexed())
            : index::search_segment(*state.segment, state.rows, queries, shared, &threads);
    const std::vector<index::RowsView> tail = tail_of(state);
    std::vector<std::vector<index::Neighbor>> nearest(count);
    if (!tail.empty()) {
        nearest =
            index::nearest_rows_of_each(scan_of(state, shared, threads), queries, dimension, tail);
    }
    for (std::size_t i = 0; i < count; ++i) {
        add_tail(answers[i], std::move(nearest[i]), shared.k);
    }
    return answers;
}

namespace {

std::vector<index::RowsView> tail_of(const IndexState& state) {
    const std::size_t dimension = state.rows.dimension();
    const std::size_t block = rows_per_block(dimension);
    std::vector<index::RowsView> views;
    for (std::size_t first = state.indexed; first < state.rows.count();) {
        const std::size_t end = std::min((first / block + 1) * block, state.rows.count());
        views.push_back({.values = {state.rows[first], (end - first) * dimension},
                         .first = static_cast<index::Slot>(first)});
        first = end;
    }
    return views;
}

index::ExactScan scan_of(const IndexState& state, const index::SegmentQuery& query,
                         ThreadPool& threads) {
    return {.metric = state.metric,
            .query = query.vector,
            .k = query.k,
            .left_out = query.filter.left_out,
            .allowed = query.filter.allowed,
            .distance_max = query.distance_max,
            .kernels = state.kernels,
            .threads = &threads};
}

void add_tail(index::SegmentAnswer& answer, std::vector<index::Neighbor> tail, std::size_t k) {
    std::vector<index::Neighbor>& all = answer.neighbors;
    all.insert(all.end(), tail.begin(), tail.end());
    if (!tail.empty()) index::keep_nearest(all, k);
    // Both come with every row that is exactly as far as the k-th; ties are broken by row.
    if (all.size() > k) all.resize(k);
}

index::SegmentAnswer nothing_indexed() {
    index::SegmentAnswer answer;
    answer.report.path = index::SearchReport::Path::kExactRows;
    answer.report.recall_expected = 1;
    return answer;
}

}  // namespace
}  // namespace sokkuri::library
