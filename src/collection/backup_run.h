// BackupRun: what the parts of one backup share: from where to where, what is told and counted.
// Used by backup.cpp, field_backup.h and picture_backup.h. Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/backup.h"

#include <string>

namespace sokkuri::collection {

struct BackupRun {
    FileSystem& files;
    const std::string& source;  // both `.sokkuri` folders
    const std::string& target;
    const BackupOptions& options;
    BackupReport report;

    std::string from(const std::string& name) const { return join_path(source, name); }
    std::string to(const std::string& name) const { return join_path(target, name); }
    /// kCancelled when it is to stop.
    Result<void> go_on() const {
        if (options.stop.stop_requested()) return fail(ErrorCode::kCancelled, "backup: stopped");
        return {};
    }
    /// Tells of `file`, which comes now.
    Result<void> begin(const std::string& file) const {
        TRY(go_on());
        if (options.progress) options.progress(file);
        return {};
    }
};

}  // namespace sokkuri::collection
