// PrivateCopy: a database that lies where nothing can be written (the disk is read-only or full),
// with a log that was not taken in (a kill, or a writer elsewhere), can only be read from a copy of
// both. It lies in a folder of our own under the system's temporary one, readable by us alone, and
// goes with this object.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <memory>
#include <string>

namespace sokkuri::store {

class PrivateCopy {
 public:
    /// Of the database `path` and its log, in `files`. kUnavailable when somebody writes to them
    /// meanwhile. O(size).
    static Result<std::unique_ptr<PrivateCopy>> make(FileSystem& files, const std::string& path);
    /// Whether a database that cannot be opened because of `error` may be read from a copy: no room
    /// beside it, or a log that cannot be taken in where it lies.
    static bool may_help(const Error& error);
    PrivateCopy(const PrivateCopy&) = delete;
    PrivateCopy& operator=(const PrivateCopy&) = delete;
    /// Whatever has it open must be closed.
    ~PrivateCopy();

    /// In posix_file_system().
    std::string path() const { return folder_ + "/copy.db"; }

 private:
    explicit PrivateCopy(std::string folder) : folder_(std::move(folder)) {}

    const std::string folder_;
};

}  // namespace sokkuri::store
