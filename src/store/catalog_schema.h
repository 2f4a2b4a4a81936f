// The catalog's tables as SQL (docs/formats/catalog.md explains each column), the way from older
// versions to them, and the marks of the file. `hash` is row_hash (store/row_hash.h) of the columns
// before it. Used by catalog.cpp.
#pragma once

#include "store/database.h"

#include <cstdint>

namespace sokkuri::store {

inline constexpr std::int32_t kCatalogApplicationId = 0x736f6b43;  // "sokC"
inline constexpr std::int32_t kCatalogFormatVersion = 3;
inline constexpr std::int32_t kCatalogSealedSince =
    2;  // pages carry checksums from that version on

inline constexpr const char* kCatalogSchema = R"sql(
CREATE TABLE meta (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    generation  INTEGER NOT NULL,
    next_record INTEGER NOT NULL,
    next_seq    INTEGER NOT NULL,
    next_field  INTEGER NOT NULL,
    records     INTEGER NOT NULL,
    hash        INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO meta VALUES (1, 0, 0, 1, 0, 0, row_hash(0, 0, 1, 0, 0));

CREATE TABLE records (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    version  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    hash     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE fields (
    number         INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    element        INTEGER NOT NULL,
    dimension      INTEGER NOT NULL,
    metric         TEXT NOT NULL,
    model          TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    rows_per_chunk INTEGER NOT NULL,
    hash           INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE vectors (
    field  INTEGER NOT NULL,
    slot   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    hash   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (field, slot)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vectors_by_record ON vectors (record, field);

CREATE TABLE extents (
    field      INTEGER NOT NULL,
    first_slot INTEGER NOT NULL,
    rows       INTEGER NOT NULL,
    checksum   INTEGER NOT NULL,
    hash       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (field, first_slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
    field INTEGER NOT NULL,
    slot  INTEGER NOT NULL,
    hash  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (field, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (
    number     INTEGER PRIMARY KEY,
    field      INTEGER NOT NULL,
    file       TEXT NOT NULL UNIQUE,
    first_slot INTEGER NOT NULL,
    rows       INTEGER NOT NULL,
    live       INTEGER NOT NULL,
    hash       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE marks (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    hash  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE attribute_indexes (
    number   INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    kind     INTEGER NOT NULL,
    built_to INTEGER NOT NULL,
    UNIQUE (path, kind)
) STRICT;
CREATE TABLE attribute_postings (
    attribute INTEGER NOT NULL,
    block     INTEGER NOT NULL,
    value     ANY NOT NULL,
    records   BLOB NOT NULL,
    PRIMARY KEY (attribute, block, value)
) STRICT, WITHOUT ROWID;
)sql";

/// From version 1: hashes for all rows. Pages get their checksums beside it (store/database.h).
inline constexpr const char* kCatalogUpgradeFrom1 = R"sql(
ALTER TABLE meta ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fields ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vectors ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE extents ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tombstones ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE segments ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET hash = row_hash(generation, next_record, next_seq, next_field, records);
UPDATE records SET hash = row_hash(number, id, document, version, seq);
UPDATE fields SET hash = row_hash(number, name, element, dimension, metric, model, fingerprint,
                                  rows_per_chunk);
UPDATE vectors SET hash = row_hash(field, slot, record);
UPDATE extents SET hash = row_hash(field, first_slot, rows, checksum);
UPDATE tombstones SET hash = row_hash(field, slot);
UPDATE segments SET hash = row_hash(number, field, file, first_slot, rows, live);
CREATE TABLE marks (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    hash  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE attribute_indexes (
    number   INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    kind     INTEGER NOT NULL,
    built_to INTEGER NOT NULL,
    UNIQUE (path, kind)
) STRICT;
CREATE TABLE attribute_postings (
    attribute INTEGER NOT NULL,
    block     INTEGER NOT NULL,
    value     ANY NOT NULL,
    records   BLOB NOT NULL,
    PRIMARY KEY (attribute, block, value)
) STRICT, WITHOUT ROWID;
)sql";

/// From version 2: attribute indexes are made anew. Not every program of that version knew all
/// forms of their rows, and one that did not may have changed records without them.
inline constexpr const char* kCatalogUpgradeFrom2 = R"sql(
DELETE FROM attribute_postings;
DELETE FROM attribute_indexes;
)sql";
inline constexpr const char* kCatalogUpgrades[] = {kCatalogUpgradeFrom1, kCatalogUpgradeFrom2};

/// Lets a reader see a catalog of version 1 as one of today: a temporary view goes before the table
/// of its name.
inline constexpr const char* kCatalogViewsOf1 = R"sql(
CREATE TEMP VIEW meta AS SELECT *,
    row_hash(generation, next_record, next_seq, next_field, records) AS hash FROM main.meta;
CREATE TEMP VIEW records AS SELECT *,
    row_hash(number, id, document, version, seq) AS hash FROM main.records;
CREATE TEMP VIEW fields AS SELECT *,
    row_hash(number, name, element, dimension, metric, model, fingerprint, rows_per_chunk) AS hash
    FROM main.fields;
CREATE TEMP VIEW vectors AS SELECT *, row_hash(field, slot, record) AS hash FROM main.vectors;
CREATE TEMP VIEW extents AS SELECT *,
    row_hash(field, first_slot, rows, checksum) AS hash FROM main.extents;
CREATE TEMP VIEW tombstones AS SELECT *, row_hash(field, slot) AS hash FROM main.tombstones;
CREATE TEMP VIEW segments AS SELECT *,
    row_hash(number, field, file, first_slot, rows, live) AS hash FROM main.segments;
CREATE TEMP VIEW marks AS SELECT '' AS name, '' AS value, 0 AS hash WHERE 0;
CREATE TEMP VIEW attribute_indexes AS
    SELECT 0 AS number, '' AS path, 0 AS kind, 0 AS built_to WHERE 0;
CREATE TEMP VIEW attribute_postings AS
    SELECT 0 AS attribute, 0 AS block, 0 AS value, x'' AS records WHERE 0;
)sql";

/// Likewise of version 2, whose attribute indexes may miss values.
inline constexpr const char* kCatalogViewsOf2 = R"sql(
CREATE TEMP VIEW attribute_indexes AS
    SELECT 0 AS number, '' AS path, 0 AS kind, 0 AS built_to WHERE 0;
)sql";
inline constexpr const char* kCatalogReaderViews[] = {kCatalogViewsOf1, kCatalogViewsOf2};

inline DatabaseOptions catalog_database_options(DatabaseOptions::Access access) {
    return {.access = access,
            .application_id = kCatalogApplicationId,
            .format_version = kCatalogFormatVersion,
            .sealed_since = kCatalogSealedSince,
            .upgrades = kCatalogUpgrades,
            .reader_views = kCatalogReaderViews,
            .schema = kCatalogSchema};
}

}  // namespace sokkuri::store
