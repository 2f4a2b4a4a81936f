#include "collection/workspace_database.h"

#include "store/database_check.h"

#include <utility>

namespace sokkuri::collection {

namespace {

constexpr const char* kFileName = "workspace.db";
constexpr std::int32_t kApplicationId = 0x736B7773;  // "skws"
constexpr std::int32_t kFormatVersion = 3;
constexpr std::int32_t kSealedSince = 3;  // from then on pages carry checksums

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

/// What version 2 has more.
constexpr const char* kSchema2 = R"sql(
CREATE TABLE excluded (
    root INTEGER NOT NULL REFERENCES roots (number),
    path BLOB NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE queries (
    id          TEXT PRIMARY KEY,
    created_s   INTEGER NOT NULL,
    expires_s   INTEGER NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    item        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    vector      BLOB NOT NULL,
    preview     BLOB NOT NULL
);
CREATE INDEX queries_by_expiry ON queries (expires_s);
CREATE TABLE kept_pictures (
    id         TEXT NOT NULL,
    content    BLOB NOT NULL,
    is_settled INTEGER NOT NULL,
    PRIMARY KEY (id, content)
) WITHOUT ROWID;
CREATE INDEX kept_pictures_by_content ON kept_pictures (content);
CREATE INDEX kept_pictures_in_doubt ON kept_pictures (id) WHERE is_settled = 0;
)sql";

/// What version 3 has more.
constexpr const char* kSchema3 = R"sql(
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
)sql";

constexpr const char* kUpgrades[] = {kSchema2, kSchema3};

store::DatabaseOptions::Access database_access(WorkspaceAccess access) {
    return access == WorkspaceAccess::kRead ? store::DatabaseOptions::Access::kRead
                                            : store::DatabaseOptions::Access::kCreate;
}

}  // namespace

Result<std::unique_ptr<WorkspaceDatabase>> WorkspaceDatabase::open(FileSystem& files,
                                                                   const std::string& directory,
                                                                   WorkspaceAccess access) {
    if (access == WorkspaceAccess::kWrite) TRY(create_directories(files, directory));
    const std::string schema = std::string(kSchema) + kSchema2 + kSchema3;
    const store::DatabaseOptions options{.access = database_access(access),
                                         .application_id = kApplicationId,
                                         .format_version = kFormatVersion,
                                         .sealed_since = kSealedSince,
                                         .upgrades = kUpgrades,
                                         .schema = schema.c_str()};
    const std::string path = join_path(directory, kFileName);
    auto database = store::Database::open(files, path, options);
    std::unique_ptr<store::PrivateCopy> copy;
    const bool needs_copy = !database && access == WorkspaceAccess::kRead &&
                            store::PrivateCopy::may_help(database.error());
    if (needs_copy) {
        copy = TRY(store::PrivateCopy::make(files, path, database.error()));
        database = store::Database::open(posix_file_system(), copy->path(), options);
    }
    if (!database) return tl::unexpected(database.error());
    return std::unique_ptr<WorkspaceDatabase>(
        new WorkspaceDatabase(std::move(copy), std::move(*database)));
}

WorkspaceDatabase::WorkspaceDatabase(std::unique_ptr<store::PrivateCopy> copy,
                                     std::unique_ptr<store::Database> database)
    : copy_(std::move(copy)),
      database_(std::move(database)),
      version_(database_->format_version()) {}

Result<std::vector<std::string>> damaged_workspace(FileSystem& files,
                                                   const std::string& directory) {
    const std::string path = join_path(directory, kFileName);
    const auto workspace = WorkspaceDatabase::open(files, directory, WorkspaceAccess::kRead);
    const bool is_damaged = !workspace && workspace.error().code() == ErrorCode::kCorruption;
    if (!workspace && !is_damaged) return tl::unexpected(workspace.error());
    std::vector<std::string> findings;
    if (is_damaged) {
        findings.push_back(workspace.error().message());
        const std::vector<std::string> pages = TRY(store::damaged_pages(files, path));
        findings.insert(findings.end(), pages.begin(), pages.end());
        return findings;
    }
    return (*workspace)->run([&](store::Database& database) -> Result<std::vector<std::string>> {
        const auto transaction = TRY(database.begin_read());
        std::vector<std::string> pages = TRY(store::damaged_pages(files, path));
        if (!pages.empty()) return pages;
        return store::damaged_trees(database, path);
    });
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace sokkuri::collection
