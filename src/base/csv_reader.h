// CsvReader: the rows of a CSV file (RFC 4180, UTF-8) one after the other, in memory for the
// longest row alone. Rows end with "\n", "\r\n" or "\r"; a quoted cell may hold commas, quotes and
// line ends, which stay as they are; a byte order mark is passed over. Files are hostile: rows and
// their cells have bounds. Belongs to one thread.
#pragma once

#include "base/line_reader.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri {

struct CsvLimits {
    std::size_t row_bytes_max = 4U << 20;
    std::size_t cells_max = 4'096;
};

class CsvReader {
 public:
    static Result<CsvReader> open(FileSystem& files, const std::string& path,
                                  const CsvLimits& limits = {});

    /// The cells of the next row without their quotes; empty lines are passed over. Empty behind
    /// the last row. kInvalidArgument, naming file and line, for quotes that do not end or are not
    /// followed by a comma and for bytes that are not UTF-8; kExhausted beyond the limits.
    Result<std::optional<std::vector<std::string>>> next();

    /// Where the row that `next` gave last begins, from 1.
    std::uint64_t line() const { return line_; }
    const std::string& path() const { return lines_.path(); }

 private:
    CsvReader(LineReader lines, const CsvLimits& limits)
        : lines_(std::move(lines)), limits_(limits) {}
    Result<bool> read_row();
    Result<std::vector<std::string>> cells() const;

    LineReader lines_;
    CsvLimits limits_;
    std::uint64_t line_ = 0;
    std::string row_;  // its lines, with the ends between them
};

}  // namespace sokkuri
