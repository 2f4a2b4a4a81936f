#include "base/line_reader.h"

#include "base/shown_text.h"

#include <algorithm>
#include <span>
#include <vector>

namespace sokkuri {
namespace {

constexpr std::size_t kBlockBytes = 256U << 10;

}  // namespace

Result<LineReader> LineReader::open(FileSystem& files, const std::string& path,
                                    std::size_t line_bytes_max, LineEnds ends) {
    LineReader reader;
    reader.path_ = path;
    reader.line_bytes_max_ = line_bytes_max;
    reader.ends_ = ends;
    reader.file_ = TRY(files.open(path, OpenMode::kRead));
    reader.size_bytes_ = TRY(in_context(shown_text(path), reader.file_->size_bytes()));
    return reader;
}

Result<std::optional<std::string_view>> LineReader::next() {
    std::size_t searched = start_;
    std::size_t end = std::string::npos;
    while (true) {
        end = end_from(searched);
        const std::size_t length = std::min(end, block_.size()) - start_;
        if (length > line_bytes_max_) {
            return fail(ErrorCode::kExhausted, "{}: line {}: longer than {} bytes",
                        shown_text(path_), line_ + 1, line_bytes_max_);
        }
        if (end != std::string::npos) break;
        const std::size_t left = block_.ends_with('\r') && length > 0 ? 1 : 0;
        searched = length - left;
        const bool has_more = TRY(fill());
        if (!has_more) break;
    }
    if (end == std::string::npos && start_ == block_.size()) return std::nullopt;
    std::string_view line(block_);
    line = line.substr(start_, std::min(end, block_.size()) - start_);
    start_ = end == std::string::npos ? block_.size() : end + 1;
    ++line_;
    line_end_ = end == std::string::npos ? "" : "\n";
    if (end != std::string::npos && block_[end] == '\r') {
        const bool is_pair = start_ < block_.size() && block_[start_] == '\n';
        line_end_ = is_pair ? "\r\n" : "\r";
        if (is_pair) ++start_;
        return line;
    }
    if (!line.ends_with('\r')) return line;
    line_end_ = line_end_.empty() ? "\r" : "\r\n";
    line.remove_suffix(1);
    return line;
}

void LineReader::seek(std::uint64_t offset) {
    block_.clear();
    block_at_ = offset;
    start_ = 0;
    line_ = 0;
}

/// The first byte of the end of a line, none of whose bytes lie before `at`; npos where none is in
/// the block, or what follows the carriage return that ends it is not known yet.
std::size_t LineReader::end_from(std::size_t at) const {
    if (ends_ == LineEnds::kNewlines) return block_.find('\n', at);
    const std::size_t end = block_.find_first_of("\r\n", at);
    const bool is_cut = end != std::string::npos && block_[end] == '\r' && end + 1 == block_.size();
    return is_cut ? std::string::npos : end;
}

/// Drops what has been read and reads on. False at the end of the file.
Result<bool> LineReader::fill() {
    block_.erase(0, start_);
    block_at_ += start_;
    start_ = 0;
    const std::size_t kept = block_.size();
    block_.resize(kept + kBlockBytes);
    const std::span<std::byte> room =
        std::as_writable_bytes(std::span(block_)).subspan(kept, kBlockBytes);
    const std::size_t read =
        TRY(in_context(shown_text(path_), file_->read_at(block_at_ + kept, room)));
    block_.resize(kept + read);
    return read > 0;
}

Result<std::uint64_t> count_lines(FileSystem& files, const std::string& path) {
    const auto file = TRY(files.open(path, OpenMode::kRead));
    std::vector<std::byte> block(kBlockBytes);
    std::uint64_t lines = 0;
    std::byte last{'\n'};
    for (std::uint64_t at = 0;;) {
        const std::size_t read = TRY(in_context(shown_text(path), file->read_at(at, block)));
        if (read == 0) break;
        const auto part = std::span(block).first(read);
        lines += static_cast<std::uint64_t>(std::ranges::count(part, std::byte{'\n'}));
        last = part.back();
        at += read;
    }
    return lines + (last == std::byte{'\n'} ? 0 : 1);
}

}  // namespace sokkuri
