#include "collection/workspace.h"

#include "base/serial_worker.h"
#include "store/database.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

constexpr std::int32_t kApplicationId = 0x736B7773;  // "skws"
constexpr std::int32_t kFormatVersion = 1;
constexpr std::size_t kCallsQueuedMax = 64;

// docs/formats/workspace.md
constexpr const char* kSchema = R"sql(
CREATE TABLE roots (
    number INTEGER PRIMARY KEY,
    path   BLOB NOT NULL UNIQUE
);
CREATE TABLE files (
    root        INTEGER NOT NULL REFERENCES roots (number),
    path        BLOB NOT NULL,
    size_bytes  INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    content     BLOB NOT NULL,
    id          TEXT NOT NULL,
    failure     TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content) WHERE failure = '';
CREATE INDEX files_by_id ON files (id) WHERE failure = '';
CREATE INDEX failures ON files (root, path) WHERE failure <> '';
)sql";

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// The columns of a SELECT, in the order of the table.
FileState state_in(const store::Rows& rows);

/// SQLite in a thread of its own: a connection serves one thread at a time.
class SqliteWorkspace final : public Workspace {
 public:
    explicit SqliteWorkspace(std::unique_ptr<store::Database> database)
        : database_(std::move(database)) {}

    Result<std::vector<Root>> roots() const override;
    Result<RootNumber> add_root(const std::string& path) override;
    Result<std::optional<FileState>> file(RootNumber root, const std::string& path) const override;
    Result<std::optional<FileState>> file_of_id(const std::string& id) const override;
    Result<std::vector<FileState>> files_of_content(const Hash128& content,
                                                    std::size_t limit) const override;
    Result<std::vector<FileState>> files_after(RootNumber root, const std::string& after,
                                               std::size_t limit) const override;
    Result<std::vector<FileState>> failures_after(RootNumber root, const std::string& after,
                                                  std::size_t limit) const override;
    Result<FileCounts> counts() const override;
    Result<void> record(std::span<const FileState> states,
                        std::span<const FileState> forgotten) override;

 private:
    /// All rows of `SELECT * FROM files …`; runs on the worker's thread.
    template <typename... Values>
    Result<std::vector<FileState>> select(const char* sql, const Values&... values) const;
    template <typename... Values>
    Result<std::optional<FileState>> select_one(const char* sql, const Values&... values) const;
    Result<void> write(std::span<const FileState> states, std::span<const FileState> forgotten);

    std::unique_ptr<store::Database> database_;
    mutable SerialWorker worker_{kCallsQueuedMax};  // after the database: finishes before it closes
};

store::DatabaseOptions::Access database_access(WorkspaceAccess access) {
    return access == WorkspaceAccess::kRead ? store::DatabaseOptions::Access::kRead
                                            : store::DatabaseOptions::Access::kCreate;
}

}  // namespace

Result<std::unique_ptr<Workspace>> Workspace::open(FileSystem& files, const std::string& directory,
                                                   WorkspaceAccess access) {
    if (access == WorkspaceAccess::kWrite) TRY(create_directories(files, directory));
    const store::DatabaseOptions options{.access = database_access(access),
                                         .application_id = kApplicationId,
                                         .format_version = kFormatVersion,
                                         .schema = kSchema};
    std::unique_ptr<store::Database> database =
        TRY(store::Database::open(files, join_path(directory, "workspace.db"), options));
    return std::make_unique<SqliteWorkspace>(std::move(database));
}

namespace {

Result<std::vector<Root>> SqliteWorkspace::roots() const {
    return worker_.run([&]() -> Result<std::vector<Root>> {
        store::Statement* statement =
            TRY(database_->prepared("SELECT number, path FROM roots ORDER BY number"));
        store::Rows rows = TRY(statement->query());
        std::vector<Root> roots;
        for (;;) {
            const bool has_row = TRY(rows.next());
            if (!has_row) return roots;
            roots.push_back({static_cast<RootNumber>(rows.integer(0)), text_of(rows.blob(1))});
        }
    });
}

Result<RootNumber> SqliteWorkspace::add_root(const std::string& path) {
    const std::vector<Root> known = TRY(roots());
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Root& root) { return root.path == path; });
    if (found != known.end()) return found->number;
    const RootNumber number = known.empty() ? 0 : known.back().number + 1;
    return worker_.run([&]() -> Result<RootNumber> {
        store::Transaction transaction = TRY(database_->begin_write());
        store::Statement* insert =
            TRY(database_->prepared("INSERT INTO roots (number, path) VALUES (?1, ?2)"));
        TRY(insert->run(number, bytes_of(path)));
        TRY(transaction.commit());
        return number;
    });
}

