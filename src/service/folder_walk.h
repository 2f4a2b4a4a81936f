// Walks a folder and names every picture file in it, in the byte order of their paths relative to
// the folder: the order in which the workspace lists what it knows, so that ingest can merge the
// two. Used by ingest alone. Iterative; reads directories only, opens no file.
//
// Left out: names that start with a dot (`.sokkuri` among them), the folders of kSkippedFolders,
// symbolic links that leave the folder or lead to a folder (counted), files without a picture's
// ending.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::service {

/// Thumbnails of network drives, packages, and what systems keep for themselves.
inline constexpr const char* kSkippedFolders[] = {"@eaDir", "node_modules",
                                                  "System Volume Information", "$RECYCLE.BIN"};

/// Whether the walk passes by whatever has that name.
bool is_passed_by(std::string_view name, FileKind kind);

struct WalkLimits {
    std::size_t depth_max = 256;  // folders inside each other
    std::uint64_t entries_max = 200'000'000;
};

/// A picture file, or something that could not be looked at.
struct WalkedFile {
    std::string path;   // bytes, relative; of a folder that cannot be read: with '/' at the end
    FileStatus status;  // of what it leads to
    std::optional<Error> problem;  // then `status` is empty

    bool is_folder() const { return path.ends_with('/'); }
};

struct WalkReport {
    std::uint64_t files = 0;
    std::uint64_t links_left_out = 0;
};

/// Return false to stop.
using WalkVisitor = std::function<bool(WalkedFile)>;

/// `folder` is canonical. What vanishes while we look is left out; a folder that cannot be read or
/// lies too deep is visited as a problem. kNotFound or kIo when `folder` itself cannot be listed;
/// kExhausted past `entries_max`.
Result<WalkReport> walk_folder(const FileSystem& files, const std::string& folder,
                               const WalkLimits& limits, const WalkVisitor& visit);

}  // namespace sokkuri::service
