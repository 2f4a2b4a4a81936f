#include "index/approximate_search.h"

#include "base/check.h"
#include "index/calibration.h"
#include "index/filtered_search.h"
#include "index/matching_codes.h"
#include "index/re_rank.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace sokkuri::index {

namespace {

// A pool that lacks this share of the passing nodes it was made for is searched again, wider.
constexpr double kPoolShareMin = 2.0 / 3;
// Expansions of a search among passing nodes: such a graph is less orderly than the whole one, but
// who needs more than this wanders.
constexpr std::size_t kExpansionsPerWidthMax = 4;
// A query whose pool is_spread() gets one that is wider by this, once. Under a filter it is then
// searched exactly; without one the width is what was calibrated, and exact search of one query in
// some hundreds would cost as much as all the others (1 M rows: a third of the queries a second).
constexpr int kAttempts = 2;
constexpr std::size_t kWidening = 3;
// So many times what is expected, and one more: of the eight landmarks that a search starts from.
constexpr double kLandmarksByChance = 3;
// In narrower pools the best are spread by necessity.
constexpr std::size_t kPoolPerK = 3;

/// One search under way: what was asked, and the memory it uses.
struct Search {
    const Segment& segment;
    const RawRows& rows;
    const SegmentQuery& query;
    Way way;
    SearchShape shape;  // its ef grows where heads say little
    SearchScratch& scratch;
    std::optional<GraphEffort> searched;  // SearchPlan's, until it is taken
    SearchReport report;

    const SegmentParts& parts() const { return segment.parts(); }
    std::size_t ef() const { return shape.ef; }
};

bool encode(Search& search);
std::optional<SegmentAnswer> search_matching_codes(Search& search);
bool find_candidates(Search& search);
bool find_in_graph(Search& search);
GraphEffort search_all_nodes(Search& search, std::size_t width);
bool find_among_passing(Search& search, const PreparedFilter& filter);
bool lies_elsewhere(const Search& search, const PreparedFilter& filter);
void take_found(Search& search);
ReRanked decide(Search& search, std::vector<Neighbor>& found);
void decide_loose(const Search& search, const Decider& decider, std::vector<Neighbor>& found);
void complete(const Search& search, const ReRanked& ranked, SegmentAnswer& answer);
SearchReport::Path path_of(Way way, const SlotFilter& filter);
GraphView graph_of(const SegmentParts& parts);

}  // namespace

std::optional<SegmentAnswer> search_approximately(const Segment& segment, const RawRows& rows,
                                                  const SegmentQuery& query,
                                                  const SearchPlan& plan) {
    DCHECK(!plan.is_exact() && plan.shape.ef > 0);
    Search search{segment,       rows, query, plan.way, plan.shape, scratch_of_this_thread(),
                  plan.searched, {}};
    if (!plan.is_encoded && !encode(search)) return std::nullopt;
    if (search.way == Way::kMatchingCodes) return search_matching_codes(search);
    const bool keeps_promise = query.effort.kind == Effort::Kind::kRecall;
    const bool is_filtered = query.filter.allowed != nullptr;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (!find_candidates(search)) return std::nullopt;
        const std::size_t pool = search.scratch.candidates.size();
        SegmentAnswer answer;
        const ReRanked ranked = decide(search, answer.neighbors);
        // Fewer than asked for only where the radius cut them off.
        if (answer.neighbors.size() < query.k && ranked.decided < query.k) return std::nullopt;
        const bool can_tell = pool >= kPoolPerK * query.k;
        const bool is_last = !is_filtered && attempt + 1 == kAttempts;
        if (!keeps_promise || is_last || !can_tell || !is_spread(ranked, pool, query.k)) {
            complete(search, ranked, answer);
            return answer;
        }
        search.shape.ef *= kWidening;
        if (!is_worth_a_try(search.way, search.shape)) return std::nullopt;
    }
    return std::nullopt;
}

