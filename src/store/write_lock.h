// The lock of a collection folder: one writer at a time, on this machine. The operating system's
// lock decides; what the file says (who, since when, which socket) is for people and for programs
// that want to go through the holder.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sokkuri::store {

struct LockHolder {
    std::int64_t pid = 0;
    std::int64_t since_s = 0;  // Unix time
    std::string socket;        // empty: the holder serves none
};

class WriteLock {
 public:
    virtual ~WriteLock() = default;  // releases
    /// That the folder it was taken in still lies at its path. kUnavailable when that was taken
    /// away or another one lies there: nothing at the path is the holder's to write or to remove.
    virtual Result<void> check_place() const = 0;
    /// kConflict names the holder's pid and since when.
    static Result<std::unique_ptr<WriteLock>> acquire(FileSystem& files, const std::string& path,
                                                      const LockHolder& self);
    /// Who holds it now; empty when nobody does.
    static Result<std::optional<LockHolder>> holder(FileSystem& files, const std::string& path);
};

}  // namespace sokkuri::store
