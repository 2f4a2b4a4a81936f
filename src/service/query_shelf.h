// QueryShelf: the queries of one library that can be asked again (query_handle.h): written to its
// workspace, or kept in memory where that cannot be written. Held by Library; used by search. Safe
// from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/hash.h"
#include "base/result.h"
#include "collection/stored_queries.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

/// Seconds since 1970.
using UnixClock = std::function<std::int64_t()>;
std::int64_t unix_time_s();

class QueryShelf {
 public:
    enum class Keeping { kInWorkspace, kInMemory };
    /// Of those in memory; the oldest go first.
    static constexpr std::size_t kInMemoryMax = 100;

    /// `stored` outlives it.
    QueryShelf(collection::StoredQueries& stored, Keeping keeping, UnixClock clock)
        : stored_(stored), keeping_(keeping), clock_(std::move(clock)) {}

    /// Follows from the picture and the model that embeds it.
    static std::string id_of(const Hash128& content, const std::string& fingerprint);

    /// Its times are set here.
    Result<void> keep(collection::StoredQuery query);
    /// Empty when it has expired or never was. Without its preview.
    Result<std::optional<collection::StoredQuery>> find(const std::string& id) const;
    Result<std::optional<std::vector<std::byte>>> preview(const std::string& id) const;
    /// Whether it will last long enough to be answered instead of a new one.
    bool is_fresh(const collection::StoredQuery& query) const;

 private:
    using Queries = std::map<std::string, collection::StoredQuery>;

    std::optional<collection::StoredQuery> find_in_memory(const std::string& id) const;

    collection::StoredQueries& stored_;
    const Keeping keeping_;
    const UnixClock clock_;
    mutable Guarded<Queries> in_memory_;
};

}  // namespace sokkuri::service
