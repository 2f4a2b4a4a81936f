// LocalCollection: the embedded Collection, a folder `.sokkuri/` on this machine (docs/formats/).
// One writer process at a time (a lock names it), any number of readers in any process. A record is
// found by the very next query after its put.
#pragma once

#include "base/file_system.h"
#include "collection/attribute_names.h"
#include "collection/collection.h"
#include "collection/index_keeper.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sokkuri::collection {

struct LocalOptions {
    enum class Access { kRead, kWrite, kCreate };  // kCreate: write, and made when missing
    Access access = Access::kRead;
    std::uint32_t search_threads = 0;  // 0: as many as the machine has cores
    std::string
        socket;  // of a writer: where it listens for others that want to write; may be empty
    KeeperOptions keeper;  // of a writer: when tails become segments, and where these lie
    /// What paths of attributes mean; asked with each question. None: what documents say.
    std::function<AttributeNames()> names;
};

/// Opens the collection in `directory` (the `.sokkuri` folder itself).
/// kNotFound when there is none; kConflict, naming the process that holds it, when another one
/// writes. Costs O(segments + tombstones).
Result<std::unique_ptr<Collection>> open_local_collection(FileSystem& files,
                                                          const std::string& directory,
                                                          const LocalOptions& options);

/// The process that writes to a local collection.
struct CollectionWriter {
    std::int64_t pid = 0;  // 0: it has just begun and has not said
    std::string socket;    // where it listens for others that want to write; empty: nowhere
};

/// Empty when nobody writes there.
Result<std::optional<CollectionWriter>> writer_of_local_collection(FileSystem& files,
                                                                   const std::string& directory);

}  // namespace sokkuri::collection
