// BackupFolder: the one folder below which a server may write backups, because its operator named
// it. Requests say the name of a backup in it, never a path. A value; safe from any number of
// threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string>

namespace sokkuri::service {

class Libraries;

class BackupFolder {
 public:
    /// None: every backup is refused.
    BackupFolder() = default;
    /// Made when missing. kInvalidArgument for the folder whose collections `libraries` serves, or
    /// one around the home of one of them: a backup could be taken for a collection, or written
    /// into one.
    static Result<BackupFolder> open(FileSystem& files, const std::string& path,
                                     const Libraries& libraries);

    /// Where the backup `name` goes. kUnsupported without a folder, saying how a server gets one;
    /// kInvalidArgument for what is no name (collection_name.h).
    Result<std::string> place_of(const std::string& name) const;

 private:
    explicit BackupFolder(std::string path) : path_(std::move(path)) {}

    std::string path_;  // absolute; empty: none
};

}  // namespace sokkuri::service
