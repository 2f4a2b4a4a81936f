// DataWatch: looks again and again whether collections were put into a server's data folder, or
// taken out of it, so that they are served without a restart. A thread of its own; ends with this.
#pragma once

#include "service/jobs.h"
#include "service/libraries.h"

#include <thread>

namespace sokkuri::service {

class DataWatch {
 public:
    /// Both outlive it. Jobs of collections that have gone are ended.
    DataWatch(Libraries& libraries, Jobs& jobs);

 private:
    std::jthread thread_;
};

}  // namespace sokkuri::service
