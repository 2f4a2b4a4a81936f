// FileChange: what one file changes in collection and workspace, complete and ready to be written.
// Made by ingest's plan, written in batches by ingest's writer, counted by its tally. A value.
#pragma once

#include "collection/collection.h"
#include "collection/workspace.h"

#include <optional>
#include <string>

namespace sokkuri::service {

enum class FileOutcome {
    kUnchanged,
    kAdded,
    kReplaced,
    kMoved,         // the same record at a new path
    kFailed,        // cannot be read as a picture; found out now
    kKnownFailure,  // likewise, found out by an earlier run
    kRemoved,       // gone from the folder, and so from the collection
    kForgotten,     // a failed file that is gone
    kVanished,      // gone or changed while we looked; the next run will see
    kExcluded,      // passed by: its item was removed by somebody
};

struct FileChange {
    FileOutcome outcome = FileOutcome::kUnchanged;
    std::string path;
    std::string failure;  // with kFailed and kKnownFailure

    std::optional<collection::PutRecord> put;           // the record whole
    std::optional<collection::PutRecord> put_document;  // its document alone
    std::string removed_id;                             // empty: none
    std::optional<collection::FileState> state;         // to be recorded
    std::optional<collection::FileState> forgotten;     // root and path

    bool writes_something() const {
        return put || put_document || !removed_id.empty() || state || forgotten;
    }
};

}  // namespace sokkuri::service
