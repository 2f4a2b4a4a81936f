#include "store/sqlite_file.h"

#include <sqlite3.h>

#include <cstring>

namespace sokkuri::store {
namespace {

// SQLite's os.h: the lock bytes lie where no page is ever kept.
constexpr std::uint64_t kPendingByte = 0x40000000;
constexpr std::uint64_t kReservedByte = kPendingByte + 1;
constexpr std::uint64_t kSharedFirst = kPendingByte + 2;
constexpr std::uint64_t kSharedCount = 510;

std::string_view directory_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

SqliteFile::SqliteFile(FileSystem& files, std::unique_ptr<File> file, SqliteFileOptions options,
                       ErrorNote& note)
    : files_(&files),
      file_(std::move(file)),
      options_(std::move(options)),
      note_(&note),
      shared_memory_(files, options_.path + "-shm", note) {}

SqliteFile::~SqliteFile() {
    file_.reset();
    // One that stays behind is removed or overwritten by whoever needs the name next.
    if (options_.is_removed_on_close) static_cast<void>(files_->remove_file(options_.path));
}

int SqliteFile::read(void* out, int count, std::int64_t offset) {
    const std::span bytes(static_cast<std::byte*>(out), static_cast<std::size_t>(count));
    const auto filled = file_->read_at(static_cast<std::uint64_t>(offset), bytes);
    if (!filled) return failed(SQLITE_IOERR_READ, filled.error());
    if (*filled == bytes.size()) return SQLITE_OK;
    std::memset(bytes.data() + *filled, 0, bytes.size() - *filled);
    return SQLITE_IOERR_SHORT_READ;
}

int SqliteFile::write(const void* bytes, int count, std::int64_t offset) {
    const auto written = file_->write_at(
        static_cast<std::uint64_t>(offset),
        std::span(static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count)));
    if (written) return SQLITE_OK;
    const bool is_full = written.error().code() == ErrorCode::kExhausted;
    return failed(is_full ? SQLITE_FULL : SQLITE_IOERR_WRITE, written.error());
}

int SqliteFile::truncate(std::int64_t size_bytes) {
    const auto truncated = file_->truncate(static_cast<std::uint64_t>(size_bytes));
    return truncated ? SQLITE_OK : failed(SQLITE_IOERR_TRUNCATE, truncated.error());
}

int SqliteFile::sync() {
    const auto synced = file_->sync();
    if (!synced) return failed(SQLITE_IOERR_FSYNC, synced.error());
    if (!options_.is_new) return SQLITE_OK;
    // The content is safe only when the name is.
    const auto directory_synced = files_->sync_directory(directory_of(options_.path));
    if (!directory_synced) return failed(SQLITE_IOERR_DIR_FSYNC, directory_synced.error());
    options_.is_new = false;
    return SQLITE_OK;
}

int SqliteFile::size(std::int64_t* size_bytes) {
    const auto size = file_->size_bytes();
    if (!size) return failed(SQLITE_IOERR_FSTAT, size.error());
    *size_bytes = static_cast<std::int64_t>(*size);
    return SQLITE_OK;
}

int SqliteFile::lock(int level) {
    if (level_ >= level) return SQLITE_OK;
    switch (level) {
        case SQLITE_LOCK_SHARED:
            return lock_shared();
        case SQLITE_LOCK_RESERVED:
            return lock_reserved();
        default:
            return lock_exclusive();
    }
}

/// The pending byte is touched first, so that readers who come now do not starve a writer who waits
/// for exclusion.
int SqliteFile::lock_shared() {
    int code = try_lock(kPendingByte, 1, LockKind::kShared);
    if (code != SQLITE_OK) return code;
    code = try_lock(kSharedFirst, kSharedCount, LockKind::kShared);
    const int unlocked = unlock_range(kPendingByte, 1);
    if (code == SQLITE_OK) level_ = SQLITE_LOCK_SHARED;
    return code != SQLITE_OK ? code : unlocked;
}

int SqliteFile::lock_reserved() {
    const int code = try_lock(kReservedByte, 1, LockKind::kExclusive);
    if (code == SQLITE_OK) level_ = SQLITE_LOCK_RESERVED;
    return code;
}

/// Stays at PENDING when readers are still there: they finish, and no new ones come.
int SqliteFile::lock_exclusive() {
    if (level_ < SQLITE_LOCK_PENDING) {
        const int code = try_lock(kPendingByte, 1, LockKind::kExclusive);
        if (code != SQLITE_OK) return code;
        level_ = SQLITE_LOCK_PENDING;
    }
    const int code = try_lock(kSharedFirst, kSharedCount, LockKind::kExclusive);
    if (code == SQLITE_OK) level_ = SQLITE_LOCK_EXCLUSIVE;
    return code;
}

int SqliteFile::unlock(int level) {
    if (level_ <= level) return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (level_ == SQLITE_LOCK_EXCLUSIVE) {
            const int code = try_lock(kSharedFirst, kSharedCount, LockKind::kShared);
            if (code != SQLITE_OK) return SQLITE_IOERR_RDLOCK;
        }
        level_ = SQLITE_LOCK_SHARED;
        return unlock_range(kPendingByte, 2);
    }
    level_ = SQLITE_LOCK_NONE;
    return unlock_range(kPendingByte, 2 + kSharedCount);
}

int SqliteFile::check_reserved_lock(int* is_reserved) {
    *is_reserved = 1;
    if (level_ >= SQLITE_LOCK_RESERVED) return SQLITE_OK;
    const auto locked = file_->is_locked_elsewhere(kReservedByte, 1);
    if (!locked) return failed(SQLITE_IOERR_CHECKRESERVEDLOCK, locked.error());
    *is_reserved = *locked ? 1 : 0;
    return SQLITE_OK;
}

int SqliteFile::try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind) {
    const auto locked = file_->try_lock(offset, length, kind);
    if (!locked) return failed(SQLITE_IOERR_LOCK, locked.error());
    return *locked ? SQLITE_OK : SQLITE_BUSY;
}

int SqliteFile::unlock_range(std::uint64_t offset, std::uint64_t length) {
    const auto unlocked = file_->unlock(offset, length);
    return unlocked ? SQLITE_OK : failed(SQLITE_IOERR_UNLOCK, unlocked.error());
}

int SqliteFile::failed(int code, const Error& error) {
    *note_ = error;
    return code;
}

}  // namespace sokkuri::store