Result<std::optional<FileState>> SqliteWorkspace::file(RootNumber root,
                                                       const std::string& path) const {
    return select_one("SELECT * FROM files WHERE root = ?1 AND path = ?2", root, bytes_of(path));
}

Result<std::optional<FileState>> SqliteWorkspace::file_of_id(const std::string& id) const {
    return select_one("SELECT * FROM files WHERE id = ?1 AND failure = ''", std::string_view(id));
}

Result<std::vector<FileState>> SqliteWorkspace::files_of_content(const Hash128& content,
                                                                 std::size_t limit) const {
    return select("SELECT * FROM files WHERE content = ?1 AND failure = '' LIMIT ?2",
                  std::span<const std::byte>(content), limit);
}

Result<std::vector<FileState>> SqliteWorkspace::files_after(RootNumber root,
                                                            const std::string& after,
                                                            std::size_t limit) const {
    return select("SELECT * FROM files WHERE root = ?1 AND path > ?2 ORDER BY path LIMIT ?3", root,
                  bytes_of(after), limit);
}

Result<std::vector<FileState>> SqliteWorkspace::failures_after(RootNumber root,
                                                               const std::string& after,
                                                               std::size_t limit) const {
    return select(
        "SELECT * FROM files WHERE root = ?1 AND path > ?2 AND failure <> '' "
        "ORDER BY path LIMIT ?3",
        root, bytes_of(after), limit);
}

Result<FileCounts> SqliteWorkspace::counts() const {
    return worker_.run([&]() -> Result<FileCounts> {
        store::Statement* statement =
            TRY(database_->prepared("SELECT (SELECT count(*) FROM files), "
                                    "(SELECT count(*) FROM files WHERE failure <> '')"));
        store::Rows rows = TRY(statement->query());
        TRY(rows.next());
        const auto all = static_cast<std::uint64_t>(rows.integer(0));
        const auto failed = static_cast<std::uint64_t>(rows.integer(1));
        return FileCounts{.indexed = all - failed, .failed = failed};
    });
}

Result<void> SqliteWorkspace::record(std::span<const FileState> states,
                                     std::span<const FileState> forgotten) {
    if (states.empty() && forgotten.empty()) return {};
    return worker_.run([&] { return write(states, forgotten); });
}

Result<void> SqliteWorkspace::write(std::span<const FileState> states,
                                    std::span<const FileState> forgotten) {
    store::Transaction transaction = TRY(database_->begin_write());
    store::Statement* erase =
        TRY(database_->prepared("DELETE FROM files WHERE root = ?1 AND path = ?2"));
    for (const FileState& state : forgotten) {
        TRY(erase->run(state.root, bytes_of(state.path)));
    }
    store::Statement* replace = TRY(
        database_->prepared("INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    for (const FileState& state : states) {
        TRY(replace->run(state.root, bytes_of(state.path), state.size_bytes, state.modified_ns,
                         std::span<const std::byte>(state.content), std::string_view(state.id),
                         std::string_view(state.failure)));
    }
    return transaction.commit();
}

template <typename... Values>
Result<std::vector<FileState>> SqliteWorkspace::select(const char* sql,
                                                       const Values&... values) const {
    return worker_.run([&]() -> Result<std::vector<FileState>> {
        store::Statement* statement = TRY(database_->prepared(sql));
        store::Rows rows = TRY(statement->query(values...));
        std::vector<FileState> states;
        for (;;) {
            const bool has_row = TRY(rows.next());
            if (!has_row) return states;
            states.push_back(state_in(rows));
        }
    });
}

template <typename... Values>
Result<std::optional<FileState>> SqliteWorkspace::select_one(const char* sql,
                                                             const Values&... values) const {
    std::vector<FileState> states = TRY(select(sql, values...));
    return states.empty() ? std::nullopt : std::optional(std::move(states.front()));
}

FileState state_in(const store::Rows& rows) {
    FileState state;
    state.root = static_cast<RootNumber>(rows.integer(0));
    state.path = text_of(rows.blob(1));
    state.size_bytes = static_cast<std::uint64_t>(rows.integer(2));
    state.modified_ns = rows.integer(3);
    const std::span<const std::byte> content = rows.blob(4);
    std::copy_n(content.begin(), std::min(content.size(), state.content.size()),
                state.content.begin());
    state.id = rows.text(5);
    state.failure = rows.text(6);
    return state;
}

}  // namespace

}  // namespace sokkuri::collection
