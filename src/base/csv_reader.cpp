#include "base/csv_reader.h"

#include "base/json.h"

#include <algorithm>
#include <utility>

namespace sokkuri {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<CsvReader> CsvReader::open(FileSystem& files, const std::string& path,
                                  const CsvLimits& limits) {
    LineReader lines = TRY(LineReader::open(files, path, limits.row_bytes_max, LineEnds::kAll));
    return CsvReader(std::move(lines), limits);
}

Result<std::optional<std::vector<std::string>>> CsvReader::next() {
    const bool has_row = TRY(read_row());
    if (!has_row) return std::nullopt;
    std::vector<std::string> found =
        TRY(in_context(fmt::format("{}, line {}", path(), line_), cells()));
    return found;
}

/// The lines of a row: quotes come in pairs, so an odd number of them leaves a cell open.
Result<bool> CsvReader::read_row() {
    row_.clear();
    bool is_open = false;
    bool has_row = false;
    std::string_view end_before;
    for (;;) {
        const auto line = TRY(lines_.next());
        if (!line) break;
        std::string_view text = *line;
        if (lines_.line() == 1 && text.starts_with(kByteOrderMark)) {
            text.remove_prefix(kByteOrderMark.size());
        }
        if (!has_row && text.empty()) continue;
        if (!has_row) line_ = lines_.line();
        if (has_row) row_ += end_before;
        end_before = lines_.line_end();
        has_row = true;
        row_ += text;
        if (row_.size() > limits_.row_bytes_max) {
            return fail(ErrorCode::kExhausted, "{}, line {}: a row of more than row_bytes_max, {}",
                        path(), line_, limits_.row_bytes_max);
        }
        is_open = is_open != (std::ranges::count(text, '"') % 2 == 1);
        if (!is_open) return true;
    }
    if (!is_open) return has_row;
    return fail(ErrorCode::kInvalidArgument, "{}, line {}: its quotes do not end", path(), line_);
}

Result<std::vector<std::string>> CsvReader::cells() const {
    if (!is_utf8(row_)) return fail(ErrorCode::kInvalidArgument, "not UTF-8");
    std::vector<std::string> cells;
    for (std::size_t at = 0;; ++at) {
        if (cells.size() == limits_.cells_max) {
            return fail(ErrorCode::kExhausted, "more cells than cells_max, {}", limits_.cells_max);
        }
        std::string& cell = cells.emplace_back();
        if (at == row_.size() || row_[at] != '"') {
            const std::size_t end = std::min(row_.find(',', at), row_.size());
            cell = row_.substr(at, end - at);
            at = end;
        } else {
            for (++at; at < row_.size(); ++at) {
                if (row_[at] != '"') {
                    cell += row_[at];
                } else if (at + 1 < row_.size() && row_[at + 1] == '"') {
                    cell += row_[at++];
                } else {
                    break;
                }
            }
            ++at;
        }
        if (at >= row_.size()) return cells;
        if (row_[at] == ',') continue;
        return fail(ErrorCode::kInvalidArgument, "cell {}: no comma follows the closing quote",
                    cells.size());
    }
}

}  // namespace sokkuri
