// JobWatch: tells on the console how the jobs of a server go: a line that redraws itself on a
// terminal while one runs, and a line or more when one has ended. A thread of its own; ends with
// this.
#pragma once

#include "cli/verb.h"
#include "service/jobs.h"
#include "service/libraries.h"

#include <thread>

namespace sokkuri::cli {

class JobWatch {
 public:
    /// All of it outlives this.
    JobWatch(const Invocation& invocation, const service::Libraries& libraries,
             const service::Jobs& jobs);

 private:
    std::jthread thread_;
};

}  // namespace sokkuri::cli
