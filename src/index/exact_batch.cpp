#include "index/exact_batch.h"

#include "index/ball_search.h"
#include "index/balls.h"
#include "index/first_bound.h"
#include "index/node_set.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

namespace sokkuri::index {

namespace {

// Queries that share a pass over the codes. More would save little: from some dozens on, tiles are
// bound by arithmetic.
constexpr std::size_t kGroupQueries = 256;
// Queries whose dots with a block stay in the second-level cache; tiles take them by sixes, or by
// 32.
constexpr std::size_t kTileQueries = 96;
// Nodes unpacked at a time: a nibble a byte, they stay in the second-level cache. Where there are
// balls, those of one.
constexpr std::size_t kBlockNodes = 256;
static_assert(kBallNodes <= kBlockNodes && kBallsMax <= kBlockNodes);
// From query to query among the dots: no power of two, which would share few lines of the cache.
constexpr std::size_t kDotsStride = kBlockNodes + 16;
// A turn of a thread.
constexpr std::size_t kTaskNodes = 16 * kBlockNodes;
static_assert(kTaskNodes % kBallNodes == 0 && kTaskNodes / kBallNodes <= kBallsMax);
// With fewer turns for each thread than this, queries are shared out instead of nodes.
constexpr std::size_t kTurnsMin = 4;
constexpr std::size_t kCheckNodes = 64;

/// One query of a group, and what was found for it before the scan.
struct GroupQuery {
    GroupQuery(const Segment& segment, const RawRows& rows, const SegmentQuery& query)
        : exact(segment, rows, query), found(query.k) {}

    ExactQuery exact;
    NearestFound found;
    ExactCounts counts;
};
using Group = std::vector<std::unique_ptr<GroupQuery>>;

/// What a thread knows of a query.
struct QueryState {
    explicit QueryState(std::size_t k) : found(k) {}

