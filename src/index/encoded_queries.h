// Encoded queries: those of a batch get their codes and entries together, so that the matrix and
// the landmarks' heads are read once for all of them, and search the graph in turns. Not for
// concurrent use; reused from group to group.
#pragma once

#include "index/codes.h"
#include "index/graph_turns.h"
#include "index/search_scratch.h"
#include "index/segment.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sokkuri::index {

class EncodedQueries {
 public:
    static constexpr std::size_t kMax = QueryEncoder::kTogetherMax;

    /// `vectors`: raw queries, one behind the other, at most kMax. What search_approximately makes
    /// of each alone, to the bit. O(queries × dimension × components).
    void encode(const Segment& segment, std::span<const float> vectors);

    /// Searches the segment's graph for all that were encoded. What search_graph finds for each
    /// alone, to the bit.
    void search_graph(const Segment& segment, std::size_t ef);

    /// Moves query `i`, its codes, its entries and what the graph had for it, into the memory of a
    /// search; false when no code stands for it. Once for each.
    bool take(std::size_t i, SearchScratch& scratch);
    /// What the search of the graph for query `i` cost; nothing if there was none.
    std::optional<GraphEffort> effort_of(std::size_t i) const;

 private:
    struct Query {
        bool has_codes = false;
        FullQuery full;
        HeadQuery head;
        std::vector<Ordinal> entries;
        std::vector<Candidate> found;
        std::optional<GraphEffort> effort;  // of search_graph, which found `found`
    };

    void encode_heads(const Segment& segment, std::size_t count);
    void choose_entries_of_all(const Segment& segment, std::size_t count);

    std::array<Query, kMax> queries_;
    std::size_t count_ = 0;
    std::vector<float> mapped_;
    std::vector<std::int8_t> codes_;
    std::vector<std::int32_t> dots_;
    std::vector<float> scores_;
    GraphTurns turns_;
};

}  // namespace sokkuri::index
