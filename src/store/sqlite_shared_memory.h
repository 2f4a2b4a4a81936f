// SqliteSharedMemory: the WAL index of one connection: the "-shm" file beside the database, mapped
// in regions, and its eight lock bytes, exactly where SQLite's unix VFS has them (offsets 120 to
// 127; 128 tells whether anybody is connected). Used by sqlite_file.h. Returns SQLite's result
// codes. One thread at a time; the memory is shared with other processes.
#pragma once

#include "base/error.h"
#include "base/file_system.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::store {

class SqliteSharedMemory {
 public:
    /// `path`: of the "-shm" file, which is opened at the first use.
    SqliteSharedMemory(FileSystem& files, std::string path, std::optional<Error>& note);

    /// Address of region `index`; nullptr when it does not exist and `must_exist` is false.
    int map(int index, int region_bytes, bool must_exist, void volatile** address);
    /// `flags`: SQLITE_SHM_LOCK or _UNLOCK with _SHARED or _EXCLUSIVE.
    int lock(int first, int count, int flags);
    /// Unmaps, drops every lock and removes the file when told to.
    int unmap(bool remove_file);

 private:
    int connect();
    int grow(std::uint64_t size_bytes);
    int failed(int code, const Error& error);

    FileSystem* files_;
    std::string path_;
    std::optional<Error>* note_;
    std::unique_ptr<File> file_;
    std::vector<std::unique_ptr<MappedRegion>> regions_;
};

}  // namespace sokkuri::store
