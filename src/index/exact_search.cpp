#include "index/exact_search.h"

#include "index/ball_search.h"
#include "index/balls.h"
#include "index/exact_query.h"
#include "index/exact_scan.h"
#include "index/first_bound.h"
#include "index/node_set.h"
#include "index/waiting_nodes.h"

#include <algorithm>
#include <atomic>

namespace sokkuri::index {

namespace {

// Nodes scored in one go: their dots and columns stay in the first-level cache until the bound has
// looked at them.
constexpr std::size_t kBlockNodes = 2'048;
static_assert(kBlockNodes % kBallNodes == 0 && kBlockNodes / kBallNodes <= kBallsMax);
// A turn of a thread: short enough that two finish together, long enough that turns cost nothing.
constexpr std::size_t kTaskNodes = 8 * kBlockNodes;

/// What one thread has.
struct Lane {
    /// Near nodes lie near each other where there are balls, so that the first bound is good.
    Lane(std::size_t k, bool has_balls)
        : found(k), waiting(has_balls ? WaitingNodes::kRoomForFew : WaitingNodes::kRoomForMany) {}

    NearestFound found;
    CheckScratch scratch;
    NodeSet::Columns columns;
    std::vector<std::int32_t> dots;
    std::vector<std::uint32_t> within;
    WaitingNodes waiting;
    std::vector<PositionRun> runs;
};

void scan_nodes(ExactQuery& query, const NodeSet& nodes, std::vector<Lane>& lanes,
                ThreadPool* threads);
void scan_task(ExactQuery& query, const NodeSet& nodes, std::size_t first, Lane& lane);
void scan_run(const ExactQuery& query, const NodeSet& nodes, const PositionRun& run, Lane& lane);

}  // namespace

SegmentAnswer exact_search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                           std::span<const Neighbor> seed, ThreadPool* threads) {
    ExactQuery exact(segment, rows, query);
    if (!exact.has_bounds()) return scan_all_rows(segment, rows, query, threads);
    const NodeSet nodes(segment, query.filter);
    const std::size_t tasks = (nodes.count() + kTaskNodes - 1) / kTaskNodes;
    std::vector<Lane> lanes(
        threads == nullptr || tasks < 2 ? 1 : std::min(threads->threads(), tasks),
        Lane(query.k, nodes.has_balls()));
    Lane& first = lanes.front();
    check_loose(exact, first.found, first.scratch);
    if (!tighten_by_seed(exact, seed) && nodes.count() > 0) {
        tighten_by_sample(exact, nodes, first.scratch);
    }
    scan_nodes(exact, nodes, lanes, threads);

    std::vector<Neighbor> neighbors;
    ExactCounts counts;
    for (const Lane& lane : lanes) {
        const std::span<const Neighbor> found = lane.found.neighbors();
        neighbors.insert(neighbors.end(), found.begin(), found.end());
        counts += lane.scratch.counts;
    }
    return exact_answer(query, std::move(neighbors), counts);
}

SegmentAnswer exact_answer(const SegmentQuery& query, std::vector<Neighbor> neighbors,
                           const ExactCounts& counts) {
    keep_nearest(neighbors, query.k, query.distance_max);
    return {.neighbors = std::move(neighbors),
            .report = {.path = SearchReport::Path::kExactBounds,
                       .recall_expected = 1,
                       .nodes_scored = counts.nodes_scored,
                       .rows_decided = counts.rows_decided,
                       .after_first_plane = counts.after_first_plane,
                       .after_heads = counts.after_heads,
                       .after_full_codes = counts.after_full_codes}};
}

SegmentAnswer scan_all_rows(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                            ThreadPool* threads) {
    const SegmentParts& parts = segment.parts();
    std::vector<Slot> slots(parts.postings.begin(), parts.postings.end());
    slots.insert(slots.end(), parts.loose.begin(), parts.loose.end());
    std::sort(slots.begin(), slots.end());
    const ExactScan scan{.metric = parts.space.metric,
                         .query = query.vector,
                         .k = query.k,
                         .left_out = query.filter.left_out,
                         .allowed = query.filter.allowed,
                         .distance_max = query.distance_max,
                         .kernels = &segment.kernels(),
                         .threads = threads};
    return {.neighbors = nearest_rows(scan, rows, slots),
            .report = {.path = SearchReport::Path::kExactRows,
                       .recall_expected = 1,
                       .rows_decided = slots.size()}};
}

namespace {

void scan_nodes(ExactQuery& query, const NodeSet& nodes, std::vector<Lane>& lanes,
                ThreadPool* threads) {
    std::atomic<std::size_t> next{0};
    const auto run_lane = [&](std::size_t lane) {
        for (std::size_t first = next.fetch_add(kTaskNodes); first < nodes.count();
             first = next.fetch_add(kTaskNodes)) {
            scan_task(query, nodes, first, lanes[lane]);
        }
        lanes[lane].waiting.check_all(query, lanes[lane].found, lanes[lane].scratch);
    };
    if (lanes.size() == 1) {
        run_lane(0);
    } else {
        threads->for_each(lanes.size(), run_lane);
    }
}

void scan_task(ExactQuery& query, const NodeSet& nodes, std::size_t first, Lane& lane) {
    const std::size_t end = std::min(nodes.count(), first + kTaskNodes);
    lane.dots.resize(kBlockNodes);
    lane.within.resize(kBlockNodes);
    for (std::size_t at = first; at < end; at += kBlockNodes) {
        const std::size_t count = std::min(kBlockNodes, end - at);
        runs_in_reach(query, nodes, {at, count}, lane.runs);
        for (const PositionRun& run : lane.runs) {
            scan_run(query, nodes, run, lane);
        }
        if (lane.waiting.is_full()) lane.waiting.check_nearest(query, lane.found, lane.scratch);
    }
}

void scan_run(const ExactQuery& query, const NodeSet& nodes, const PositionRun& run, Lane& lane) {
    const simd::Kernels& kernels = query.segment().kernels();
    const NodeBlock block = nodes.block(run.first, run.count, lane.columns);
    dot_heads(query.segment(), block.heads, query.head().codes.data(), lane.dots.data());
    const simd::BoundQuery bound = query.head_bound().coarse(query.reach_of(query.bound()));
    const std::size_t found =
        kernels.rows_within(lane.dots.data(), block.bounds, run.count, bound, lane.within.data());
    for (std::size_t i = 0; i < found; ++i) {
        const std::size_t at = lane.within[i];
        lane.waiting.add(query.head_bound().coarse_lower(block.bounds_of(at), lane.dots[at]),
                         block.ordinal(at));
    }
    lane.scratch.counts.nodes_scored += run.count;
}

}  // namespace

}  // namespace sokkuri::index
