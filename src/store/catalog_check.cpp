#include "store/catalog_check.h"

#include "store/catalog_queries.h"
#include "store/catalog_schema.h"
#include "store/database_check.h"

#include <algorithm>

namespace sokkuri::store {
namespace {

/// A query that yields a number for each row that is wrong, and what that row is called.
struct RowCheck {
    const char* sql;
    const char* words;  // with the number in place of {}
};

constexpr RowCheck kRowChecks[] = {
    {"SELECT 1 FROM meta WHERE hash <> row_hash(generation, next_record, next_seq, next_field, "
     "records)",
     "table meta: row {}: hash mismatch"},
    {"SELECT number FROM records WHERE hash <> row_hash(number, id, document, version, seq)",
     "table records: record {}: hash mismatch"},
    {"SELECT number FROM fields WHERE hash <> row_hash(number, name, element, dimension, metric, "
     "model, fingerprint, rows_per_chunk)",
     "table fields: field {}: hash mismatch"},
    {"SELECT slot FROM vectors WHERE hash <> row_hash(field, slot, record)",
     "table vectors: slot {}: hash mismatch"},
    {"SELECT first_slot FROM extents WHERE hash <> row_hash(field, first_slot, rows, checksum)",
     "table extents: slot {}: hash mismatch"},
    {"SELECT slot FROM tombstones WHERE hash <> row_hash(field, slot)",
     "table tombstones: slot {}: hash mismatch"},
    {"SELECT number FROM segments WHERE hash <> row_hash(number, field, file, first_slot, rows, "
     "live)",
     "table segments: segment {}: hash mismatch"},
    {"SELECT rowid_of FROM (SELECT row_number() OVER () AS rowid_of, name, value, hash FROM marks) "
     "WHERE hash <> row_hash(name, value)",
     "table marks: row {}: hash mismatch"},
    // How the tables fit together.
    {"SELECT slot FROM vectors WHERE record NOT IN (SELECT number FROM records)",
     "table vectors: slot {}: belongs to a record that does not exist"},
    {"SELECT slot FROM vectors WHERE field NOT IN (SELECT number FROM fields)",
     "table vectors: slot {}: lies in a field that does not exist"},
    {"SELECT slot FROM tombstones JOIN vectors USING (field, slot)",
     "table tombstones: slot {}: is a record's"},
    {"SELECT first_slot FROM (SELECT first_slot, coalesce(lag(first_slot + rows) OVER "
     "(PARTITION BY field ORDER BY first_slot), 0) AS due FROM extents) WHERE first_slot <> due",
     "table extents: slot {}: does not follow the extent before it"},
    {"SELECT number FROM fields AS f WHERE "
     "(SELECT count(*) FROM vectors WHERE field = f.number) + "
     "(SELECT count(*) FROM tombstones WHERE field = f.number) <> "
     "(SELECT coalesce(max(first_slot + rows), 0) FROM extents WHERE field = f.number)",
     "field {}: its vectors and tombstones are not as many as its slots"},
    {"SELECT records FROM meta WHERE records <> (SELECT count(*) FROM records)",
     "table meta: {} records, which are not as many as there are"},
    {"SELECT number FROM records WHERE number >= (SELECT next_record FROM meta)",
     "table records: record {}: has a number that was not given yet"},
};

Result<void> check_rows(Database& database, const std::string& path,
                        std::vector<std::string>& findings);
Result<void> check_segments(Database& database, const std::string& path,
                            std::vector<std::string>& findings);
void add_findings(std::vector<std::string>& findings, std::vector<std::string> more);

}  // namespace

Result<std::vector<std::string>> check_catalog(FileSystem& files, const std::string& path,
                                               CatalogCheck depth) {
    const auto database =
        Database::open(files, path, catalog_database_options(DatabaseOptions::Access::kRead));
    const bool is_damaged = !database && database.error().code() == ErrorCode::kCorruption;
    if (!database && !is_damaged) return tl::unexpected(database.error());
    std::vector<std::string> findings;
    if (is_damaged) {
        add_findings(findings, {database.error().message()});
        std::vector<std::string> pages = TRY(damaged_pages(files, path));
        add_findings(findings, std::move(pages));
        return findings;
    }
    const auto transaction = (*database)->begin_read();
    if (!transaction) {
        if (transaction.error().code() != ErrorCode::kCorruption) {
            return tl::unexpected(transaction.error());
        }
        add_findings(findings, {transaction.error().message()});
    }
    std::vector<std::string> pages = TRY(damaged_pages(files, path));
    add_findings(findings, std::move(pages));
    if (depth == CatalogCheck::kChecksums || !findings.empty()) return findings;
    std::vector<std::string> trees = TRY(damaged_trees(**database, path));
    add_findings(findings, std::move(trees));
    if (!findings.empty()) return findings;
    TRY(check_rows(**database, path, findings));
    TRY(check_segments(**database, path, findings));
    return findings;
}

namespace {

Result<void> check_rows(Database& database, const std::string& path,
                        std::vector<std::string>& findings) {
    for (const RowCheck& check : kRowChecks) {
        Statement statement = TRY(database.prepare(check.sql));
        Rows rows = TRY(statement.query());
        for (;;) {
            const bool has_row = TRY(rows.next());
            if (!has_row || findings.size() >= kFindingsMax) break;
            findings.push_back(fmt::format(
                "{}: {}", path, fmt::format(fmt::runtime(check.words), rows.integer(0))));
        }
    }
    return {};
}

/// Whether their rows follow each other below the mark.
Result<void> check_segments(Database& database, const std::string& path,
                            std::vector<std::string>& findings) {
    const CatalogQueries queries(database);
    const auto fields = queries.fields();
    if (!fields) {
        findings.push_back(fmt::format("{}: {}", path, fields.error().message()));
        return {};
    }
    for (const FieldRow& field : *fields) {
        const auto segments = queries.segments(field.number);
        if (segments) continue;
        if (segments.error().code() != ErrorCode::kCorruption) {
            return tl::unexpected(segments.error());
        }
        findings.push_back(fmt::format("{}: {}", path, segments.error().message()));
    }
    return {};
}

void add_findings(std::vector<std::string>& findings, std::vector<std::string> more) {
    for (std::string& finding : more) {
        const bool is_new = std::find(findings.begin(), findings.end(), finding) == findings.end();
        if (is_new) findings.push_back(std::move(finding));
    }
}

}  // namespace
}  // namespace sokkuri::store
