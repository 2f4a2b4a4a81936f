// LineReader: the lines of a text file one after the other, in memory for one block and the longest
// line alone. For lists of ids, JSON lines and CSV of any size. Files are hostile: a line has a
// bound. Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri {

enum class LineEnds {
    kNewlines,  // "\n" and "\r\n"
    kAll,       // and "\r"
};

class LineReader {
 public:
    /// `line_bytes_max`: of one line without its end.
    static Result<LineReader> open(FileSystem& files, const std::string& path,
                                   std::size_t line_bytes_max, LineEnds ends = LineEnds::kNewlines);

    /// Without its end, which the last line may not have. Empty behind the last line.
    /// The view is valid until the next call. kExhausted, naming file and line, for a line that is
    /// too long.
    Result<std::optional<std::string_view>> next();
    /// Of the line that `next` gave last: "\n", "\r\n", "\r", or nothing.
    std::string_view line_end() const { return line_end_; }

    /// Where the next line begins, in bytes from the start of the file.
    std::uint64_t offset() const { return block_at_ + start_; }
    /// The next line is the one that begins there. Lines are counted from 1 again.
    void seek(std::uint64_t offset);
    /// Of the line that `next` gave last, from 1 (counted since the start or the last seek).
    std::uint64_t line() const { return line_; }
    std::uint64_t size_bytes() const { return size_bytes_; }
    const std::string& path() const { return path_; }

 private:
    LineReader() = default;
    std::size_t end_from(std::size_t at) const;
    Result<bool> fill();

    std::unique_ptr<File> file_;
    std::string path_;
    std::size_t line_bytes_max_ = 0;
    LineEnds ends_ = LineEnds::kNewlines;
    std::uint64_t size_bytes_ = 0;  // when it was opened
    std::string block_;             // bytes of the file from block_at_ on
    std::uint64_t block_at_ = 0;
    std::size_t start_ = 0;  // of the next line, in block_
    std::uint64_t line_ = 0;
    std::string_view line_end_;
};

/// How many lines `next` would give. Reads the file once.
Result<std::uint64_t> count_lines(FileSystem& files, const std::string& path);

}  // namespace sokkuri
