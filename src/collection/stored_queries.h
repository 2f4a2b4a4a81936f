// StoredQueries: vectors and previews of pictures that people have asked by, kept for a while so
// that links to the answers work again later. In workspace.db; bounded and expiring. Time is passed
// in. Safe from any number of threads; writing under the collection's write lock.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::collection {

class WorkspaceDatabase;

struct StoredQuery {
    std::string id;
    std::int64_t created_s = 0;  // Unix time
    std::int64_t expires_s = 0;
    std::uint32_t width = 0;  // of the picture; 0: none
    std::uint32_t height = 0;
    std::string item_id;      // of the record that it is, or empty
    std::string fingerprint;  // of the model that made the vector
    std::vector<float> vector;
    std::vector<std::byte> preview;  // JPEG; not read by `find`
};

class StoredQueries {
 public:
    virtual ~StoredQueries() = default;

    /// Replaces the one of that id. Those that have expired at `now_s` go, and beyond `count_max`
    /// those that expire first.
    virtual Result<void> put(const StoredQuery& query, std::int64_t now_s,
                             std::size_t count_max) = 0;
    /// Without its preview; empty when it has expired or never was.
    virtual Result<std::optional<StoredQuery>> find(const std::string& id,
                                                    std::int64_t now_s) const = 0;
    virtual Result<std::optional<std::vector<std::byte>>> preview(const std::string& id,
                                                                  std::int64_t now_s) const = 0;
};

/// `database` outlives it.
std::unique_ptr<StoredQueries> stored_queries_in(WorkspaceDatabase& database);

}  // namespace sokkuri::collection
