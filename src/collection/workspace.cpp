#include "collection/workspace.h"

#include "collection/workspace_database.h"
#include "collection/workspace_settings.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

Result<void> write(store::Database& database, std::span<const FileState> states,
                   std::span<const FileState> forgotten);
/// The columns of a SELECT, in the order of the table.
FileState state_in(const store::Rows& rows);

/// SQLite in a thread of its own: a connection serves one thread at a time.
class SqliteWorkspace final : public Workspace {
 public:
    explicit SqliteWorkspace(std::unique_ptr<WorkspaceDatabase> database)
        : database_(std::move(database)),
          queries_(stored_queries_in(*database_)),
          kept_pictures_(kept_pictures_in(*database_)),
          settings_(workspace_settings_in(*database_)) {}

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
    Result<std::vector<FileState>> files_named(RootNumber root, const std::string& text,
                                               std::size_t limit) const override;
    Result<FileCounts> counts() const override;
    Result<void> record(std::span<const FileState> states,
                        std::span<const FileState> forgotten) override;
    Result<void> exclude(RootNumber root, const std::string& path) override;
    Result<std::vector<std::string>> excluded_after(RootNumber root, const std::string& after,
                                                    std::size_t limit) const override;
    Result<std::vector<bool>> are_excluded(RootNumber root,
                                           std::span<const std::string> paths) const override;
    StoredQueries& queries() const override { return *queries_; }
    KeptPictures& kept_pictures() const override { return *kept_pictures_; }
    WorkspaceSettings& settings() const override { return *settings_; }

 private:
    /// All rows of `SELECT * FROM files …`.
    template <typename... Values>
    Result<std::vector<FileState>> select(const char* sql, const Values&... values) const;
    template <typename... Values>
    Result<std::optional<FileState>> select_one(const char* sql, const Values&... values) const;

    std::unique_ptr<WorkspaceDatabase> database_;
    std::unique_ptr<StoredQueries> queries_;
    std::unique_ptr<KeptPictures> kept_pictures_;
    std::unique_ptr<WorkspaceSettings> settings_;
};

}  // namespace

Result<std::unique_ptr<Workspace>> Workspace::open(FileSystem& files, const std::string& directory,
                                                   WorkspaceAccess access) {
    std::unique_ptr<WorkspaceDatabase> database =
        TRY(WorkspaceDatabase::open(files, directory, access));
    return std::make_unique<SqliteWorkspace>(std::move(database));
}

namespace {

Result<std::vector<Root>> SqliteWorkspace::roots() const {
    return database_->run([&](store::Database& database) -> Result<std::vector<Root>> {
        store::Statement* statement =
            TRY(database.prepared("SELECT number, path FROM roots ORDER BY number"));
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
    return database_->run([&](store::Database& database) -> Result<RootNumber> {
        store::Transaction transaction = TRY(database.begin_write());
        store::Statement* insert =
            TRY(database.prepared("INSERT INTO roots (number, path) VALUES (?1, ?2)"));
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

Result<std::vector<FileState>> SqliteWorkspace::files_named(RootNumber root,
                                                            const std::string& text,
                                                            std::size_t limit) const {
    std::string lower = text;
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    // As blobs: `instr` then compares bytes, not what it takes for characters.
    return select(
        "SELECT * FROM files WHERE root = ?1 AND failure = '' AND "
        "instr(CAST(lower(path) AS BLOB), ?2) > 0 ORDER BY path LIMIT ?3",
        root, bytes_of(lower), limit);
}

Result<FileCounts> SqliteWorkspace::counts() const {
    return database_->run([&](store::Database& database) -> Result<FileCounts> {
        store::Statement* statement =
            TRY(database.prepared("SELECT (SELECT count(*) FROM files), "
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
    return database_->run(
        [&](store::Database& database) { return write(database, states, forgotten); });
}

Result<void> SqliteWorkspace::exclude(RootNumber root, const std::string& path) {
    return database_->run([&](store::Database& database) -> Result<void> {
        store::Transaction transaction = TRY(database.begin_write());
        store::Statement* insert =
            TRY(database.prepared("INSERT OR REPLACE INTO excluded VALUES (?1, ?2)"));
        TRY(insert->run(root, bytes_of(path)));
        store::Statement* erase =
            TRY(database.prepared("DELETE FROM files WHERE root = ?1 AND path = ?2"));
        TRY(erase->run(root, bytes_of(path)));
        return transaction.commit();
    });
}

Result<std::vector<std::string>> SqliteWorkspace::excluded_after(RootNumber root,
                                                                 const std::string& after,
                                                                 std::size_t limit) const {
    if (!database_->has_tables_of(2)) return std::vector<std::string>();
    return database_->run([&](store::Database& database) -> Result<std::vector<std::string>> {
        store::Statement* statement = TRY(database.prepared(
            "SELECT path FROM excluded WHERE root = ?1 AND path > ?2 ORDER BY path LIMIT ?3"));
        store::Rows rows = TRY(statement->query(root, bytes_of(after), limit));
        std::vector<std::string> paths;
        for (;;) {
            const bool has_row = TRY(rows.next());
            if (!has_row) return paths;
            paths.push_back(text_of(rows.blob(0)));
        }
    });
}

Result<std::vector<bool>> SqliteWorkspace::are_excluded(RootNumber root,
                                                        std::span<const std::string> paths) const {
    if (!database_->has_tables_of(2)) return std::vector<bool>(paths.size());
    return database_->run([&](store::Database& database) -> Result<std::vector<bool>> {
        store::Statement* statement =
            TRY(database.prepared("SELECT 1 FROM excluded WHERE root = ?1 AND path = ?2"));
        std::vector<bool> are_excluded;
        for (const std::string& path : paths) {
            store::Rows rows = TRY(statement->query(root, bytes_of(path)));
            const bool has_row = TRY(rows.next());
            are_excluded.push_back(has_row);
        }
        return are_excluded;
    });
}

Result<void> write(store::Database& database, std::span<const FileState> states,
                   std::span<const FileState> forgotten) {
    store::Transaction transaction = TRY(database.begin_write());
    store::Statement* erase =
        TRY(database.prepared("DELETE FROM files WHERE root = ?1 AND path = ?2"));
    for (const FileState& state : forgotten) {
        TRY(erase->run(state.root, bytes_of(state.path)));
    }
    store::Statement* replace =
        TRY(database.prepared("INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
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
    return database_->run([&](store::Database& database) -> Result<std::vector<FileState>> {
        store::Statement* statement = TRY(database.prepared(sql));
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
