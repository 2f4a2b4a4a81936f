// MetadataFile: what people say of items, from a table (.csv) or JSON lines (.jsonl, .ndjson), row
// by row, in memory for one row alone. A column or member `path` or `id` says which item a row
// speaks of. Used by apply_metadata and import. Belongs to one thread.
#pragma once

#include "base/csv_reader.h"
#include "base/file_system.h"
#include "base/line_reader.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sokkuri::service {

struct MetadataRow {
    std::uint64_t line = 0;  // where it begins, from 1
    std::string id;          // of the first member `id`; a number as it is written. Empty: none
    std::string path;        // empty: none
    /// The other members as they were written, `path` among them. Of a table: a cell that reads as
    /// JSON is that value, any other text a string, and an empty one null.
    std::string document;
};

class MetadataFile {
 public:
    /// kInvalidArgument for another ending than those above, and for a table without a column
    /// `path` or `id`.
    static Result<MetadataFile> open(FileSystem& files, const std::string& path);

    /// Empty behind the last row. kInvalidArgument, naming file and line, for a row that is broken
    /// or names no item.
    Result<std::optional<MetadataRow>> next();

 private:
    using Reader = std::variant<LineReader, CsvReader>;

    explicit MetadataFile(Reader reader) : reader_(std::move(reader)) {}
    Result<void> read_header();
    Result<std::optional<MetadataRow>> next_line(LineReader& lines);
    Result<std::optional<MetadataRow>> next_row(CsvReader& table);

    Reader reader_;
    std::vector<std::string> columns_;  // of a table
};

}  // namespace sokkuri::service
