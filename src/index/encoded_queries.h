// Encoded queries: those of a batch get their codes and entries together, so that the matrix and
// the landmarks' heads are read once for all of them. Not for concurrent use; reused from group to
// group.
#pragma once

#include "index/codes.h"
#include "index/graph_search.h"
#include "index/search_scratch.h"
#include "index/segment.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

class EncodedQueries {
 public:
    static constexpr std::size_t kMax = QueryEncoder::kTogetherMax;

    /// `vectors`: raw queries, one behind the other, at most kMax. What search_approximately makes
    /// of each alone, to the bit. O(queries × dimension × components).
    void encode(const Segment& segment, std::span<const float> vectors);

    /// Moves query `i`, its codes and entries, into the memory of a search; false when no code
    /// stands for it. Once for each.
    bool take(std::size_t i, SearchScratch& scratch);

 private:
    struct Query {
        bool has_codes = false;
        FullQuery full;
        HeadQuery head;
        std::vector<Ordinal> entries;
    };

    void encode_heads(const Segment& segment, std::size_t count);
    void choose_entries_of_all(const Segment& segment, std::size_t count);

    std::array<Query, kMax> queries_;
    std::vector<float> mapped_;
    std::vector<std::int8_t> codes_;
    std::vector<std::int32_t> dots_;
    std::vector<float> scores_;
};

}  // namespace sokkuri::index
