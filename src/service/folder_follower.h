// FolderFollower: keeps a server's collections like their folders: watches each of them, and asks
// for an index job when something has changed. Used by `sokkuri serve --watch`. A thread for each
// folder; the destructor ends them. Belongs to one thread.
#pragma once

#include "base/result.h"
#include "service/ingest.h"
#include "service/jobs.h"
#include "service/libraries.h"

#include <memory>

namespace sokkuri::service {

class FolderFollower {
 public:
    virtual ~FolderFollower() = default;

    /// Follows the folders that `libraries` has now. Both outlive it. Errors as watch_pictures: a
    /// folder that cannot be watched is not followed halfway.
    static Result<std::unique_ptr<FolderFollower>> start(const Libraries& libraries, Jobs& jobs,
                                                         const IngestRequest& request);

    /// Follows the folders of collections that have come since, or that were away and are back,
    /// which are indexed first, and leaves those that have gone. One that cannot be watched is
    /// logged once, and tried again, each time after more looks.
    virtual void look() = 0;
};

}  // namespace sokkuri::service