    NearestFound found;
    std::vector<Ordinal> survivors;
    double bound = -1;  // that `within` was made for
    simd::BoundQuery within{};
    ExactCounts counts;
};

/// What a thread has.
struct Lane {
    std::vector<QueryState> states;
    CheckScratch scratch;
    NodeSet::Columns columns;
    std::vector<std::uint64_t> balls;     // of a task: those to be looked into, by query
    std::vector<std::uint32_t> reaching;  // queries that must meet a block
    std::vector<std::int8_t> codes;       // of some of them, side by side
    std::vector<std::uint8_t> packed;
    std::vector<std::int32_t> dots;
    std::vector<std::uint32_t> within;
};

/// The queries that meet nodes by tiles: those for which bounds hold.
struct TileScan {
    const NodeSet& nodes;
    std::span<GroupQuery* const> queries;
    std::vector<std::int8_t> codes;  // of all queries, `places` each
    std::size_t places = 0;
};

struct Batch {
    const Segment& segment;
    const RawRows& rows;
    const SegmentQuery& shared;
    const NodeSet& nodes;
    ThreadPool* threads;
};

std::vector<SegmentAnswer> search_group(const Batch& batch, std::span<const float> queries,
                                        std::span<const std::vector<Neighbor>> seeds);
void prepare(const Batch& batch, std::span<const std::vector<Neighbor>> seeds, GroupQuery& query,
             std::size_t index);
std::vector<Lane> scan_tiles(const Batch& batch, std::span<GroupQuery* const> queries,
                             ThreadPool* threads);
void scan_task(const TileScan& scan, std::size_t first, Lane& lane);
/// Which balls of the task each query must look into.
void look_at_balls(const TileScan& scan, const PositionRun& task, Lane& lane);
void pack(const TileScan& scan, const simd::CodeRows& heads, Lane& lane);
/// `block` meets the queries of lane.reaching.
void scan_block(const TileScan& scan, const NodeBlock& block, Lane& lane);
void take_within(const NodeBlock& block, const std::int32_t* dots, GroupQuery& query,
                 QueryState& state, Lane& lane);
void check(GroupQuery& query, QueryState& state, CheckScratch& scratch);

void for_each(ThreadPool* threads, std::size_t count,
              const std::function<void(std::size_t)>& work) {
    if (threads != nullptr) {
        threads->for_each(count, work);
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        work(i);
    }
}

}  // namespace

std::vector<SegmentAnswer> exact_search_batch(const Segment& segment, const RawRows& rows,
                                              std::span<const float> queries,
                                              const SegmentQuery& shared,
                                              std::span<const std::vector<Neighbor>> seeds,
                                              ThreadPool* threads) {
    const std::size_t dimension = segment.parts().space.raw_dimension;
    const std::size_t count = queries.size() / dimension;
    const NodeSet nodes(segment, shared.filter);
    const std::size_t tasks = (nodes.count() + kTaskNodes - 1) / kTaskNodes;
    const std::size_t lanes = threads == nullptr ? 1 : threads->threads();
    const bool is_split_by_nodes = lanes == 1 || tasks >= kTurnsMin * lanes || count < lanes;
    const std::size_t group_max =
        is_split_by_nodes ? kGroupQueries
                          : std::clamp(count / (kTurnsMin * lanes), std::size_t{1}, kGroupQueries);
    const Batch batch{segment, rows, shared, nodes, is_split_by_nodes ? threads : nullptr};

    const std::size_t groups = (count + group_max - 1) / group_max;
    std::vector<SegmentAnswer> answers(count);
    const auto run_group = [&](std::size_t group) {
        const std::size_t first = group * group_max;
        const std::size_t size = std::min(group_max, count - first);
        std::vector<SegmentAnswer> found =
            search_group(batch, queries.subspan(first * dimension, size * dimension),
                         seeds.empty() ? seeds : seeds.subspan(first, size));
        std::move(found.begin(), found.end(), answers.begin() + static_cast<std::ptrdiff_t>(first));
    };
    for_each(is_split_by_nodes ? nullptr : threads, groups, run_group);
    return answers;
}

namespace {

std::vector<SegmentAnswer> search_group(const Batch& batch, std::span<const float> queries,
                                        std::span<const std::vector<Neighbor>> seeds) {
    const std::size_t dimension = batch.rows.dimension();
    const std::size_t count = queries.size() / dimension;
    Group group(count);
    for_each(batch.threads, count, [&](std::size_t i) {
        SegmentQuery query = batch.shared;
        query.vector = queries.subspan(i * dimension, dimension);
        group[i] = std::make_unique<GroupQuery>(batch.segment, batch.rows, query);
        prepare(batch, seeds, *group[i], i);
    });
    std::vector<GroupQuery*> bounded;
    for (const auto& query : group) {
        if (query->exact.has_bounds()) bounded.push_back(query.get());
    }
    const std::vector<Lane> lanes = scan_tiles(batch, bounded, batch.threads);

    std::vector<SegmentAnswer> answers;
    std::size_t next = 0;
    for (const auto& query : group) {
        if (!query->exact.has_bounds()) {
            answers.push_back(
                scan_all_rows(batch.segment, batch.rows, query->exact.request(), batch.threads));
            continue;
        }
        const std::span<const Neighbor> before = query->found.neighbors();
        std::vector<Neighbor> neighbors(before.begin(), before.end());
        for (const Lane& lane : lanes) {
            const QueryState& state = lane.states[next];
            const std::span<const Neighbor> found = state.found.neighbors();
            neighbors.insert(neighbors.end(), found.begin(), found.end());
            query->counts += state.counts;
        }
        ++next;
        answers.push_back(
            exact_answer(query->exact.request(), std::move(neighbors), query->counts));
    }
    return answers;
}

void prepare(const Batch& batch, std::span<const std::vector<Neighbor>> seeds, GroupQuery& query,
             std::size_t index) {
    if (!query.exact.has_bounds()) return;
    CheckScratch scratch;
    check_loose(query.exact, query.found, scratch);
    const std::span<const Neighbor> seed =
        seeds.empty() ? std::span<const Neighbor>() : std::span<const Neighbor>(seeds[index]);
    if (!tighten_by_seed(query.exact, seed) && batch.nodes.count() > 0) {
        tighten_by_sample(query.exact, batch.nodes, scratch);
    }
    query.counts += scratch.counts;
}

std::vector<Lane> scan_tiles(const Batch& batch, std::span<GroupQuery* const> queries,
                             ThreadPool* threads) {
    const HeadLayout layout = batch.segment.parts().model.layout;
    TileScan scan{.nodes = batch.nodes, .queries = queries, .places = layout.places()};
    if (batch.nodes.count() == 0 || queries.empty()) return {};
    for (const GroupQuery* query : queries) {
        const std::vector<std::int8_t>& codes = query->exact.head().codes;
        scan.codes.insert(scan.codes.end(), codes.begin(), codes.end());
    }
    const std::size_t tasks = (batch.nodes.count() + kTaskNodes - 1) / kTaskNodes;
    std::vector<Lane> lanes(threads == nullptr ? 1 : std::min(threads->threads(), tasks));
    std::atomic<std::size_t> next{0};
    for_each(lanes.size() == 1 ? nullptr : threads, lanes.size(), [&](std::size_t l) {
        Lane& lane = lanes[l];
        lane.states.assign(queries.size(), QueryState(batch.shared.k));
        lane.packed.resize(kBlockNodes * scan.places);
        lane.dots.resize(kTileQueries * kDotsStride);
        lane.codes.resize(kTileQueries * scan.places);
        lane.balls.assign(queries.size(), ~std::uint64_t{0});
        lane.within.resize(kBlockNodes);
        for (std::size_t first = next.fetch_add(kTaskNodes); first < batch.nodes.count();
             first = next.fetch_add(kTaskNodes)) {
            scan_task(scan, first, lane);
        }
        for (std::size_t q = 0; q < queries.size(); ++q) {
            check(*queries[q], lane.states[q], lane.scratch);
        }
    });
    return lanes;
}

void scan_task(const TileScan& scan, std::size_t first, Lane& lane) {
    const std::size_t end = std::min(scan.nodes.count(), first + kTaskNodes);
    const bool has_balls = scan.nodes.has_balls();
    if (has_balls) look_at_balls(scan, {first, end - first}, lane);
    const std::size_t step = has_balls ? kBallNodes : kBlockNodes;
    for (std::size_t at = first; at < end; at += step) {
        // Without branches: which queries they are cannot be foretold.
        lane.reaching.resize(scan.queries.size());
        std::size_t reaching = 0;
        for (std::uint32_t q = 0; q < scan.queries.size(); ++q) {
            lane.reaching[reaching] = q;
            reaching += lane.balls[q] >> (at - first) / step & 1;
        }
        lane.reaching.resize(reaching);
        if (reaching == 0) continue;
        scan_block(scan, scan.nodes.block(at, std::min(step, end - at), lane.columns), lane);
    }
}

void look_at_balls(const TileScan& scan, const PositionRun& task, Lane& lane) {
    const Segment& segment = scan.queries.front()->exact.segment();
    const SegmentParts& parts = segment.parts();
    const std::size_t first = task.first / kBallNodes;
    const std::size_t count = (task.count + kBallNodes - 1) / kBallNodes;
    const std::size_t stride = parts.model.layout.row_bytes();
    pack(scan,
         {.rows = parts.ball_heads.data() + first * stride,
          .stride = stride,
          .size = stride,
          .count = count},
         lane);
    for (std::size_t tile = 0; tile < scan.queries.size(); tile += kTileQueries) {
        const std::size_t queries = std::min(kTileQueries, scan.queries.size() - tile);
        segment.kernels().dot_tile(scan.codes.data() + tile * scan.places, scan.places, queries,
                                   lane.packed.data(), simd::packed_blocks(count), scan.places,
                                   lane.dots.data(), kDotsStride);
        for (std::size_t q = 0; q < queries; ++q) {
            const ExactQuery& query = scan.queries[tile + q]->exact;
            lane.balls[tile + q] =
                balls_within(ball_rows(parts, first, count, lane.dots.data() + q * kDotsStride),
                             query.head_bound().balls(query.reach_of(query.bound())));
        }
    }
}

void pack(const TileScan& scan, const simd::CodeRows& heads, Lane& lane) {
    const Segment& segment = scan.queries.front()->exact.segment();
    const simd::Kernels& kernels = segment.kernels();
    const auto pack_rows =
        segment.parts().model.layout.bits == 4 ? kernels.pack_nibbles : kernels.pack_bytes;
    pack_rows(heads, lane.packed.data());
}

void scan_block(const TileScan& scan, const NodeBlock& block, Lane& lane) {
    const simd::Kernels& kernels = scan.queries.front()->exact.segment().kernels();
    pack(scan, block.heads, lane);
    const std::size_t blocks = simd::packed_blocks(block.heads.count);
    for (std::size_t first = 0; first < lane.reaching.size(); first += kTileQueries) {
        const std::size_t queries = std::min(kTileQueries, lane.reaching.size() - first);
        for (std::size_t i = 0; i < queries; ++i) {
            std::memcpy(lane.codes.data() + i * scan.places,
                        scan.codes.data() + lane.reaching[first + i] * scan.places, scan.places);
        }
        kernels.dot_tile(lane.codes.data(), scan.places, queries, lane.packed.data(), blocks,
                         scan.places, lane.dots.data(), kDotsStride);
        for (std::size_t i = 0; i < queries; ++i) {
            const std::uint32_t q = lane.reaching[first + i];
            take_within(block, lane.dots.data() + i * kDotsStride, *scan.queries[q], lane.states[q],
                        lane);
        }
    }
}

void take_within(const NodeBlock& block, const std::int32_t* dots, GroupQuery& query,
                 QueryState& state, Lane& lane) {
    if (const double bound = query.exact.bound(); bound != state.bound) {
        state.bound = bound;
        state.within = query.exact.head_bound().coarse(query.exact.reach_of(bound));
    }
    const std::size_t count = block.heads.count;
    const std::size_t found = query.exact.segment().kernels().rows_within(
        dots, block.bounds, count, state.within, lane.within.data());
    for (std::size_t i = 0; i < found; ++i) {
        state.survivors.push_back(block.ordinal(lane.within[i]));
    }
    state.counts.nodes_scored += count;
    if (state.survivors.size() >= kCheckNodes) check(query, state, lane.scratch);
}

void check(GroupQuery& query, QueryState& state, CheckScratch& scratch) {
    scratch.counts = {};
    check_survivors(query.exact, state.survivors, state.found, scratch);
    state.counts += scratch.counts;
    state.survivors.clear();
}

}  // namespace

}  // namespace sokkuri::index
