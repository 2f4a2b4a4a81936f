// Verify: whether a local collection's files are what they were, and what can be done about those
// that are not. Works beside a writer, in any process; changes nothing unless asked to repair. What
// lies beyond the collection (pictures, thumbnails) is checked by whoever keeps it.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/collection.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

struct VerifyOptions {
    enum class Depth {
        kChecksums,  // every byte is read and compared
        kDeep,       // also what the bytes say: trees, rows, links, and how files fit together
    };
    Depth depth = Depth::kChecksums;
    /// `file` that is read now, relative to the collection's folder.
    std::function<void(std::string_view file)> progress = nullptr;
    std::stop_token stop;
};

/// Something that is not what it was.
struct Finding {
    enum class Kind {
        kDamage,   // lost unless there is a backup
        kRebuilt,  // can be made again from the rest: `repair` does
        kNote,     // harmless
    };
    Kind kind = Kind::kDamage;
    std::string file;  // relative to the collection's folder
    std::string what;  // with place and value
};

struct VerifyReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<Finding> findings;

    /// Whether something is wrong: notes are not.
    bool is_whole() const;
};

/// `directory`: the `.sokkuri` folder. kNotFound when there is no collection, kUnsupported when it
/// is newer than we are, kCancelled. Findings are no error. O(bytes on disk).
Result<VerifyReport> verify_local_collection(FileSystem& files, const std::string& directory,
                                             const VerifyOptions& options);

/// Makes anew what the report of a verification says can be: segments from vectors, while searches
/// go on. As Collection::optimize; `request.damaged` is filled from the report.
Result<void> repair_collection(Collection& collection, const VerifyReport& report,
                               OptimizeRequest request);

/// The same for one that nobody has open for writing: kConflict while another process does.
Result<void> repair_local_collection(FileSystem& files, const std::string& directory,
                                     const VerifyReport& report);

}  // namespace sokkuri::collection
