#include "collection/stored_queries.h"

#include "collection/workspace_database.h"

#include <cstring>
#include <span>
#include <utility>

namespace sokkuri::collection {

namespace {

class SqliteQueries final : public StoredQueries {
 public:
    explicit SqliteQueries(WorkspaceDatabase& database) : database_(database) {}

    Result<void> put(const StoredQuery& query, std::int64_t now_s, std::size_t count_max) override;
    Result<std::optional<StoredQuery>> find(const std::string& id,
                                            std::int64_t now_s) const override;
    Result<std::optional<std::vector<std::byte>>> preview(const std::string& id,
                                                          std::int64_t now_s) const override;

 private:
    WorkspaceDatabase& database_;
};

Result<void> insert(store::Database& database, const StoredQuery& query);
Result<void> drop_old(store::Database& database, std::int64_t now_s, std::size_t count_max);
std::vector<float> floats_of(std::span<const std::byte> bytes);

}  // namespace

std::unique_ptr<StoredQueries> stored_queries_in(WorkspaceDatabase& database) {
    return std::make_unique<SqliteQueries>(database);
}

namespace {

Result<void> SqliteQueries::put(const StoredQuery& query, std::int64_t now_s,
                                std::size_t count_max) {
    return database_.run([&](store::Database& database) -> Result<void> {
        store::Transaction transaction = TRY(database.begin_write());
        TRY(insert(database, query));
        TRY(drop_old(database, now_s, count_max));
        return transaction.commit();
    });
}

Result<std::optional<StoredQuery>> SqliteQueries::find(const std::string& id,
                                                       std::int64_t now_s) const {
    if (!database_.has_tables_of(2)) return std::nullopt;
    return database_.run([&](store::Database& database) -> Result<std::optional<StoredQuery>> {
        store::Statement* statement =
            TRY(database.prepared("SELECT created_s, expires_s, width, height, item, fingerprint, "
                                  "vector FROM queries WHERE id = ?1 AND expires_s > ?2"));
        store::Rows rows = TRY(statement->query(std::string_view(id), now_s));
        const bool has_row = TRY(rows.next());
        if (!has_row) return std::nullopt;
        StoredQuery query{.id = id,
                          .created_s = rows.integer(0),
                          .expires_s = rows.integer(1),
                          .width = static_cast<std::uint32_t>(rows.integer(2)),
                          .height = static_cast<std::uint32_t>(rows.integer(3)),
                          .item_id = std::string(rows.text(4)),
                          .fingerprint = std::string(rows.text(5)),
                          .vector = floats_of(rows.blob(6))};
        return query;
    });
}

Result<std::optional<std::vector<std::byte>>> SqliteQueries::preview(const std::string& id,
                                                                     std::int64_t now_s) const {
    using Preview = std::optional<std::vector<std::byte>>;
    if (!database_.has_tables_of(2)) return std::nullopt;
    return database_.run([&](store::Database& database) -> Result<Preview> {
        store::Statement* statement =
            TRY(database.prepared("SELECT preview FROM queries WHERE id = ?1 AND expires_s > ?2"));
        store::Rows rows = TRY(statement->query(std::string_view(id), now_s));
        const bool has_row = TRY(rows.next());
        if (!has_row) return std::nullopt;
        const std::span<const std::byte> bytes = rows.blob(0);
        return Preview(std::in_place, bytes.begin(), bytes.end());
    });
}

Result<void> insert(store::Database& database, const StoredQuery& query) {
    store::Statement* replace = TRY(database.prepared(
        "INSERT OR REPLACE INTO queries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    return replace->run(std::string_view(query.id), query.created_s, query.expires_s, query.width,
                        query.height, std::string_view(query.item_id),
                        std::string_view(query.fingerprint), std::as_bytes(std::span(query.vector)),
                        std::span<const std::byte>(query.preview));
}

Result<void> drop_old(store::Database& database, std::int64_t now_s, std::size_t count_max) {
    store::Statement* expired = TRY(database.prepared("DELETE FROM queries WHERE expires_s <= ?1"));
    TRY(expired->run(now_s));
    store::Statement* beyond =
        TRY(database.prepared("DELETE FROM queries WHERE rowid IN (SELECT rowid FROM queries "
                              "ORDER BY expires_s DESC, rowid DESC LIMIT -1 OFFSET ?1)"));
    return beyond->run(count_max);
}

std::vector<float> floats_of(std::span<const std::byte> bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

}  // namespace

}  // namespace sokkuri::collection
