#include "store/sqlite_file.h"

#include "store/page_checksum.h"
#include "store/write_ahead_log.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
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
      shared_memory_(files, options_.path + "-shm", note),
      is_sealed_(options_.is_sealed) {}

SqliteFile::~SqliteFile() {
    file_.reset();
    // One that stays behind is removed or overwritten by whoever needs the name next.
    if (options_.is_removed_on_close) static_cast<void>(files_->remove_file(options_.path));
}

int SqliteFile::read(void* out, int count, std::int64_t offset) {
    const std::span bytes(static_cast<std::byte*>(out), static_cast<std::size_t>(count));
    const auto at = static_cast<std::uint64_t>(offset);
    const auto filled = file_->read_at(at, bytes);
    if (!filled) return failed(SQLITE_IOERR_READ, filled.error());
    if (at == 0 && *filled > kReservedBytesAt) is_sealed_ = says_sealed(bytes);
    if (*filled == bytes.size() && options_.is_log) return check_frame(bytes, at);
    if (*filled == bytes.size()) return check_page(bytes, at);
    if (*filled > 0 && is_sealed_ && options_.is_database && is_page(at, bytes.size())) {
        return failed(SQLITE_IOERR_DATA,
                      Error(ErrorCode::kCorruption,
                            fmt::format("{}: ends at byte {}, inside page {}", options_.path,
                                        at + *filled, page_number(at, bytes.size()))));
    }
    std::memset(bytes.data() + *filled, 0, bytes.size() - *filled);
    return SQLITE_IOERR_SHORT_READ;
}

int SqliteFile::check_page(std::span<const std::byte> page, std::uint64_t offset) {
    if (!options_.is_database || !is_sealed_ || !is_page(offset, page.size())) return SQLITE_OK;
    const std::uint64_t number = page_number(offset, page.size());
    if (is_whole_page(page, number)) return SQLITE_OK;
    return failed(
        SQLITE_IOERR_DATA,
        Error(ErrorCode::kCorruption, fmt::format("{}: page {}, from byte {}: checksum mismatch",
                                                  options_.path, number, offset)));
}

int SqliteFile::check_frame(std::span<const std::byte> page, std::uint64_t offset) {
    if (!is_page_of_frame(offset, page.size()) || offset >= unsigned_from_) return SQLITE_OK;
    const Result<bool> is_whole = is_whole_frame(*file_, offset, page);
    if (!is_whole) return failed(SQLITE_IOERR_READ, is_whole.error());
    if (*is_whole) return SQLITE_OK;
    return failed(
        SQLITE_IOERR_DATA,
        Error(ErrorCode::kCorruption,
              fmt::format("{}: frame {}, from byte {}: checksum mismatch", options_.path,
                          frame_number(offset, page.size()), offset - kFrameHeaderBytes)));
}

/// In a transaction that does not fit into its cache SQLite writes pages over those that it has
/// written before. It writes the headers anew when it commits, from the first such frame on; until
/// then it alone reads them.
void SqliteFile::note_write_to_log(std::uint64_t offset, std::size_t size_bytes) {
    if (size_bytes == kFrameHeaderBytes) {
        frame_header_end_ = offset + size_bytes;
        if (frame_header_end_ <= unsigned_from_) unsigned_from_ = UINT64_MAX;
        return;
    }
    const bool is_over_another =
        is_page_of_frame(offset, size_bytes) && offset != frame_header_end_;
    if (is_over_another) unsigned_from_ = std::min(unsigned_from_, offset);
}

int SqliteFile::write(const void* bytes, int count, std::int64_t offset) {
    const std::span data(static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count));
    const auto at = static_cast<std::uint64_t>(offset);
    if (options_.is_log) note_write_to_log(at, data.size());
    if (!options_.is_database || !is_page(at, data.size())) return write_plain(data, at);
    if (at == 0) is_sealed_ = says_sealed(data);
    const Result<bool> sealed = is_sealed();
    if (!sealed) return failed(SQLITE_IOERR_READ, sealed.error());
    if (!*sealed) return write_plain(data, at);
    // Not in SQLite's own memory: a page that is in the cache must not change under it.
    page_.assign(data.begin(), data.end());
    seal_page(page_, page_number(at, page_.size()));
    return write_plain(page_, at);
}

/// Another connection may have sealed the file since we looked.
Result<bool> SqliteFile::is_sealed() {
    if (is_sealed_) return true;
    std::array<std::byte, kReservedBytesAt + 1> start{};
    const std::size_t filled = TRY(file_->read_at(0, start));
    is_sealed_ = filled == start.size() && says_sealed(start);
    return is_sealed_;
}

int SqliteFile::write_plain(std::span<const std::byte> bytes, std::uint64_t offset) {
    const auto written = file_->write_at(offset, bytes);
    if (written) return SQLITE_OK;
    const ErrorCode code = written.error().code();
    const bool is_full = code == ErrorCode::kNoSpace || code == ErrorCode::kExhausted;
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

bool SqliteFile::has_moved() const {
    const auto own = file_->status();
    const auto named = files_->status_following(options_.path);
    if (!named) return named.error().code() == ErrorCode::kNotFound;
    return own && (own->inode != named->inode || own->device != named->device);
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
