// What a search asks of a collection and what comes back. The knob is recall: how good the answer
// must be, measured against exact search; `exact` and `ef` are there for those who want them.
#pragma once

#include "base/result.h"
#include "collection/arrangement.h"
#include "collection/filter.h"
#include "collection/several_vectors.h"
#include "index/effort.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

enum class Documents { kOmit, kInclude };

struct SearchRequest {
    std::string field;  // empty: the only one
    std::vector<float> query;
    std::optional<SeveralVectors> several = {};  // instead of `query`
    std::size_t k = 10;
    std::size_t offset = 0;  // nearest hits to pass over; offset + k is bounded by kKMax
    std::optional<double> distance_max;  // hits beyond it are left out
    std::vector<std::string> excluded_ids;
    std::optional<Filter> filter = {};  // the only records that may be hits
    /// Records that may be none, though facets and rows_searched count them: for many more than
    /// `excluded_ids`, which each candidate is compared with.
    std::optional<Filter> excluded = {};
    std::optional<GroupCap> group_cap = {};
    std::optional<HitOrder> order = {};
    std::optional<Diversity> diversity = {};  // under a group cap: among those that it lets through
    std::vector<FacetRequest> facets =
        {};  // counted among all records that the filter lets through
    Documents documents = Documents::kInclude;
    /// Under kExact the answer is that of a float64 scan over all rows, ties by record number.
    index::Effort effort;

    static constexpr std::size_t kKMax = 100'000;
    static constexpr std::size_t kEfMax = 100'000;
    /// What offset + k may be: kKMax, shared out among the vectors that are searched one by one.
    std::size_t hits_max() const;
    Result<void> validate() const;
};

inline constexpr std::size_t kQueriesMax = 10'000;  // of one search_many

/// What was asked for and what the index promises, side by side.
struct SearchMethod {
    enum class Path {
        kExact,
        kFilteredScan,
        kGraph,
        kFilteredGraph
    };  // the least certain way that was taken
    Path path = Path::kExact;
    std::size_t ef = 0;                     // widest graph search; 0: none
    std::optional<double> recall_asked;     // 1: exact; empty when asked by ef
    std::optional<double> recall_expected;  // as measured when the index was built, 1 where
                                            // searched exactly; empty where nothing was measured
    std::uint64_t rows_decided = 0;         // in float64, in segments

    /// Of two searches that make one answer: as certain as the less certain of them.
    void add(const SearchMethod& other);
};
/// "exact", "filtered_scan", "graph", "filtered_graph"
std::string_view name_of(SearchMethod::Path path);

struct Hit {
    std::string id;
    float distance = 0;    // decided in float64
    std::string document;  // empty with Documents::kOmit
};

struct SearchAnswer {
    std::vector<Hit> hits;  // nearest first (or as asked), ties by record number
    std::uint64_t generation = 0;
    std::uint64_t rows_searched = 0;  // live ones that the filter lets through, looked at or not
    SearchMethod method;
    std::vector<Facet> facets;  // one a request
};

}  // namespace sokkuri::collection
