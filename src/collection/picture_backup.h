// PictureBackup: the kept pictures of a backup. They never change, and their names say what they
// hold; those that the source has no more stay until the new state is whole. Used by backup.cpp.
#pragma once

#include "base/result.h"
#include "collection/backup_run.h"

#include <string>
#include <vector>

namespace sokkuri::collection {

class PictureBackup {
 public:
    /// `run` outlives it.
    explicit PictureBackup(BackupRun& run) : run_(run) {}

    /// Copies those that the target lacks. kCorruption when one is not what its name says.
    Result<void> copy();
    /// Whether the source had any the last time: then some may have gone since.
    bool has_any() const { return has_any_; }
    /// What the source does not have now: it may be needed still by what was begun before.
    Result<void> note_old();
    /// Deletes what was noted and is still not in the source. Best effort: what stays goes with the
    /// next backup.
    void remove_old() const;

 private:
    Result<void> copy_picture(const std::string& name);

    BackupRun& run_;
    bool has_any_ = false;
    std::vector<std::string> old_;
};

}  // namespace sokkuri::collection