namespace {

bool encode(Search& search) {
    SearchScratch& scratch = search.scratch;
    const L2Space& space = search.parts().space;
    scratch.mapped.resize(space.dimension());
    if (!space.map_query(search.query.vector, scratch.mapped.data())) return false;
    const QueryEncoder& encoder = search.segment.query_encoder();
    encoder.encode_full_fast(scratch.mapped, scratch.full);
    encoder.encode_head_fast(scratch.full, scratch.head);
    if (search.way == Way::kMatchingCodes) return true;
    const LandmarksView landmarks{search.segment.landmark_heads(), search.parts().model.layout,
                                  search.parts().landmarks};
    choose_entries(landmarks, scratch.head, search.segment.kernels(), scratch.graph);
    return true;
}

std::optional<SegmentAnswer> search_matching_codes(Search& search) {
    const SegmentQuery& query = search.query;
    const Decider decider(search.parts().space.metric, query.vector, search.segment.kernels());
    const ReRank job{search.segment, search.rows, decider,
                     query.filter,   query.k,     query.distance_max};
    std::optional<PreparedFilter> prepared;
    if (query.prepared == nullptr) prepared.emplace(search.segment, query.filter);
    const PreparedFilter& filter = prepared ? *prepared : *query.prepared;
    SegmentAnswer answer;
    const ReRanked ranked = rank_matching_codes({.rank = job, .filter = filter, .ef = search.ef()},
                                                search.scratch, answer.neighbors);
    decide_loose(search, decider, answer.neighbors);
    search.report.nodes_scored = filter.ordinals().size();
    complete(search, ranked, answer);
    return answer;
}

bool find_candidates(Search& search) {
    if (search.way == Way::kGraph) return find_in_graph(search);
    if (search.query.prepared != nullptr) return find_among_passing(search, *search.query.prepared);
    return find_among_passing(search, PreparedFilter(search.segment, search.query.filter));
}

/// Over all nodes; again and wider while too few of those found pass and that still pays.
bool find_in_graph(Search& search) {
    const SegmentParts& parts = search.parts();
    SearchScratch& scratch = search.scratch;
    const auto enough = std::max(
        search.query.k, static_cast<std::size_t>(kPoolShareMin * static_cast<double>(search.ef())));
    SearchShape shape = search.shape;
    while (true) {
        const std::size_t width = widened(shape.ef, shape.pass_share);
        const GraphEffort effort = search_all_nodes(search, width);
        search.report.nodes_scored += effort.nodes_scored;
        take_found(search);
        if (search.query.filter.passes_all()) return true;
        drop_filtered_out(parts, search.query.filter, scratch);
        const std::size_t passing = scratch.candidates.size();
        scratch.cut_candidates(std::min(passing, search.ef()));
        if (passing >= enough) return true;
        // Where the query is, this share passes.
        shape.pass_share = static_cast<double>(passing) / static_cast<double>(width);
        if (!is_worth_a_try(Way::kGraph, shape)) return false;
    }
}

/// Into scratch.graph.found, where it may be already.
GraphEffort search_all_nodes(Search& search, std::size_t width) {
    if (search.searched) return *std::exchange(search.searched, std::nullopt);
    SearchScratch& scratch = search.scratch;
    return search_graph(graph_of(search.parts()),
                        {.query = scratch.head, .ef = width, .entries = scratch.graph.entries},
                        search.segment.kernels(), scratch.graph);
}

bool find_among_passing(Search& search, const PreparedFilter& filter) {
    SearchScratch& scratch = search.scratch;
    const SegmentParts& parts = search.parts();
    const simd::Kernels& kernels = search.segment.kernels();
    const GraphView graph = graph_of(parts);
    const std::size_t width = passing_width(search.shape);
    const std::size_t expansions_max = kExpansionsPerWidthMax * width + kDegree;
    const GraphEffort effort = search_passing_graph(graph, filter,
                                                    {.query = scratch.head,
                                                     .ef = width,
                                                     .entries = scratch.graph.entries,
                                                     .expansions_max = expansions_max},
                                                    kernels, scratch.graph);
    search.report.nodes_scored += effort.nodes_scored;
    if (lies_elsewhere(search, filter)) return false;
    take_found(search);
    const std::size_t there_are = std::min(width, filter.ordinals().size());
    return effort.expansions < expansions_max && static_cast<double>(scratch.candidates.size()) >=
                                                     kPoolShareMin * static_cast<double>(there_are);
}

/// Whether landmarks, a sample of all nodes, are nearer to the query than what was found, more of
/// them than chance would have it: then nothing that passes is near, and the nearest that does may
/// lie anywhere on the rim of where it begins, where no path leads from one to the next.
bool lies_elsewhere(const Search& search, const PreparedFilter& filter) {
    const GraphScratch& scratch = search.scratch.graph;
    const std::size_t k = search.query.k;
    if (scratch.found.size() < k) return false;
    const SegmentParts& parts = search.parts();
    std::array<float, kEntries> scores;
    const simd::CodeRows rows{.rows = parts.heads.data(),
                              .stride = parts.model.layout.row_bytes(),
                              .size = parts.model.layout.row_bytes(),
                              .ordinals = scratch.entries.data(),
                              .count = std::min(kEntries, scratch.entries.size())};
    const simd::Kernels& kernels = search.segment.kernels();
    const auto score = parts.model.layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
    const HeadQuery& head = search.scratch.head;
    score(rows, head.codes.data(), head.multiplier, scores.data());
    const auto nearer = std::count_if(scores.begin(), scores.begin() + rows.count,
                                      [&](float one) { return one < scratch.found[k - 1].score; });
    const double by_chance = static_cast<double>(parts.landmarks.size()) * static_cast<double>(k) /
                             static_cast<double>(filter.ordinals().size());
    return static_cast<double>(nearer) > kLandmarksByChance * (1 + by_chance);
}

void take_found(Search& search) {
    search.scratch.candidates.clear();
    search.scratch.candidate_scores.clear();
    for (const Candidate& candidate : search.scratch.graph.found) {
        search.scratch.candidates.push_back(candidate.ordinal);
        search.scratch.candidate_scores.push_back(candidate.score);
    }
}

ReRanked decide(Search& search, std::vector<Neighbor>& found) {
    const SegmentQuery& query = search.query;
    const Decider decider(search.parts().space.metric, query.vector, search.segment.kernels());
    const ReRank job{search.segment, search.rows, decider,
                     query.filter,   query.k,     query.distance_max};
    const ReRanked ranked = re_rank(job, search.scratch, found);
    decide_loose(search, decider, found);
    return ranked;
}

void decide_loose(const Search& search, const Decider& decider, std::vector<Neighbor>& found) {
    for (const Slot slot : search.parts().loose) {
        if (slot < search.rows.count() && search.query.filter.passes(slot)) {
            found.push_back({slot, decider(search.rows[slot])});
        }
    }
}

void complete(const Search& search, const ReRanked& ranked, SegmentAnswer& answer) {
    const SegmentParts& parts = search.parts();
    keep_nearest(answer.neighbors, search.query.k, search.query.distance_max);
    answer.report = search.report;
    answer.report.path = path_of(search.way, search.query.filter);
    answer.report.ef = search.ef();
    answer.report.recall_expected = expected_recall(parts, search.query.k, search.ef());
    answer.report.rows_decided = ranked.decided + parts.loose.size();
}

SearchReport::Path path_of(Way way, const SlotFilter& filter) {
    if (way == Way::kMatchingCodes) return SearchReport::Path::kFilteredScan;
    return filter.allowed == nullptr ? SearchReport::Path::kGraph
                                     : SearchReport::Path::kFilteredGraph;
}

GraphView graph_of(const SegmentParts& parts) {
    return {parts.heads, parts.model.layout, parts.links};
}

}  // namespace

}  // namespace sokkuri::index
