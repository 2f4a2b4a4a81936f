// SqliteFile: one open file of a SQLite connection: reads that fill up with zeros, the five lock
// levels of the rollback protocol on SQLite's own bytes, the WAL's shared memory, and the checksums
// of a sealed database's pages (store/page_checksum.h). Used by sqlite_vfs.cpp alone. Returns
// SQLite's result codes (0 is success) and notes the FileSystem's error beside them. One thread at
// a time.
#pragma once

#include "base/error.h"
#include "base/file_system.h"
#include "store/sqlite_shared_memory.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::store {

/// Where the FileSystem's error waits until Database asks for it.
using ErrorNote = std::optional<Error>;

struct SqliteFileOptions {
    std::string path;
    bool is_new = false;  // made just now: its directory is synced with it
    bool is_removed_on_close = false;
    bool is_immutable = false;
    bool is_database = false;  // the database itself, no journal or WAL
    bool is_log = false;       // its WAL
    bool is_sealed = false;    // even where no first page says so yet
};

class SqliteFile {
 public:
    SqliteFile(FileSystem& files, std::unique_ptr<File> file, SqliteFileOptions options,
               ErrorNote& note);
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;
    ~SqliteFile();

    int read(void* out, int count, std::int64_t offset);
    int write(const void* bytes, int count, std::int64_t offset);
    int truncate(std::int64_t size_bytes);
    int sync();
    int size(std::int64_t* size_bytes);

    /// `level`: SQLITE_LOCK_*.
    int lock(int level);
    int unlock(int level);
    int check_reserved_lock(int* is_reserved);

    /// Its path leads elsewhere by now, or nowhere: what lies beside that path is not ours.
    bool has_moved() const;
    bool is_immutable() const { return options_.is_immutable; }
    SqliteSharedMemory& shared_memory() { return shared_memory_; }

 private:
    int check_page(std::span<const std::byte> page, std::uint64_t offset);
    int check_frame(std::span<const std::byte> page, std::uint64_t offset);
    void note_write_to_log(std::uint64_t offset, std::size_t size_bytes);
    Result<bool> is_sealed();
    int write_plain(std::span<const std::byte> bytes, std::uint64_t offset);
    int lock_shared();
    int lock_reserved();
    int lock_exclusive();
    int try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind);
    int unlock_range(std::uint64_t offset, std::uint64_t length);
    int failed(int code, const Error& error);

    FileSystem* files_;
    std::unique_ptr<File> file_;
    SqliteFileOptions options_;
    ErrorNote* note_;
    SqliteSharedMemory shared_memory_;
    int level_ = 0;                // SQLITE_LOCK_NONE
    bool is_sealed_;               // as the first page said when it was last read or written
    std::vector<std::byte> page_;  // room for the page that is being sealed
    // Of a log: behind the last header of a frame that was written, and the first page that has no
    // right checksum yet.
    std::uint64_t frame_header_end_ = 0;
    std::uint64_t unsigned_from_ = UINT64_MAX;
};

}  // namespace sokkuri::store
