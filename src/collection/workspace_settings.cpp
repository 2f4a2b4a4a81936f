#include "collection/workspace_settings.h"

#include "collection/workspace_database.h"

namespace sokkuri::collection {

namespace {

class SqliteSettings final : public WorkspaceSettings {
 public:
    explicit SqliteSettings(WorkspaceDatabase& database) : database_(database) {}

    Result<std::optional<std::string>> find(std::string_view name) const override {
        using Found = Result<std::optional<std::string>>;
        if (!database_.has_tables_of(3)) return std::nullopt;
        return database_.run([&](store::Database& database) -> Found {
            store::Statement* statement =
                TRY(database.prepared("SELECT value FROM settings WHERE name = ?1"));
            store::Rows rows = TRY(statement->query(name));
            const bool has_row = TRY(rows.next());
            if (!has_row) return std::nullopt;
            return std::string(rows.text(0));
        });
    }

    Result<void> set(std::string_view name, std::string_view value) override {
        return database_.run([&](store::Database& database) -> Result<void> {
            store::Transaction transaction = TRY(database.begin_write());
            store::Statement* statement =
                TRY(database.prepared("INSERT OR REPLACE INTO settings VALUES (?1, ?2)"));
            TRY(statement->run(name, value));
            return transaction.commit();
        });
    }

 private:
    WorkspaceDatabase& database_;
};

}  // namespace

std::unique_ptr<WorkspaceSettings> workspace_settings_in(WorkspaceDatabase& database) {
    return std::make_unique<SqliteSettings>(database);
}

}  // namespace sokkuri::collection
