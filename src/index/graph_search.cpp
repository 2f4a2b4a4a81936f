#include "index/graph_search.h"

#include "base/check.h"
#include "index/graph_walk.h"

#include <array>

namespace sokkuri::index {

GraphEffort search_graph(const GraphView& graph, const GraphSearch& search,
                         const simd::Kernels& kernels, GraphScratch& scratch) {
    DCHECK(search.ef > 0 && graph.nodes() < (std::size_t{1} << 31));
    GraphWalk walk(graph, search, kernels, scratch);
    for (const Ordinal entry : search.entries) {
        walk.visit(entry);
        if (walk.fresh_count() == GraphWalk::kFreshMax) walk.settle();
    }
    walk.settle();
    for (std::size_t left = search.expansions_max; left > 0 && walk.has_next(); --left) {
        walk.visit_links(walk.take_next());
        walk.prefetch_next();
        walk.settle();
    }
    return walk.finish();
}

void choose_entries(const LandmarksView& landmarks, const HeadQuery& query,
                    const simd::Kernels& kernels, GraphScratch& scratch) {
    const std::size_t count = landmarks.ordinals.size();
    if (scratch.scores.size() < count) scratch.scores.resize(count);
    const simd::CodeRows rows{.rows = landmarks.heads.data(),
                              .stride = landmarks.layout.row_bytes(),
                              .size = landmarks.layout.row_bytes(),
                              .ordinals = nullptr,
                              .count = count};
    const auto score = landmarks.layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
    score(rows, query.codes.data(), query.multiplier, scratch.scores.data());
    choose_entries(landmarks, std::span(scratch.scores).first(count), scratch.entries);
}

void choose_entries(const LandmarksView& landmarks, std::span<const float> scores,
                    std::vector<Ordinal>& entries) {
    std::array<std::uint64_t, kEntries + 1> keys;
    CandidatePool best(keys.data(), kEntries);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const std::uint64_t key = candidate_key(scores[i], landmarks.ordinals[i]);
        if (best.takes(key)) best.insert(key);
    }
    entries.clear();
    for (std::size_t i = 0; i < best.size(); ++i) {
        entries.push_back(ordinal_of_key(best[i]));
    }
}

}  // namespace sokkuri::index
