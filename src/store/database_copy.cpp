#include "store/database_copy.h"

#include "store/sqlite_vfs.h"

#include <sqlite3.h>

#include <new>
#include <optional>

namespace sokkuri::store {
namespace {

/// The file that is written: nobody else knows of it, so it needs no journal.
class CopyTarget {
 public:
    CopyTarget(const CopyPlace& place, CopiedPages pages)
        : path_(place.path),
          vfs_(place.files,
               pages == CopiedPages::kSealed ? SqliteVfsMode::kSealed : SqliteVfsMode::kOrdinary) {}
    CopyTarget(const CopyTarget&) = delete;
    CopyTarget& operator=(const CopyTarget&) = delete;
    ~CopyTarget() { sqlite3_close(connection_); }

    Result<void> fill_from(sqlite3* source);

 private:
    Error error_of(int code, const char* words);

    const std::string& path_;
    SqliteVfs vfs_;
    sqlite3* connection_ = nullptr;
};

}  // namespace

Result<void> copy_database(sqlite3* source, const CopyPlace& target, CopiedPages pages) {
    // Only to have the name: SQLite opens it anew.
    TRY(target.files.open(target.path, OpenMode::kCreateNew));
    {
        CopyTarget copy(target, pages);
        TRY(copy.fill_from(source));
    }
    const std::unique_ptr<File> file = TRY(target.files.open(target.path, OpenMode::kReadWrite));
    return file->sync();
}

namespace {

Result<void> CopyTarget::fill_from(sqlite3* source) {
    const std::string name = fmt::format("{}{}", path_.starts_with('/') ? "" : "./", path_);
    int code = sqlite3_open_v2(name.c_str(), &connection_,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs_.name());
    if (code != SQLITE_OK) return tl::unexpected(error_of(code, "open"));
    code = sqlite3_exec(connection_, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", nullptr,
                        nullptr, nullptr);
    if (code != SQLITE_OK) return tl::unexpected(error_of(code, "settings"));
    constexpr int kAllPages = -1;
    sqlite3_backup* copy = sqlite3_backup_init(connection_, "main", source, "main");
    if (copy == nullptr) {
        return tl::unexpected(error_of(sqlite3_errcode(connection_), "begin to copy"));
    }
    const int stepped = sqlite3_backup_step(copy, kAllPages);
    const int finished = sqlite3_backup_finish(copy);
    if (stepped == SQLITE_DONE && finished == SQLITE_OK) return {};
    return tl::unexpected(error_of(stepped == SQLITE_DONE ? finished : stepped, "copy"));
}

Error CopyTarget::error_of(int code, const char* words) {
    if ((code & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
    const std::optional<Error> cause = vfs_.take_error();
    const bool is_full = (code & 0xff) == SQLITE_FULL;
    const ErrorCode kind = cause ? cause->code() : is_full ? ErrorCode::kExhausted : ErrorCode::kIo;
    return Error(kind, fmt::format("{}: {}: {}{}{}", path_, words, sqlite3_errstr(code),
                                   cause ? ": " : "", cause ? cause->message() : ""));
}

}  // namespace
}  // namespace sokkuri::store
