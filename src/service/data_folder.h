// DataFolder: the folder in which a server makes collections and finds those that others put there.
// One server at a time holds it. Copying takes its time, and a collection that is opened for
// writing before all of it is there would be torn: one is told of when nothing of it has changed
// between two looks. Used by libraries.h. Belongs to one thread at a time.
#pragma once

#include "base/file_system.h"
#include "base/hash.h"
#include "base/result.h"
#include "collection/local_collection.h"
#include "store/write_lock.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

class DataFolder {
 public:
    /// Makes the folder when it is missing. kConflict, naming its pid and since when, while another
    /// server holds it.
    static Result<std::unique_ptr<DataFolder>> open(FileSystem& files, const std::string& path,
                                                    const std::string& socket);

    /// The server that holds the folder now; empty when none does, or when there is no folder.
    static Result<std::optional<collection::CollectionWriter>> server(FileSystem& files,
                                                                      const std::string& path);

    const std::string& path() const { return path_; }  // absolute
    /// A name of ours: no collection can have it.
    static bool is_reserved(std::string_view name);
    /// Whether `folder` holds one.
    static bool is_collection(const FileSystem& files, const std::string& folder);

    /// What the collection in `folder` is called: as its folder where that is a valid name, else
    /// by a name that no folder here has: the same whichever of them came first, so that none
    /// changes places with another at a restart.
    std::string name_of(const std::string& folder,
                        const std::function<bool(const std::string&)>& is_taken) const;

    /// Folders with a collection that are none of `known`, whole and as they were at the last look.
    /// O(folders, and files of those that are not known).
    Result<std::vector<std::string>> look(const std::set<std::string>& known);
    /// One of these could not be opened: it is told of again when it has changed, or after a while.
    void put_off(const std::string& folder);

 private:
    /// What a folder that is none of ours was like at the last look.
    struct Seen {
        Hash128 state;
        std::uint32_t looks_left_out = 0;  // for which it is passed by
        std::uint32_t pause = 0;           // how many it was the last time
    };

    DataFolder(FileSystem& files, std::string path, std::unique_ptr<store::WriteLock> lock)
        : files_(files), path_(std::move(path)), lock_(std::move(lock)) {}

    Result<bool> is_settled(const std::string& folder);

    FileSystem& files_;
    const std::string path_;
    std::unique_ptr<store::WriteLock> lock_;
    std::map<std::string, Seen> seen_;  // by folder
};

}  // namespace sokkuri::service
