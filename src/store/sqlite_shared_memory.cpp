#include "store/sqlite_shared_memory.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace sokkuri::store {
namespace {

// SQLite's os_unix.c: UNIX_SHM_BASE and UNIX_SHM_DMS. Other programs that have the database open
// use the same.
constexpr std::uint64_t kLockBase = 120;
constexpr std::uint64_t kConnectedByte = kLockBase + SQLITE_SHM_NLOCK;
// The file grows by whole pages that are written to, so that a full disk is an error now and not a
// SIGBUS later.
constexpr std::uint64_t kPageBytes = 4096;

}  // namespace

SqliteSharedMemory::SqliteSharedMemory(FileSystem& files, std::string path,
                                       std::optional<Error>& note)
    : files_(&files), path_(std::move(path)), note_(&note) {}

int SqliteSharedMemory::map(int index, int region_bytes, bool must_exist, void volatile** address) {
    *address = nullptr;
    if (const int code = connect(); code != SQLITE_OK) return code;
    const auto bytes = static_cast<std::uint64_t>(region_bytes);
    const std::uint64_t end = (static_cast<std::uint64_t>(index) + 1) * bytes;
    const auto size = file_->size_bytes();
    if (!size) return failed(SQLITE_IOERR_SHMSIZE, size.error());
    if (*size < end && !must_exist) return SQLITE_OK;
    if (*size < end) {
        if (const int code = grow(end); code != SQLITE_OK) return code;
    }
    while (regions_.size() <= static_cast<std::size_t>(index)) {
        auto region = file_->map(regions_.size() * bytes, bytes, MapAccess::kReadWrite);
        if (!region) return failed(SQLITE_IOERR_SHMMAP, region.error());
        regions_.push_back(std::move(*region));
    }
    *address = regions_[static_cast<std::size_t>(index)]->bytes().data();
    return SQLITE_OK;
}

int SqliteSharedMemory::lock(int first, int count, int flags) {
    const std::uint64_t offset = kLockBase + static_cast<std::uint64_t>(first);
    const auto length = static_cast<std::uint64_t>(count);
    // After a failed map there is nothing to lock, and nothing to unlock.
    if (!file_) return (flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : SQLITE_IOERR_SHMLOCK;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        const auto unlocked = file_->unlock(offset, length);
        return unlocked ? SQLITE_OK : failed(SQLITE_IOERR_SHMLOCK, unlocked.error());
    }
    const bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const auto locked =
        file_->try_lock(offset, length, is_exclusive ? LockKind::kExclusive : LockKind::kShared);
    if (!locked) return failed(SQLITE_IOERR_SHMLOCK, locked.error());
    return *locked ? SQLITE_OK : SQLITE_BUSY;
}

int SqliteSharedMemory::unmap(bool remove_file) {
    regions_.clear();
    file_.reset();
    // A file that stays behind is harmless: the next one to connect alone empties it.
    if (remove_file) static_cast<void>(files_->remove_file(path_));
    return SQLITE_OK;
}

/// Everybody connected holds the connected byte shared. Whoever gets it alone is the first, perhaps
/// after a kill, and empties the file: what it says is then about a WAL of another time.
int SqliteSharedMemory::connect() {
    if (file_) return SQLITE_OK;
    auto file = files_->open(path_, OpenMode::kCreate);
    if (!file) return failed(SQLITE_CANTOPEN, file.error());
    const auto is_alone = (*file)->try_lock(kConnectedByte, 1, LockKind::kExclusive);
    if (!is_alone) return failed(SQLITE_IOERR_LOCK, is_alone.error());
    if (*is_alone) {
        const auto emptied = (*file)->truncate(0);
        if (!emptied) return failed(SQLITE_IOERR_SHMOPEN, emptied.error());
    }
    const auto is_connected = (*file)->try_lock(kConnectedByte, 1, LockKind::kShared);
    if (!is_connected) return failed(SQLITE_IOERR_LOCK, is_connected.error());
    if (!*is_connected) return SQLITE_BUSY;  // somebody is emptying it right now
    file_ = std::move(*file);
    return SQLITE_OK;
}

int SqliteSharedMemory::grow(std::uint64_t size_bytes) {
    const auto size = file_->size_bytes();
    if (!size) return failed(SQLITE_IOERR_SHMSIZE, size.error());
    constexpr std::array<std::byte, 1> kZero{};
    for (std::uint64_t page = *size / kPageBytes; page < size_bytes / kPageBytes; ++page) {
        const auto written = file_->write_at((page + 1) * kPageBytes - 1, kZero);
        if (!written) return failed(SQLITE_IOERR_SHMSIZE, written.error());
    }
    return SQLITE_OK;
}

int SqliteSharedMemory::failed(int code, const Error& error) {
    *note_ = error;
    return code;
}

}  // namespace sokkuri::store
