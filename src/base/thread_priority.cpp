#include "base/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace sokkuri {

namespace {

constexpr int kLowNiceness = 10;  // of 19; one step is about a quarter of the share

}  // namespace

void lower_thread_priority() {
    // Of this thread alone: Linux takes a thread's number where POSIX says process. Refused only
    // for threads that step forward.
    static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLowNiceness));
}

}  // namespace sokkuri
