// Workspace: what is true of this machine rather than of the records: which folders are indexed,
// what was seen of each file, which could not be read and why, which are not wanted. Always local
// (workspace.db beside the catalog), whatever holds the records. One writer (under the collection's
// write lock), any number of readers. Paths are bytes relative to their root.
#pragma once

#include "base/file_system.h"
#include "base/hash.h"
#include "base/result.h"
#include "collection/kept_pictures.h"
#include "collection/stored_queries.h"
#include "collection/workspace_settings.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

using RootNumber = std::uint32_t;

/// An indexed folder. "." is the folder that holds `.sokkuri`, so that it can be moved; others are
/// absolute.
struct Root {
    RootNumber number = 0;
    std::string path;
};

/// What was last seen of a file: either indexed (an id and no failure) or failed (a reason).
struct FileState {
    RootNumber root = 0;
    std::string path;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;
    Hash128 content{};  // all zero when it could not be read
    std::string id;  // of its record; kept while a later version of the file fails, so that it can
                     // come back
    std::string failure;  // empty when indexed
};

struct FileCounts {
    std::uint64_t indexed = 0;
    std::uint64_t failed = 0;
};

enum class WorkspaceAccess { kRead, kWrite };

class Workspace {
 public:
    virtual ~Workspace() = default;

    /// `directory` is the `.sokkuri` folder. kRead of a folder without one is kNotFound; kWrite
    /// makes it.
    static Result<std::unique_ptr<Workspace>> open(FileSystem& files, const std::string& directory,
                                                   WorkspaceAccess access);

    virtual Result<std::vector<Root>> roots() const = 0;
    /// The number of that root, new or known.
    virtual Result<RootNumber> add_root(const std::string& path) = 0;

    virtual Result<std::optional<FileState>> file(RootNumber root,
                                                  const std::string& path) const = 0;
    /// The indexed file of that record.
    virtual Result<std::optional<FileState>> file_of_id(const std::string& id) const = 0;
    /// Indexed files with that content, in no particular order; at most `limit`.
    virtual Result<std::vector<FileState>> files_of_content(const Hash128& content,
                                                            std::size_t limit) const = 0;
    /// In byte order of paths, those after `after` (empty: from the start); at most `limit`.
    virtual Result<std::vector<FileState>> files_after(RootNumber root, const std::string& after,
                                                       std::size_t limit) const = 0;
    /// Likewise, failed ones only.
    virtual Result<std::vector<FileState>> failures_after(RootNumber root, const std::string& after,
                                                          std::size_t limit) const = 0;
    /// Indexed files whose path holds `text` (bytes; ASCII letters in either case), in byte order
    /// of paths; at most `limit`. O(files).
    virtual Result<std::vector<FileState>> files_named(RootNumber root, const std::string& text,
                                                       std::size_t limit) const = 0;
    virtual Result<FileCounts> counts() const = 0;

    /// Writes states (replacing those of the same root and path) and forgets `forgotten` (root and
    /// path only), all in one transaction. `forgotten` goes first: a moved file is forgotten at its
    /// old path and written at its new one.
    virtual Result<void> record(std::span<const FileState> states,
                                std::span<const FileState> forgotten) = 0;

    /// The file at that path is not wanted: its state is forgotten, and the path remembered.
    virtual Result<void> exclude(RootNumber root, const std::string& path) = 0;
    /// Excluded paths, in byte order, those after `after`; at most `limit`.
    virtual Result<std::vector<std::string>> excluded_after(RootNumber root,
                                                            const std::string& after,
                                                            std::size_t limit) const = 0;
    /// For each path whether it is excluded.
    virtual Result<std::vector<bool>> are_excluded(RootNumber root,
                                                   std::span<const std::string> paths) const = 0;

    virtual StoredQueries& queries() const = 0;
    virtual KeptPictures& kept_pictures() const = 0;
    virtual WorkspaceSettings& settings() const = 0;
};

}  // namespace sokkuri::collection
