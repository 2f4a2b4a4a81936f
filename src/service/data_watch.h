// DataWatch: looks again and again whether collections were put into a server's data folder, or
// taken out of it, so that they are served without a restart, and their folders followed. A thread
// of its own; ends with this.
#pragma once

#include "service/folder_follower.h"
#include "service/jobs.h"
#include "service/libraries.h"

#include <thread>

namespace sokkuri::service {

class DataWatch {
 public:
    /// All of it outlives this; nobody else uses `follower` (null: no folder is followed). Jobs of
    /// collections that have gone are ended.
    DataWatch(Libraries& libraries, Jobs& jobs, FolderFollower* follower);

 private:
    std::jthread thread_;
};

}  // namespace sokkuri::service
