// IngestPlan: what is to be done about each file that the walk finds, decided from what earlier
// runs recorded and, where that leaves a doubt, from the file's content:
//
//   known, same size and time            nothing (a failure stays a failure)
//   known, same content                  its time is noted
//   new, content of a file that is gone  the record moves to the new path
//   content of another indexed file      a record of its own, with that file's vector
//   else                                 it must be embedded
//
// Reads files and looks things up; writes nothing. Used by ingest's reader thread alone.
#pragma once

#include "base/result.h"
#include "collection/workspace.h"
#include "service/excluded_paths.h"
#include "service/file_change.h"
#include "service/folder_walk.h"
#include "service/ingest.h"
#include "service/known_files.h"
#include "service/library.h"
#include "service/picture_embedder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

namespace sokkuri::service {

/// A file whose vector is not known: its bytes, and what its change will be made of.
struct PictureToEmbed {
    std::vector<std::byte> bytes;
    collection::FileState
        state;  // as it will be recorded: path, size, time, content and id are set
    std::int64_t modified_ns = 0;
    FileOutcome outcome = FileOutcome::kAdded;
    bool has_record = false;  // an earlier version is in the collection under the same id
};

/// The record and state of a picture that was embedded.
FileChange change_of(const PictureToEmbed& picture, EmbeddedFile embedded);
/// The failure of one that could not be: the record of its earlier version goes, its id is kept.
FileChange change_of(const PictureToEmbed& picture, const Error& failure);

using PlannedFile = std::variant<FileChange, PictureToEmbed>;

struct PlanOptions {
    std::uint64_t file_bytes_max = 0;
    MissingFiles missing = MissingFiles::kRemove;
    std::int64_t started_ns = 0;  // when the run began, since 1970
};

class IngestPlan {
 public:
    IngestPlan(const Library& library, const PlanOptions& options);

    /// Files come in the order of the walk. Errors are the library's, never the file's.
    Result<PlannedFile> plan(const WalkedFile& file);

    struct Missing {
        std::vector<FileChange> changes;
        std::uint64_t kept = 0;
    };
    /// After a walk that came to its end: what becomes of known files that it did not find.
    Result<Missing> finish();

 private:
    using Known = std::optional<collection::FileState>;
    struct Content {
        std::vector<std::byte> bytes;
        collection::FileState state;  // id and failure are empty
        std::int64_t modified_ns = 0;
    };

    Result<PlannedFile> plan_regular(const WalkedFile& file, const Known& known);
    Result<PlannedFile> plan_content(Content content, const Known& known);
    Result<std::optional<FileChange>> touch(const Content& content, const Known& known);
    Result<std::optional<FileChange>> move(const Content& content,
                                           const std::vector<collection::FileState>& twins);
    Result<std::optional<FileChange>> copy(const Content& content, const std::string& id,
                                           const std::vector<collection::FileState>& twins);
    FileChange failure(const collection::FileState& seen, const Known& known,
                       const std::string& reason) const;

    Result<std::optional<collection::Record>> record_of(const std::string& id,
                                                        const Hash128& content) const;
    Result<std::string> free_id(const collection::FileState& file, const Known& known) const;
    bool is_gone(const collection::FileState& file) const;
    std::int64_t trusted_time(std::int64_t modified_ns) const;

    const Library& library_;
    const PlanOptions options_;
    KnownFiles known_;
    ExcludedPaths excluded_;
    std::vector<collection::FileState> missing_;
    std::unordered_set<std::string> moved_from_;  // paths whose records have moved in this run
};

}  // namespace sokkuri::service
