// Graph search: best-first over links, steered by head scores; one bounded, sorted candidate pool.
// No virtual call, allocation, lock, log line or CPU test inside the loop. Scratch memory belongs
// to the caller; the segment is shared.
#pragma once

#include "index/graph_scratch.h"
#include "index/segment.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// Heads and links of `links.size() / kDegree` nodes; there may be more heads than that (nodes that
/// are being added).
struct GraphView {
    std::span<const std::uint8_t> heads;
    HeadLayout layout;
    std::span<const std::uint32_t> links;  // nodes × kDegree, unused ones kNoOrdinal at the end

    std::size_t nodes() const { return links.size() / kDegree; }
};

struct GraphSearch {
    const HeadQuery& query;
    std::size_t ef = 64;                    // at least 1
    std::span<const Ordinal> entries = {};  // where it starts, any order; doubles do no harm
    std::size_t expansions_max = SIZE_MAX;
};

/// What a search cost.
struct GraphEffort {
    std::size_t nodes_scored = 0;
    std::size_t expansions = 0;

    bool operator==(const GraphEffort&) const = default;
};

/// The `ef` best nodes that the search saw, nearest first by (score, ordinal), in scratch.found.
/// O(ef · kDegree) scores. The same answer on every machine and whatever the scratch was used for
/// before. Fewer than 2³¹ nodes. Safe from any number of threads, each with a scratch of its own.
/// Malkov and Yashunin 2018, algorithm 2, over one layer, with an array in place of its two heaps.
GraphEffort search_graph(const GraphView& graph, const GraphSearch& search,
                         const simd::Kernels& kernels, GraphScratch& scratch);

/// Where searches may start: nodes `ordinals`, their heads side by side.
struct LandmarksView {
    std::span<const std::uint8_t> heads;
    HeadLayout layout;
    std::span<const Ordinal> ordinals;
};

/// The kEntries landmarks that score best, as entries of a search: in scratch.entries, nearest
/// first. O(landmarks).
void choose_entries(const LandmarksView& landmarks, const HeadQuery& query,
                    const simd::Kernels& kernels, GraphScratch& scratch);
/// The same from scores that are known: one a landmark.
void choose_entries(const LandmarksView& landmarks, std::span<const float> scores,
                    std::vector<Ordinal>& entries);

/// How many landmarks a search starts from: 4 lose a little recall on clustered data, 16 only cost.
inline constexpr std::size_t kEntries = 8;

}  // namespace sokkuri::index
