// FolderWatch: tells when something changes in a folder or below it (inotify). Used by what follows
// folders of pictures. Belongs to one thread; `stop` may be asked for from any. Says that something
// has changed and not what: whoever waits looks for himself. Deliberately not part of FileSystem:
// it reads and writes nothing.
#pragma once

#include "base/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace sokkuri {

enum class WatchedKind { kFile, kFolder };

struct WatchOptions {
    /// Whether a name matters: changes of files, and all that happens in folders, for which it says
    /// no are passed by.
    std::function<bool(std::string_view name, WatchedKind kind)> is_wanted;
    /// Changes come in bursts: told of when nothing has changed for `quiet_time`, and at the latest
    /// after `burst_time_max`.
    std::chrono::milliseconds quiet_time{150};
    std::chrono::milliseconds burst_time_max{600};
};

class FolderWatch {
 public:
    virtual ~FolderWatch() = default;

    /// Watches `folder` and every folder below it from now on; links are not followed. kExhausted,
    /// naming the system's limit, when there are more folders than it lets one watch. O(folders).
    static Result<std::unique_ptr<FolderWatch>> open(const std::string& folder,
                                                     WatchOptions options);

    /// Returns when something has changed since the last call; false when `stop` asked for it.
    /// kNotFound when the folder itself has gone; kExhausted as `open`, for folders that have come.
    virtual Result<bool> wait(const std::stop_token& stop) = 0;
};

}  // namespace sokkuri
