// KnownFiles: what earlier runs recorded of a folder's files, read in step with a walk over the
// same folder: both come in byte order of paths, so one pass tells new, known and missing files
// apart without keeping either list in memory. Used by ingest's reader thread alone. Records that
// the run itself writes lie behind the cursor and are never met.
#pragma once

#include "base/result.h"
#include "collection/workspace.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace sokkuri::service {

class KnownFiles {
 public:
    using MissingFile = std::function<void(collection::FileState)>;

    /// `on_missing` is told of every file that was passed over.
    KnownFiles(const collection::Workspace& workspace, collection::RootNumber root,
               MissingFile on_missing)
        : workspace_(workspace), root_(root), on_missing_(std::move(on_missing)) {}

    /// What is known of `path`. Paths come in ascending order.
    Result<std::optional<collection::FileState>> advance_to(const std::string& path);

    /// Passes over what is known below `folder` (ending in '/') without calling it missing.
    Result<void> skip_inside(const std::string& folder);

    /// Everything that is left is missing.
    Result<void> finish();

 private:
    /// The next one, without taking it; null at the end.
    Result<const collection::FileState*> peek();

    const collection::Workspace& workspace_;
    const collection::RootNumber root_;
    const MissingFile on_missing_;
    std::deque<collection::FileState> page_;
    std::string last_read_;  // path of the last state read from the workspace
    bool is_exhausted_ = false;
};

}  // namespace sokkuri::service
