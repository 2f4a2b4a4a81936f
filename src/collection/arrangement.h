// Arrangement: what becomes of the nearest records before they are hits: at most so many of a kind,
// in another order, counted by their kinds. Part of collection/search.h. Plain values.
#pragma once

#include "base/result.h"
#include "store/attribute_value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// At most `hits_max` hits of each value at the path: 1 collapses them. A record with several
/// values counts for each; one without any is not held back.
struct GroupCap {
    std::string path;
    std::size_t hits_max = 1;
};

/// The k nearest, ordered by a value instead of by distance: the least (ascending) or greatest of
/// each record; records without one come last, equals by distance.
struct HitOrder {
    enum class Direction { kAscending, kDescending };
    std::string path;
    Direction direction = Direction::kAscending;
};

/// Variety instead of more of the same: of the `candidates` nearest, each next hit is the one with
/// the least (1 − strength) · its distance to the query − strength · its distance to the nearest of
/// the hits before it. Carbonell and Goldstein 1998 (maximal marginal relevance), lambda being 1 −
/// strength.
struct Diversity {
    double strength = 0.5;       // 0: by distance alone; 1: by variety alone
    std::size_t candidates = 0;  // 0: kCandidatesMin, or kCandidatesPerHit for each hit if more

    static constexpr std::size_t kCandidatesMin = 100;
    static constexpr std::size_t kCandidatesPerHit = 4;
    static constexpr std::size_t kCandidatesMax = 4'000;
    /// Candidates · hits · components of a vector: some ten seconds of one core.
    static constexpr std::uint64_t kComponentsMax = 1ULL << 36;
};

/// How many records have each value at the path.
struct FacetRequest {
    std::string path;
    std::size_t values_max = 10;  // the most frequent ones
};

struct FacetCount {
    store::AttributeValue value;
    std::uint64_t records = 0;
};

struct Facet {
    std::string path;
    std::vector<FacetCount> counts;  // most frequent first, ties by value
    std::uint64_t values = 0;        // distinct ones, listed or not
};

inline constexpr std::size_t kFacetsMax = 32;             // of one request
inline constexpr std::size_t kFacetCountsMax = 10'000;    // listed of one facet
inline constexpr std::size_t kFacetValuesMax = 1U << 20;  // distinct ones of one facet
inline constexpr std::size_t kFacetBytesMax = 64U << 20;  // of their texts

/// kInvalidArgument naming the bound.
Result<void> validate(const GroupCap& cap);
Result<void> validate(const HitOrder& order);
Result<void> validate(const std::vector<FacetRequest>& facets);
Result<void> validate(const Diversity& diversity);

}  // namespace sokkuri::collection
