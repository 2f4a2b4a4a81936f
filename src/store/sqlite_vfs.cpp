#include "store/sqlite_vfs.h"

#include "base/check.h"
#include "store/sqlite_file.h"
#include "store/sqlite_temporary_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>

namespace sokkuri::store {
namespace {

/// What the callbacks find behind sqlite3_vfs::pAppData.
struct Context {
    FileSystem* files;
    SqliteVfsMode mode;
    ErrorNote note;
    std::string database;  // its path, once it is open
};

sqlite3_vfs table_of(Context& context, const char* name);

}  // namespace

struct SqliteVfs::Registration {
    Context context;
    std::string name;
    sqlite3_vfs table = {};
};

SqliteVfs::SqliteVfs(FileSystem& files, SqliteVfsMode mode)
    : registration_(std::make_unique<Registration>()) {
    static std::atomic<std::uint64_t> next{0};
    registration_->context = {&files, mode, std::nullopt, {}};
    registration_->name = fmt::format("sokkuri-{}", next++);
    registration_->table = table_of(registration_->context, registration_->name.c_str());
    CHECK(sqlite3_vfs_register(&registration_->table, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() {
    sqlite3_vfs_unregister(&registration_->table);
}

const char* SqliteVfs::name() const {
    return registration_->name.c_str();
}

std::optional<Error> SqliteVfs::take_error() {
    return std::exchange(registration_->context.note, std::nullopt);
}

namespace {

constexpr int kPathBytesMax = 4096;  // PATH_MAX of Linux
constexpr int kSectorBytes = 4096;

/// What SQLite allocates for an open file: its part first, then ours.
struct OpenFile {
    sqlite3_file base;
    SqliteFile* file;
};

/// SQLite is C: the one exception that travels stops here.
template <typename Call>
int without_exceptions(Call call) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    }
}

Context& context_of(sqlite3_vfs* vfs) {
    return *static_cast<Context*>(vfs->pAppData);
}
SqliteFile& file_of(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file)->file;
}
const sqlite3_io_methods* io_methods();
sqlite3_vfs* default_vfs();

int failed(Context& context, int code, const Error& error) {
    context.note = error;
    return code;
}

struct Opened {
    std::unique_ptr<File> file;
    bool is_new = false;
};

/// Nothing to say when somebody else has removed it.
Result<void> remove_if_there(FileSystem& files, const std::string& path);

Result<Opened> open_named(Context& context, const char* name, int flags) {
    FileSystem& files = *context.files;
    if ((flags & SQLITE_OPEN_READWRITE) == 0 || context.mode == SqliteVfsMode::kImmutable) {
        return Opened{TRY(files.open(name, OpenMode::kRead))};
    }
    auto existing = files.open(name, OpenMode::kReadWrite);
    if (existing) return Opened{std::move(*existing)};
    const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
    if (!may_create || existing.error().code() != ErrorCode::kNotFound) {
        return tl::unexpected(existing.error());
    }
    return Opened{TRY(files.open(name, OpenMode::kCreate)), true};
}

/// Statement journals live in memory. What VACUUM writes is as large as the database, so it goes
/// into a file beside it that has lost its name at once: a kill leaves nothing behind.
Result<Opened> open_nameless(Context& context, int flags) {
    if ((flags & SQLITE_OPEN_TEMP_DB) == 0) {
        return Opened{std::make_unique<SqliteTemporaryFile>()};
    }
    const std::string path = context.database + "-temporary";
    auto file = context.files->open(path, OpenMode::kCreateNew);
    if (!file && file.error().code() == ErrorCode::kAlreadyExists) {
        // One that a kill has left with its name, or that of somebody who does the same now.
        TRY(remove_if_there(*context.files, path));
        file = context.files->open(path, OpenMode::kCreateNew);
    }
    if (!file) return tl::unexpected(file.error());
    TRY(remove_if_there(*context.files, path));
    return Opened{std::move(*file)};
}

Result<void> remove_if_there(FileSystem& files, const std::string& path) {
    auto removed = files.remove_file(path);
    if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
    return removed;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
    out->pMethods = nullptr;
    return without_exceptions([&] {
        Context& context = context_of(vfs);
        auto opened =
            name == nullptr ? open_nameless(context, flags) : open_named(context, name, flags);
        if (!opened) return failed(context, SQLITE_CANTOPEN, opened.error());
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0) context.database = name;
        const bool is_named = name != nullptr;
        auto* open = reinterpret_cast<OpenFile*>(out);
        open->file =
            std::make_unique<SqliteFile>(
                *context.files, std::move(opened->file),
                SqliteFileOptions{
                    .path = is_named ? name : "",
                    .is_new = opened->is_new,
                    .is_removed_on_close = is_named && (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                    .is_immutable = context.mode == SqliteVfsMode::kImmutable,
                    .is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0,
                    .is_log = (flags & SQLITE_OPEN_WAL) != 0,
                    .is_sealed = context.mode == SqliteVfsMode::kSealed},
                context.note)
                .release();
        open->base.pMethods = io_methods();
        if (out_flags != nullptr) *out_flags = flags;
        return SQLITE_OK;
    });
}

int close_file(sqlite3_file* file) {
    // SQLite owns the memory of OpenFile; the object in it is ours again here.
    const std::unique_ptr<SqliteFile> closing(&file_of(file));
    return SQLITE_OK;
}

int control_file(sqlite3_file* file, int operation, void* answer) {
    // Asked before the log is removed by its name at the end.
    if (operation != SQLITE_FCNTL_HAS_MOVED) return SQLITE_NOTFOUND;
    return without_exceptions([&] {
        *static_cast<int*>(answer) = file_of(file).has_moved() ? 1 : 0;
        return SQLITE_OK;
    });
}

int delete_file(sqlite3_vfs* vfs, const char* name, int is_directory_synced) {
    return without_exceptions([&] {
        Context& context = context_of(vfs);
        const auto removed = context.files->remove_file(name);
        if (!removed && removed.error().code() == ErrorCode::kNotFound) {
            return SQLITE_IOERR_DELETE_NOENT;
        }
        if (!removed) return failed(context, SQLITE_IOERR_DELETE, removed.error());
        if (is_directory_synced == 0) return SQLITE_OK;
        const std::string_view path = name;
        const std::size_t slash = path.rfind('/');
        const auto synced = context.files->sync_directory(
            slash == std::string_view::npos ? "." : path.substr(0, slash == 0 ? 1 : slash));
        return synced ? SQLITE_OK : failed(context, SQLITE_IOERR_DIR_FSYNC, synced.error());
    });
}

/// An empty file counts as missing, as in SQLite's unix VFS: it is a journal or WAL that says
/// nothing.
int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
    return without_exceptions([&] {
        *answer = 0;
        Context& context = context_of(vfs);
        const auto status = context.files->status_following(name);
        if (!status && status.error().code() == ErrorCode::kNotFound) return SQLITE_OK;
        if (!status) return failed(context, SQLITE_IOERR_ACCESS, status.error());
        const bool is_empty_file = status->kind == FileKind::kRegular && status->size_bytes == 0;
        *answer = flags == SQLITE_ACCESS_EXISTS && is_empty_file ? 0 : 1;
        return SQLITE_OK;
    });
}

int full_path(sqlite3_vfs*, const char* name, int out_bytes, char* out) {
    const std::size_t length = std::strlen(name);
    if (length >= static_cast<std::size_t>(out_bytes)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, length + 1);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int count, char* out) {
    return default_vfs()->xRandomness(default_vfs(), count, out);
}

int sleep_for(sqlite3_vfs*, int microseconds) {
    return default_vfs()->xSleep(default_vfs(), microseconds);
}

int current_time(sqlite3_vfs*, double* julian_day) {
    return default_vfs()->xCurrentTime(default_vfs(), julian_day);
}

int current_time_ms(sqlite3_vfs*, sqlite3_int64* julian_ms) {
    return default_vfs()->xCurrentTimeInt64(default_vfs(), julian_ms);
}

int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

sqlite3_vfs* default_vfs() {
    return sqlite3_vfs_find(nullptr);
}

sqlite3_vfs table_of(Context& context, const char* name) {
    sqlite3_vfs table = {};
    table.iVersion = 2;
    table.szOsFile = sizeof(OpenFile);
    table.mxPathname = kPathBytesMax;
    table.zName = name;
    table.pAppData = &context;
    table.xOpen = &open_file;
    table.xDelete = &delete_file;
    table.xAccess = &access_file;
    table.xFullPathname = &full_path;
    table.xRandomness = &randomness;
    table.xSleep = &sleep_for;
    table.xCurrentTime = &current_time;
    table.xGetLastError = &last_error;
    table.xCurrentTimeInt64 = &current_time_ms;
    return table;
}

sqlite3_io_methods make_io_methods() {
    sqlite3_io_methods methods = {};
    methods.iVersion = 2;
    methods.xClose = &close_file;
    methods.xRead = [](sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
        return without_exceptions([&] { return file_of(file).read(out, count, offset); });
    };
    methods.xWrite = [](sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
        return without_exceptions([&] { return file_of(file).write(bytes, count, offset); });
    };
    methods.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
        return without_exceptions([&] { return file_of(file).truncate(size); });
    };
    methods.xSync = [](sqlite3_file* file, int) {
        return without_exceptions([&] { return file_of(file).sync(); });
    };
    methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
        return without_exceptions([&] {
            std::int64_t bytes = 0;
            const int code = file_of(file).size(&bytes);
            *size = bytes;
            return code;
        });
    };
    methods.xLock = [](sqlite3_file* file, int level) {
        return without_exceptions([&] { return file_of(file).lock(level); });
    };
    methods.xUnlock = [](sqlite3_file* file, int level) {
        return without_exceptions([&] { return file_of(file).unlock(level); });
    };
    methods.xCheckReservedLock = [](sqlite3_file* file, int* is_reserved) {
        return without_exceptions([&] { return file_of(file).check_reserved_lock(is_reserved); });
    };
    methods.xFileControl = &control_file;
    methods.xSectorSize = [](sqlite3_file*) { return kSectorBytes; };
    methods.xDeviceCharacteristics = [](sqlite3_file* file) {
        // Writing some bytes never harms those beside them: what SQLite assumes of unix, too.
        constexpr int kOrdinary = SQLITE_IOCAP_POWERSAFE_OVERWRITE;
        return file_of(file).is_immutable() ? kOrdinary | SQLITE_IOCAP_IMMUTABLE : kOrdinary;
    };
    methods.xShmMap = [](sqlite3_file* file, int index, int bytes, int extend,
                         void volatile** address) {
        return without_exceptions(
            [&] { return file_of(file).shared_memory().map(index, bytes, extend != 0, address); });
    };
    methods.xShmLock = [](sqlite3_file* file, int first, int count, int flags) {
        return without_exceptions(
            [&] { return file_of(file).shared_memory().lock(first, count, flags); });
    };
    methods.xShmBarrier = [](sqlite3_file*) {
        // As in SQLite itself; std::atomic_thread_fence does not compile under -fsanitize=thread.
        __sync_synchronize();
    };
    methods.xShmUnmap = [](sqlite3_file* file, int remove) {
        return file_of(file).shared_memory().unmap(remove != 0);
    };
    return methods;
}

const sqlite3_io_methods* io_methods() {
    static const sqlite3_io_methods methods = make_io_methods();
    return &methods;
}

}  // namespace
}  // namespace sokkuri::store
