#include "store/database.h"

#include "base/check.h"
#include "store/database_copy.h"
#include "store/page_checksum.h"
#include "store/row_hash.h"
#include "store/sqlite_vfs.h"

#include <sqlite3.h>

#include <new>
#include <optional>
#include <unordered_map>

namespace sokkuri::store {
namespace {

/// What an immutable file looked like when it was opened; anything else means that somebody writes.
struct Witness {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;

    bool operator==(const Witness&) const = default;
};

// For every connection: nothing is stored outside the database, and nothing in a hostile file runs.
constexpr const char* kSettings =
    "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
    "PRAGMA synchronous=FULL;";
constexpr const char* kReaderSettings = "PRAGMA query_only=ON;";

std::string sqlite_path(const std::string& path);
std::string_view directory_of(std::string_view path);
Result<Witness> witness_of(const FileSystem& files, const std::string& path);
ErrorCode code_of(int sqlite_code, const std::optional<Error>& cause);

}  // namespace

struct Database::State {
    FileSystem* files = nullptr;
    std::string path;
    std::unique_ptr<SqliteVfs> vfs;  // must outlive the connection
    sqlite3* connection = nullptr;
    std::unordered_map<std::string_view, std::unique_ptr<Statement>> prepared;
    std::optional<Witness> immutable_witness;
    std::int32_t format_version = 0;

