#include "store/private_copy.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
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

Result<std::string> make_folder();
Result<Look> look_at(const FileSystem& files, const std::string& path);
Result<void> copy_file(FileSystem& files, const std::string& from, const std::string& to);

}  // namespace

Result<std::unique_ptr<PrivateCopy>> PrivateCopy::make(FileSystem& files, const std::string& path) {
    std::string folder = TRY(make_folder());
    std::unique_ptr<PrivateCopy> copy(new PrivateCopy(std::move(folder)));
    const std::string log = path + kLogSuffix;
    const Look database_before = TRY(look_at(files, path));
    const Look log_before = TRY(look_at(files, log));
    TRY(copy_file(files, path, copy->path()));
    if (log_before.size_bytes > 0) TRY(copy_file(files, log, copy->path() + kLogSuffix));
    const Look database_after = TRY(look_at(files, path));
    const Look log_after = TRY(look_at(files, log));
    if (database_before == database_after && log_before == log_after) return copy;
    return fail(ErrorCode::kUnavailable,
                "{}: cannot be written to here, and somebody writes to it elsewhere", path);
}

bool PrivateCopy::may_help(const Error& error) {
    return error.code() == ErrorCode::kUnavailable || error.code() == ErrorCode::kExhausted;
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
    const char* temporary = std::getenv("TMPDIR");
    const bool is_named = temporary != nullptr && *temporary != '\0';
    std::string folder = join_path(is_named ? temporary : "/tmp", "sokkuri-XXXXXX");
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

Result<void> copy_file(FileSystem& files, const std::string& from, const std::string& to) {
    const std::unique_ptr<File> source = TRY(files.open(from, OpenMode::kRead));
    const std::unique_ptr<File> target = TRY(posix_file_system().open(to, OpenMode::kCreateNew));
    std::vector<std::byte> piece(kPieceBytes);
    std::uint64_t at = 0;
    for (;;) {
        const std::size_t filled = TRY(source->read_at(at, piece));
        TRY(target->write_at(at, std::span(piece).first(filled)));
        at += filled;
        if (filled < piece.size()) return {};
    }
}

}  // namespace
}  // namespace sokkuri::store
