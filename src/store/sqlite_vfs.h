// SqliteVfs: lets SQLite do every file operation through a FileSystem: data, deletion, locks and
// WAL shared memory. Speaks the same locks as SQLite's own unix VFS, so that the ordinary `sqlite3`
// tool can look at a database in use. Time, sleep and randomness are the default VFS's. One per
// connection; used by the connection's thread.
#pragma once

#include "base/error.h"
#include "base/file_system.h"

#include <memory>
#include <optional>

namespace sokkuri::store {

enum class SqliteVfsMode {
    kOrdinary,
    kImmutable,  // the file is only read and nobody changes it: no locks, no WAL
    kSealed,     // the file is made here, and its pages get checksums before the first one says so
};

class SqliteVfs {
 public:
    /// Registered with SQLite for as long as it lives. `files` must outlive it.
    SqliteVfs(FileSystem& files, SqliteVfsMode mode);
    SqliteVfs(const SqliteVfs&) = delete;
    SqliteVfs& operator=(const SqliteVfs&) = delete;
    /// All its connections must be closed.
    ~SqliteVfs();

    /// The name to open a connection with.
    const char* name() const;

    /// The FileSystem's error behind SQLite's last complaint about input or output, once.
    std::optional<Error> take_error();

 private:
    struct Registration;

    std::unique_ptr<Registration> registration_;
};

}  // namespace sokkuri::store
