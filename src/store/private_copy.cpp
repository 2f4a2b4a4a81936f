#include "store/private_copy.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

namespace sokkuri::store {
namespace {

constexpr std::size_t kPieceBytes = 4U << 20;
constexpr const char* kLogSuffix = "-wal";

/// What tells that a file is still the same.
struct Look {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;

    bool operator==(const Look&) const = default;
};

struct Original {
    const std::string& path;
    std::uint64_t size_bytes = 0;
};

Result<std::string> make_folder();
Result<Look> look_at(const FileSystem& files, const std::string& path);
Result<void> copy_file(FileSystem& files, const Original& from, const std::string& to);

}  // namespace

Result<std::unique_ptr<PrivateCopy>> PrivateCopy::make(FileSystem& files, const std::string& path,
                                                       const Error& reason,
                                                       std::uint64_t bytes_max) {
    auto copy = made(files, path, bytes_max);
    if (copy) return copy;
    return tl::unexpected(
        Error(reason.code(), fmt::format("{}; and it cannot be read from a copy: {}",
                                         reason.message(), copy.error().message())));
}

Result<std::unique_ptr<PrivateCopy>> PrivateCopy::made(FileSystem& files, const std::string& path,
                                                       std::uint64_t bytes_max) {
    const std::string log = path + kLogSuffix;
    const Look database_before = TRY(look_at(files, path));
    const Look log_before = TRY(look_at(files, log));
    const std::uint64_t bytes = database_before.size_bytes + log_before.size_bytes;
    if (bytes > bytes_max) {
        return fail(ErrorCode::kExhausted, "{} bytes, at most {} are copied", bytes, bytes_max);
    }
    std::string folder = TRY(make_folder());
    std::unique_ptr<PrivateCopy> copy(new PrivateCopy(std::move(folder)));
    TRY(copy_file(files, {path, database_before.size_bytes}, copy->path()));
    if (log_before.size_bytes > 0) {
        TRY(copy_file(files, {log, log_before.size_bytes}, copy->path() + kLogSuffix));
    }
    const Look database_after = TRY(look_at(files, path));
    const Look log_after = TRY(look_at(files, log));
    if (database_before == database_after && log_before == log_after) return copy;
    return fail(ErrorCode::kUnavailable, "somebody writes to it elsewhere");
}

bool PrivateCopy::may_help(const Error& error) {
    return error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kExhausted ||
           error.code() == ErrorCode::kNoSpace;
}

PrivateCopy::~PrivateCopy() {
    FileSystem& files = posix_file_system();
    for (const char* suffix : {"", kLogSuffix, "-shm"}) {
        static_cast<void>(files.remove_file(path() + suffix));
    }
    static_cast<void>(files.remove_directory(folder_));
}

namespace {

Result<std::string> make_folder() {
    std::error_code code;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(code);
    if (code) return fail(ErrorCode::kIo, "the folder for temporary files: {}", code.message());
    std::string folder = join_path(temporary.native(), "sokkuri-XXXXXX");
    if (mkdtemp(folder.data()) != nullptr) return folder;
    return fail(ErrorCode::kIo, "{}: {}", folder, std::generic_category().message(errno));
}

/// Nothing when the file is not there.
Result<Look> look_at(const FileSystem& files, const std::string& path) {
    const auto status = files.status_following(path);
    if (!status && status.error().code() == ErrorCode::kNotFound) return Look{};
    if (!status) return tl::unexpected(status.error());
    return Look{status->size_bytes, status->modified_ns};
}

Result<void> copy_file(FileSystem& files, const Original& from, const std::string& to) {
    const std::unique_ptr<File> source = TRY(files.open(from.path, OpenMode::kRead));
    const std::unique_ptr<File> target = TRY(posix_file_system().open(to, OpenMode::kCreateNew));
    std::vector<std::byte> piece(kPieceBytes);
    for (std::uint64_t at = 0; at < from.size_bytes; at += piece.size()) {
        const std::uint64_t left = from.size_bytes - at;
        const std::span part = std::span(piece).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
        const std::size_t filled = TRY(source->read_at(at, part));
        TRY(target->write_at(at, part.first(filled)));
        if (filled < part.size()) return {};  // shorter by now: it will be looked at once more
    }
    return {};
}

}  // namespace
}  // namespace sokkuri::store
