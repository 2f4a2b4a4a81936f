// The catalog's tables as SQL (docs/formats/catalog.md explains each column) and the marks of the
// file. Used by catalog.cpp.
#pragma once

#include <cstdint>

namespace sokkuri::store {

inline constexpr std::int32_t kCatalogApplicationId = 0x736f6b43;  // "sokC"
inline constexpr std::int32_t kCatalogFormatVersion = 1;

inline constexpr const char* kCatalogSchema = R"sql(
CREATE TABLE meta (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    generation  INTEGER NOT NULL,
    next_record INTEGER NOT NULL,
    next_seq    INTEGER NOT NULL,
    next_field  INTEGER NOT NULL,
    records     INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES (1, 0, 0, 1, 0, 0);

CREATE TABLE records (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    version  INTEGER NOT NULL,
    seq      INTEGER NOT NULL
) STRICT;

CREATE TABLE fields (
    number         INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    element        INTEGER NOT NULL,
    dimension      INTEGER NOT NULL,
    metric         TEXT NOT NULL,
    model          TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    rows_per_chunk INTEGER NOT NULL
) STRICT;

CREATE TABLE vectors (
    field  INTEGER NOT NULL,
    slot   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (field, slot)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vectors_by_record ON vectors (record, field);

CREATE TABLE extents (
    field      INTEGER NOT NULL,
    first_slot INTEGER NOT NULL,
    rows       INTEGER NOT NULL,
    checksum   INTEGER NOT NULL,
    PRIMARY KEY (field, first_slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
    field INTEGER NOT NULL,
    slot  INTEGER NOT NULL,
    PRIMARY KEY (field, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE segments (
    number     INTEGER PRIMARY KEY,
    field      INTEGER NOT NULL,
    file       TEXT NOT NULL UNIQUE,
    first_slot INTEGER NOT NULL,
    rows       INTEGER NOT NULL,
    live       INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace sokkuri::store
