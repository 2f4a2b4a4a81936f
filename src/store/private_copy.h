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
    /// Room that a copy may take: that of some ten million records. The system's temporary folder
    /// is often in memory.
    static constexpr std::uint64_t kBytesMax = 8ULL << 30;

    /// Of the database `path` and its log, in `files`. `reason`: why it cannot be opened itself; an
    /// error is that one, with why there is no copy behind it (too large, somebody writes to it
    /// meanwhile, no room). O(size).
    static Result<std::unique_ptr<PrivateCopy>> make(FileSystem& files, const std::string& path,
                                                     const Error& reason,
                                                     std::uint64_t bytes_max = kBytesMax);
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
    static Result<std::unique_ptr<PrivateCopy>> made(FileSystem& files, const std::string& path,
                                                     std::uint64_t bytes_max);

    const std::string folder_;
};

}  // namespace sokkuri::store
