#include "collection/kept_pictures.h"

#include "collection/workspace_database.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

class SqliteKeptPictures final : public KeptPictures {
 public:
    explicit SqliteKeptPictures(WorkspaceDatabase& database) : database_(database) {}

    Result<void> doubt(std::span<const KeptPicture> pictures) override;
    Result<void> confirm(const KeptPicture& picture) override;
    Result<void> forget(const KeptPicture& picture) override;
    Result<bool> is_empty() const override;
    Result<std::vector<KeptPicture>> in_doubt(std::size_t limit) const override;
    Result<std::vector<KeptPicture>> of_content(const Hash128& content,
                                                std::size_t limit) const override;

 private:
    Result<void> change(const char* sql, std::span<const KeptPicture> pictures);

    WorkspaceDatabase& database_;
};

Result<std::vector<KeptPicture>> all_of(store::Rows rows);

}  // namespace

std::unique_ptr<KeptPictures> kept_pictures_in(WorkspaceDatabase& database) {
    return std::make_unique<SqliteKeptPictures>(database);
}

namespace {

Result<void> SqliteKeptPictures::doubt(std::span<const KeptPicture> pictures) {
    return change("INSERT OR REPLACE INTO kept_pictures VALUES (?1, ?2, 0)", pictures);
}

Result<void> SqliteKeptPictures::confirm(const KeptPicture& picture) {
    return change("INSERT OR REPLACE INTO kept_pictures VALUES (?1, ?2, 1)", {&picture, 1});
}

Result<void> SqliteKeptPictures::forget(const KeptPicture& picture) {
    return change("DELETE FROM kept_pictures WHERE id = ?1 AND content = ?2", {&picture, 1});
}

Result<bool> SqliteKeptPictures::is_empty() const {
    if (!database_.has_tables_of(2)) return true;
    return database_.run([&](store::Database& database) -> Result<bool> {
        store::Statement* statement =
            TRY(database.prepared("SELECT EXISTS (SELECT 1 FROM kept_pictures)"));
        store::Rows rows = TRY(statement->query());
        const bool has_row = TRY(rows.next());
        return !has_row || rows.integer(0) == 0;
    });
}

Result<std::vector<KeptPicture>> SqliteKeptPictures::in_doubt(std::size_t limit) const {
    if (!database_.has_tables_of(2)) return std::vector<KeptPicture>();
    return database_.run([&](store::Database& database) -> Result<std::vector<KeptPicture>> {
        store::Statement* statement =
            TRY(database.prepared("SELECT id, content FROM kept_pictures WHERE is_settled = 0 "
                                  "ORDER BY id, content LIMIT ?1"));
        store::Rows rows = TRY(statement->query(limit));
        return all_of(std::move(rows));
    });
}

Result<std::vector<KeptPicture>> SqliteKeptPictures::of_content(const Hash128& content,
                                                                std::size_t limit) const {
    if (!database_.has_tables_of(2)) return std::vector<KeptPicture>();
    return database_.run([&](store::Database& database) -> Result<std::vector<KeptPicture>> {
        store::Statement* statement = TRY(
            database.prepared("SELECT id, content FROM kept_pictures WHERE content = ?1 LIMIT ?2"));
        store::Rows rows = TRY(statement->query(std::span<const std::byte>(content), limit));
        return all_of(std::move(rows));
    });
}

Result<void> SqliteKeptPictures::change(const char* sql, std::span<const KeptPicture> pictures) {
    if (pictures.empty()) return {};
    return database_.run([&](store::Database& database) -> Result<void> {
        store::Transaction transaction = TRY(database.begin_write());
        store::Statement* statement = TRY(database.prepared(sql));
        for (const KeptPicture& picture : pictures) {
            TRY(statement->run(std::string_view(picture.id),
                               std::span<const std::byte>(picture.content)));
        }
        return transaction.commit();
    });
}

Result<std::vector<KeptPicture>> all_of(store::Rows rows) {
    std::vector<KeptPicture> pictures;
    for (;;) {
        const bool has_row = TRY(rows.next());
        if (!has_row) return pictures;
        KeptPicture picture{.id = std::string(rows.text(0))};
        const std::span<const std::byte> content = rows.blob(1);
        std::copy_n(content.begin(), std::min(content.size(), picture.content.size()),
                    picture.content.begin());
        pictures.push_back(std::move(picture));
    }
}

}  // namespace

}  // namespace sokkuri::collection
