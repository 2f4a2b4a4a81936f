#include "store/sqlite_temporary_file.h"

#include <algorithm>

namespace sokkuri::store {

Result<std::size_t> SqliteTemporaryFile::read_at(std::uint64_t offset,
                                                 std::span<std::byte> out) const {
    if (offset >= bytes_.size()) return 0;
    const auto start = static_cast<std::size_t>(offset);
    const std::size_t count = std::min(out.size(), bytes_.size() - start);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(start), count, out.begin());
    return count;
}

Result<void> SqliteTemporaryFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    if (offset > kSizeBytesMax || bytes.size() > kSizeBytesMax - offset) {
        return fail(ErrorCode::kExhausted, "temporary file: more than {} bytes", kSizeBytesMax);
    }
    const auto start = static_cast<std::size_t>(offset);
    if (bytes_.size() < start + bytes.size()) bytes_.resize(start + bytes.size());
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(start));
    return {};
}

Result<void> SqliteTemporaryFile::truncate(std::uint64_t size_bytes) {
    if (size_bytes < bytes_.size()) bytes_.resize(static_cast<std::size_t>(size_bytes));
    return {};
}

Result<FileStatus> SqliteTemporaryFile::status() const {
    return fail(ErrorCode::kUnsupported, "temporary file: has no status");
}

Result<std::string> SqliteTemporaryFile::location() const {
    return fail(ErrorCode::kUnsupported, "temporary file: lies nowhere");
}

Result<std::unique_ptr<MappedRegion>> SqliteTemporaryFile::map(std::uint64_t, std::size_t,
                                                               MapAccess) {
    return fail(ErrorCode::kUnsupported, "temporary file: cannot be mapped");
}

}  // namespace sokkuri::store
