#include "service/metadata_file.h"

#include "base/json.h"
#include "base/json_members.h"
#include "collection/collection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kColumnsShownMax = 20;
constexpr std::size_t kRowBytesMax = 4U << 20;

Result<MetadataRow> row_of_object(std::string_view text);
std::string name_in(std::string_view json);
std::string value_of_cell(const std::string& cell);
std::string in_quotes(std::string_view text);
Result<void> require_name(const MetadataRow& row);

}  // namespace

Result<MetadataFile> MetadataFile::open(FileSystem& files, const std::string& path) {
    if (path.ends_with(".csv")) {
        CsvReader table = TRY(CsvReader::open(files, path, {.row_bytes_max = kRowBytesMax}));
        MetadataFile file{Reader(std::move(table))};
        TRY(file.read_header());
        return file;
    }
    if (path.ends_with(".jsonl") || path.ends_with(".ndjson")) {
        LineReader lines = TRY(LineReader::open(files, path, kRowBytesMax));
        return MetadataFile{Reader(std::move(lines))};
    }
    return fail(ErrorCode::kInvalidArgument,
                "{}: what is said of items comes from a file that ends in .csv, .jsonl or .ndjson",
                path);
}

Result<std::optional<MetadataRow>> MetadataFile::next() {
    if (auto* table = std::get_if<CsvReader>(&reader_)) return next_row(*table);
    return next_line(std::get<LineReader>(reader_));
}

Result<void> MetadataFile::read_header() {
    CsvReader& table = std::get<CsvReader>(reader_);
    auto header = TRY(table.next());
    columns_ = header.value_or(std::vector<std::string>());
    for (const std::string& column : columns_) {
        if (std::ranges::count(columns_, column) == 1 && !column.empty()) continue;
        return fail(ErrorCode::kInvalidArgument, "{}, line {}: column {:?}: {}", table.path(),
                    table.line(), column, column.empty() ? "has no name" : "is there twice");
    }
    const auto has = [&](std::string_view name) {
        return std::ranges::find(columns_, name) != columns_.end();
    };
    if (has("path") || has("id")) return {};
    const std::span shown(columns_.data(), std::min(columns_.size(), kColumnsShownMax));
    return fail(ErrorCode::kInvalidArgument,
                "{}: no column \"path\" or \"id\" says which item a row speaks of; there are: {}",
                table.path(), fmt::join(shown, ", "));
}

Result<std::optional<MetadataRow>> MetadataFile::next_line(LineReader& lines) {
    for (;;) {
        const auto line = TRY(lines.next());
        if (!line) return std::nullopt;
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        MetadataRow row = TRY(in_context(fmt::format("{}, line {}", lines.path(), lines.line()),
                                         row_of_object(*line)));
        row.line = lines.line();
        return row;
    }
}

Result<std::optional<MetadataRow>> MetadataFile::next_row(CsvReader& table) {
    const auto cells = TRY(table.next());
    if (!cells) return std::nullopt;
    const std::string where = fmt::format("{}, line {}", table.path(), table.line());
    if (cells->size() != columns_.size()) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} cells, but there are {} columns", where,
                    cells->size(), columns_.size());
    }
    MetadataRow row{.line = table.line()};
    JsonObjectText document;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::string& cell = (*cells)[i];
        if (columns_[i] == "id") {
            row.id = cell;
        } else if (columns_[i] == "path") {
            row.path = cell;
            document.add("\"path\"", in_quotes(cell));
        } else {
            document.add(in_quotes(columns_[i]), value_of_cell(cell));
        }
    }
    row.document = std::move(document).finish();
    TRY(in_context(where, require_name(row)));
    return row;
}

namespace {

Result<MetadataRow> row_of_object(std::string_view text) {
    const JsonValue tree = TRY(parse_json(text, {.size_bytes_max = kRowBytesMax}));
    if (!tree.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                    name_of(tree.kind()));
    }
    MetadataRow row{.document = std::string(text)};
    const std::vector<JsonMember> members = json_members(text);
    const auto id = std::ranges::find(members, "id", &JsonMember::name);
    if (id != members.end()) {
        row.id = name_in(id->value);
        // With the comma that parts it from its neighbor.
        const auto at = [&](std::string_view part) {
            return static_cast<std::size_t>(part.data() - text.data());
        };
        const std::size_t start = at(id->key);
        std::size_t end = at(id->value) + id->value.size();
        if (std::next(id) != members.end()) {
            end = at(std::next(id)->key);
            row.document.erase(start, end - start);
        } else if (id != members.begin()) {
            const std::string_view before = std::prev(id)->value;
            const std::size_t from = at(before) + before.size();
            row.document.erase(from, end - from);
        } else {
            row.document.erase(start, end - start);
        }
    }
    if (const JsonMember* path = find_member(members, "path")) row.path = name_in(path->value);
    TRY(require_name(row));
    return row;
}

/// A string, or a number as it is written; nothing else can name an item.
std::string name_in(std::string_view json) {
    const auto value = parse_json(json);
    if (!value) return "";
    return value->is_number() ? std::string(json) : std::string(value->text());
}

std::string value_of_cell(const std::string& cell) {
    if (cell.empty()) return "null";
    // Most cells are words, and no JSON value begins as they do.
    const bool may_be_json =
        std::string_view("-0123456789tfn\"[{ \t").find(cell.front()) != std::string_view::npos;
    if (!may_be_json || !parse_json(cell)) return in_quotes(cell);
    const std::size_t first = cell.find_first_not_of(" \t\r\n");
    return cell.substr(first, cell.find_last_not_of(" \t\r\n") - first + 1);
}

std::string in_quotes(std::string_view text) {
    std::string json;
    JsonWriter(json).value(text);
    return json;
}

Result<void> require_name(const MetadataRow& row) {
    if (row.id.size() > collection::kIdBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "id: {} bytes, at most {}", row.id.size(),
                    collection::kIdBytesMax);
    }
    if (!row.id.empty() || !row.path.empty()) return {};
    return fail(ErrorCode::kInvalidArgument, "neither path nor id says which item it speaks of");
}

}  // namespace
}  // namespace sokkuri::service
