// KeptPictures: which records refer to which of the pictures that sokkuri keeps itself (those that
// came without a file). Two things that cannot change together, a record and a file, are kept in
// step by doubts: whoever is about to change either says so first and settles it when done; what a
// kill leaves in doubt is looked into later (service/picture_store.h). In workspace.db. Safe from
// any number of threads; writing under the collection's write lock.
#pragma once

#include "base/hash.h"
#include "base/result.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

class WorkspaceDatabase;

/// A record and the picture that it refers to.
struct KeptPicture {
    std::string id;
    Hash128 content{};

    bool operator==(const KeptPicture&) const = default;
};

class KeptPictures {
 public:
    virtual ~KeptPictures() = default;

    /// From now on it is uncertain whether these are so; ones that were not known are now.
    virtual Result<void> doubt(std::span<const KeptPicture> pictures) = 0;
    /// It is certain that these are so, …
    virtual Result<void> confirm(const KeptPicture& picture) = 0;
    /// … or not: forgotten.
    virtual Result<void> forget(const KeptPicture& picture) = 0;

    virtual Result<bool> is_empty() const = 0;
    /// In doubt, by id and content; at most `limit`.
    virtual Result<std::vector<KeptPicture>> in_doubt(std::size_t limit) const = 0;
    /// All that may refer to that picture; at most `limit`.
    virtual Result<std::vector<KeptPicture>> of_content(const Hash128& content,
                                                        std::size_t limit) const = 0;
};

/// `database` outlives it.
std::unique_ptr<KeptPictures> kept_pictures_in(WorkspaceDatabase& database);

}  // namespace sokkuri::collection