    State(FileSystem& file_system, std::string file_path, SqliteVfsMode mode)
        : files(&file_system),
          path(std::move(file_path)),
          vfs(std::make_unique<SqliteVfs>(file_system, mode)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        prepared.clear();
        CHECK(sqlite3_close(connection) == SQLITE_OK);  // else a Statement outlives its Database
    }
};

Result<std::unique_ptr<Database>> Database::open(FileSystem& files, const std::string& path,
                                                 const DatabaseOptions& options) {
    CHECK(options.application_id != 0 && options.format_version > 0);
    auto state = std::make_unique<State>(files, path, SqliteVfsMode::kOrdinary);
    std::unique_ptr<Database> database(new Database(std::move(state)));
    const auto opened = database->open_ordinary(options);
    if (opened) return database;
    const ErrorCode code = opened.error().code();
    const bool is_about_access = code == ErrorCode::kIo || code == ErrorCode::kNotFound;
    if (options.access != DatabaseOptions::Access::kRead || !is_about_access) {
        return tl::unexpected(opened.error());
    }
    // Perhaps a disk that cannot be written to.
    database = nullptr;
    return open_immutable(files, path, options, opened.error());
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}

Database::~Database() = default;

Result<void> Database::open_ordinary(const DatabaseOptions& options) {
    const bool is_reader = options.access == DatabaseOptions::Access::kRead;
    const bool may_create = options.access == DatabaseOptions::Access::kCreate;
    TRY(connect(SQLITE_OPEN_READWRITE | (may_create ? SQLITE_OPEN_CREATE : 0), options));
    if (is_reader) {
        TRY(check_format(options));
        TRY(see_old_format(options));
        return execute(kReaderSettings);
    }
    if (may_create) {
        TRY(create_format(options));
        TRY(state_->files->sync_directory(directory_of(state_->path)));
    }
    TRY(check_format(options));
    TRY(upgrade_format(options));
    return execute("PRAGMA journal_mode=WAL");
}

/// `cause`: why it could not be opened for reading and writing.
Result<std::unique_ptr<Database>> Database::open_immutable(FileSystem& files,
                                                           const std::string& path,
                                                           const DatabaseOptions& options,
                                                           const Error& cause) {
    const auto witness = witness_of(files, path);
    // Then there is nothing to read, or it is in use, and the first error says more.
    if (!witness) return tl::unexpected(cause.code() == ErrorCode::kIo ? witness.error() : cause);
    auto state = std::make_unique<State>(files, path, SqliteVfsMode::kImmutable);
    state->immutable_witness = *witness;
    std::unique_ptr<Database> database(new Database(std::move(state)));
    TRY(database->connect(SQLITE_OPEN_READONLY, options));
    TRY(database->check_format(options));
    TRY(database->see_old_format(options));
    return database;
}

Result<void> Database::connect(int flags, const DatabaseOptions& options) {
    const int code = sqlite3_open_v2(sqlite_path(state_->path).c_str(), &state_->connection,
                                     flags | SQLITE_OPEN_NOMUTEX, state_->vfs->name());
    if (code != SQLITE_OK) return tl::unexpected(error_of(code, "open"));
    sqlite3_extended_result_codes(state_->connection, 1);
    sqlite3_busy_timeout(state_->connection, static_cast<int>(options.busy_timeout_ms));
    sqlite3_db_config(state_->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // Those of the file; temporary views of our own remain.
    sqlite3_db_config(state_->connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(state_->connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    register_row_hash(state_->connection);
    // Before the first look into the file: one that is made now gets them.
    if (options.format_version >= options.sealed_since) want_page_checksums();
    return execute(kSettings);
}

Result<void> Database::create_format(const DatabaseOptions& options) {
    TRY(execute("PRAGMA journal_mode=WAL"));
    Transaction transaction = TRY(begin_write());
    const bool is_there = TRY(has_format());
    if (is_there) return {};
    TRY(execute(options.schema));
    const std::string marks = fmt::format("PRAGMA application_id={}; PRAGMA user_version={};",
                                          options.application_id, options.format_version);
    TRY(execute(marks.c_str()));
    return transaction.commit();
}

Result<void> Database::check_format(const DatabaseOptions& options) {
    const bool is_there = TRY(has_format());
    if (!is_there) {
        return fail(ErrorCode::kNotFound, "{}: its making was cut off; nothing is in it",
                    state_->path);
    }
    const std::int64_t application = TRY(integer_of("PRAGMA application_id"));
    if (application != options.application_id) {
        return fail(ErrorCode::kCorruption, "{}: a database of another program (application {})",
                    state_->path, application);
    }
    const std::int64_t version = TRY(integer_of("PRAGMA user_version"));
    const std::int64_t oldest =
        options.format_version - static_cast<std::int64_t>(options.upgrades.size());
    if (version >= oldest && version <= options.format_version) {
        state_->format_version = static_cast<std::int32_t>(version);
        if (version < options.sealed_since || has_page_checksums()) return {};
        return fail(ErrorCode::kCorruption,
                    "{}: page 1: damaged at byte {}: says that pages have no "
                    "checksums",
                    state_->path, kReservedBytesAt);
    }
    return fail(ErrorCode::kUnsupported, "{}: format version {}, this program knows {}{}",
                state_->path, version, options.format_version,
                version > options.format_version ? "; a newer sokkuri wrote it" : "");
}

/// All steps or none: a kill leaves the old format, which the next writer upgrades. Page checksums
/// come before: by rewriting the whole file, one transaction as well.
Result<void> Database::upgrade_format(const DatabaseOptions& options) {
    if (state_->format_version == options.format_version) return {};
    const bool lacks_checksums =
        options.format_version >= options.sealed_since && !has_page_checksums();
    if (lacks_checksums) TRY(rewrite());
    Transaction transaction = TRY(begin_write());
    TRY(check_format(options));  // somebody may have been faster
    const auto missing = static_cast<std::size_t>(options.format_version - state_->format_version);
    for (const char* step : options.upgrades.last(missing))
        TRY(execute(step));
    const std::string mark = fmt::format("PRAGMA user_version={};", options.format_version);
    TRY(execute(mark.c_str()));
    TRY(transaction.commit());
    state_->format_version = options.format_version;
    return {};
}

Result<void> Database::see_old_format(const DatabaseOptions& options) {
    const auto missing = static_cast<std::size_t>(options.format_version - state_->format_version);
    if (missing == 0 || options.reader_views.empty()) return {};
    CHECK(options.reader_views.size() == options.upgrades.size());
    return execute(options.reader_views[options.upgrades.size() - missing]);
}

/// Of files that are made from now on, and of all when they are rewritten by VACUUM.
void Database::want_page_checksums() {
    int bytes = kPageChecksumBytes;
    CHECK(sqlite3_file_control(state_->connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes) ==
          SQLITE_OK);
}

/// What the first page says, as it was last read by this connection.
bool Database::has_page_checksums() {
    int wanted = 0;  // SQLite answers the larger of wish and truth
    sqlite3_file_control(state_->connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &wanted);
    int bytes = -1;
    sqlite3_file_control(state_->connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
    if (wanted > 0) want_page_checksums();
    return bytes == kPageChecksumBytes;
}

/// False for an empty database that nobody has claimed.
Result<bool> Database::has_format() {
    const std::int64_t application = TRY(integer_of("PRAGMA application_id"));
    const std::int64_t objects = TRY(integer_of("SELECT count(*) FROM sqlite_schema"));
    return application != 0 || objects != 0;
}

Result<std::int64_t> Database::integer_of(const char* sql) {
    Statement statement = TRY(prepare(sql));
    Rows rows = TRY(statement.query());
    const bool has_row = TRY(rows.next());
    return has_row ? rows.integer(0) : 0;
}

Result<Statement*> Database::prepared(const char* sql) {
    auto found = state_->prepared.find(sql);
    if (found == state_->prepared.end()) {
        Statement statement = TRY(prepare(sql));
        found =
            state_->prepared.emplace(sql, std::make_unique<Statement>(std::move(statement))).first;
    }
    return found->second.get();
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(state_->connection, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return tl::unexpected(error_of(code, sql));
    return Statement(*this, statement);
}

Result<void> Database::execute(const char* sql) {
    forget_old_errors();
    const int code = sqlite3_exec(state_->connection, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return tl::unexpected(error_of(code, sql));
    return {};
}

Result<void> Database::rewrite() {
    TRY(execute("PRAGMA temp_store=FILE"));
    const auto rewritten = execute("VACUUM");
    const auto restored = execute("PRAGMA temp_store=MEMORY");
    return rewritten ? restored : rewritten;
}

Result<Transaction> Database::begin_read() {
    TRY(check_immutable());
    TRY(execute("BEGIN"));
    Transaction transaction(*this);
    // SQLite takes its view at the first read.
    Statement* first = TRY(prepared("SELECT 1 FROM sqlite_schema LIMIT 1"));
    Rows rows = TRY(first->query());
    TRY(rows.next());
    return transaction;
}

Result<Transaction> Database::begin_write() {
    TRY(execute("BEGIN IMMEDIATE"));
    return Transaction(*this);
}

Result<void> Database::copy_to(const std::string& path) {
    forget_old_errors();
    const CopiedPages pages = has_page_checksums() ? CopiedPages::kSealed : CopiedPages::kPlain;
    const auto copied = copy_database(state_->connection, {*state_->files, path}, pages);
    if (copied) return {};
    // What cannot be read is the source's own trouble, whatever became of the copy.
    const std::optional<Error> cause = state_->vfs->take_error();
    if (!cause) return copied;
    return tl::unexpected(cause->with_context(fmt::format("copy of {}", state_->path)));
}

std::int32_t Database::format_version() const {
    return state_->format_version;
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(state_->connection);
}

Result<void> Database::check_immutable() const {
    if (!state_->immutable_witness) return {};
    const Witness now = TRY(witness_of(*state_->files, state_->path));
    if (now == *state_->immutable_witness) return {};
    return fail(ErrorCode::kUnavailable, "{}: has changed although it cannot be written to here",
                state_->path);
}

void Database::roll_back() {
    // After an error nothing is half done: SQLite itself has rolled back.
    if (sqlite3_get_autocommit(state_->connection) == 0) static_cast<void>(execute("ROLLBACK"));
}

/// Of operations whose failure SQLite coped with, or which nobody asked about.
void Database::forget_old_errors() {
    static_cast<void>(state_->vfs->take_error());
}

Error Database::error_of(int code, std::string_view doing) const {
    if ((code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) throw std::bad_alloc();
    const std::optional<Error> cause = state_->vfs->take_error();
    const ErrorCode error = code_of(code, cause);
    // Which statement meets damage first says nothing.
    const auto met = error == ErrorCode::kCorruption ? "" : fmt::format("{}: ", doing);
    auto text = fmt::format("{}: {}{}", state_->path, met, sqlite3_errmsg(state_->connection));
    if (cause) text += fmt::format(" ({})", cause->message());
    return Error(error, std::move(text));
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    if (database_ != nullptr) database_->roll_back();
}

Result<void> Transaction::commit() {
    CHECK(database_ != nullptr);
    auto committed = database_->execute("COMMIT");  // if memory runs out: rolled back at the end
    if (!committed) database_->roll_back();
    database_ = nullptr;
    return committed;
}

namespace {

/// SQLite reads names like ":memory:" and "file:…?…" in ways of its own; none of them starts with a
/// directory.
std::string sqlite_path(const std::string& path) {
    return path.starts_with('/') ? path : "./" + path;
}

std::string_view directory_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// kUnavailable when there is a WAL: somebody has the database open, or it was not closed cleanly.
Result<Witness> witness_of(const FileSystem& files, const std::string& path) {
    const auto wal = files.status(path + "-wal");
    if (wal || wal.error().code() != ErrorCode::kNotFound) {
        return fail(ErrorCode::kUnavailable,
                    "{}: cannot be written to here, and is in use or was not closed cleanly: open "
                    "it once where it can be written to",
                    path);
    }
    const FileStatus status = TRY(files.status_following(path));
    return Witness{status.size_bytes, status.modified_ns};
}

/// SQLite calls every failure of a file an I/O error.
bool is_told_as_it_is(ErrorCode code) {
    return code == ErrorCode::kNoSpace || code == ErrorCode::kExhausted ||
           code == ErrorCode::kCorruption;
}

ErrorCode code_of(int sqlite_code, const std::optional<Error>& cause) {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::kUnavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::kCorruption;
        case SQLITE_FULL:
        case SQLITE_TOOBIG:
            return cause ? cause->code() : ErrorCode::kExhausted;
        case SQLITE_CANTOPEN:
            return cause ? cause->code() : ErrorCode::kIo;
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return cause && is_told_as_it_is(cause->code()) ? cause->code() : ErrorCode::kIo;
        case SQLITE_CONSTRAINT:
            return ErrorCode::kAlreadyExists;
        case SQLITE_INTERRUPT:
            return ErrorCode::kCancelled;
        default:
            return ErrorCode::kInternal;
    }
}

}  // namespace
}  // namespace sokkuri::store
