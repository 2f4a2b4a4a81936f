// The later stages of an exact search, which single and batch search share: nodes that survived the
// first plane of their heads meet both planes, then full codes, then float64, the nearest lower
// bound first, until the next one is out of reach.
#pragma once

#include "index/exact_query.h"
#include "index/nearest_found.h"

#include <span>
#include <utility>
#include <vector>

namespace sokkuri::index {

/// How much work a search was, by stage.
struct ExactCounts {
    std::size_t nodes_scored = 0;       // heads, first plane
    std::size_t after_first_plane = 0;  // of the first plane
    std::size_t after_heads = 0;        // of both
    std::size_t after_full_codes = 0;   // of full codes
    std::size_t rows_decided = 0;       // float64 distances

    ExactCounts& operator+=(const ExactCounts& other);
};

/// Memory of one thread, reused from query to query, and what the thread did.
struct CheckScratch {
    std::vector<Ordinal> nodes;
    std::vector<std::int32_t> dots;
    std::vector<std::int32_t> fine_dots;
    std::vector<std::pair<double, Ordinal>> by_bound;
    std::vector<Slot> slots;
    ExactCounts counts;
};

/// Adds those of `nodes` (any order, each once) that are within the query's bound to `found`, and
/// tightens the bound by it.
void check_survivors(ExactQuery& query, std::span<const Ordinal> nodes, NearestFound& found,
                     CheckScratch& scratch);

/// Slots that no code stands for: a float64 distance each. Those that do not pass are passed over.
void check_loose(ExactQuery& query, NearestFound& found, CheckScratch& scratch);

/// First planes of heads.
void dot_heads(const Segment& segment, const simd::CodeRows& heads, const std::int8_t* codes,
               std::int32_t* dots);

}  // namespace sokkuri::index
