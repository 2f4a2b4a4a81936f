// ExcludedPaths: the paths of a folder that are not wanted, read in step with a walk over it, as
// KnownFiles is. What is excluded while a run goes on may be met or not; the writer looks again.
// Used by ingest's reader thread alone.
#pragma once

#include "base/result.h"
#include "collection/workspace.h"

#include <deque>
#include <string>

namespace sokkuri::service {

class ExcludedPaths {
 public:
    ExcludedPaths(const collection::Workspace& workspace, collection::RootNumber root)
        : workspace_(workspace), root_(root) {}

    /// Whether `path` is excluded. Paths come in ascending order.
    Result<bool> advance_to(const std::string& path);

 private:
    const collection::Workspace& workspace_;
    const collection::RootNumber root_;
    std::deque<std::string> page_;
    std::string last_read_;
    bool is_exhausted_ = false;
};

}  // namespace sokkuri::service
