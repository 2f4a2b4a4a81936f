#include "base/file_system.h"

#include <atomic>
#include <unistd.h>

namespace sokkuri {
namespace {

// A file that reports no size (procfs) or grows while it is read is read in steps of this many
// bytes.
constexpr std::size_t kReadStepBytes = 64 * 1024;
// Left over by a killed process whose number came back; more than a few at once is not that.
constexpr int kTemporaryNamesTried = 100;

struct TemporaryFile {
    std::string path;
    std::unique_ptr<File> file;
};

std::string_view parent_of(std::string_view path);
Result<TemporaryFile> create_temporary(FileSystem& files, std::string_view beside);
Result<void> write_and_rename(FileSystem& files, TemporaryFile temporary, std::string_view path,
                              std::span<const std::byte> bytes);

}  // namespace

Result<std::vector<std::byte>> read_file(const FileSystem& files, std::string_view path,
                                         std::uint64_t size_max_bytes) {
    // Opening for reading changes nothing, so it is no lie that the file system is constant here.
    const std::unique_ptr<File> file =
        TRY(const_cast<FileSystem&>(files).open(path, OpenMode::kRead));
    const std::uint64_t expected = TRY(file->size_bytes());
    if (expected > size_max_bytes) {
        return fail(ErrorCode::kExhausted, "read {}: {} bytes, more than the {} allowed", path,
                    expected, size_max_bytes);
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(expected));
    std::size_t filled = TRY(file->read_at(0, bytes));
    while (filled == bytes.size()) {
        bytes.resize(filled + kReadStepBytes);
        const std::size_t more = TRY(file->read_at(filled, std::span(bytes).subspan(filled)));
        filled += more;
        if (filled > size_max_bytes) {
            return fail(ErrorCode::kExhausted, "read {}: grew past the {} bytes allowed", path,
                        size_max_bytes);
        }
    }
    bytes.resize(filled);
    return bytes;
}

Result<void> create_directories(FileSystem& files, std::string_view path) {
    if (path.empty()) return fail(ErrorCode::kInvalidArgument, "create directory: empty path");
    const std::string_view parent = parent_of(path);
    const auto there = files.status_following(path);
    if (there && there->kind == FileKind::kDirectory) {
        // Whoever made it may have been killed before this. Where we may not, it is not ours.
        static_cast<void>(files.sync_directory(parent));
        return {};
    }
    if (there) return fail(ErrorCode::kAlreadyExists, "create directory {}: a file is there", path);
    if (there.error().code() != ErrorCode::kNotFound) return tl::unexpected(there.error());
    if (parent != "." && parent != "/") TRY(create_directories(files, parent));
    TRY(files.create_directory(path));
    auto synced = files.sync_directory(parent);
    // The next attempt must not take it for safe.
    if (!synced) static_cast<void>(files.remove_directory(path));
    return synced;
}

Result<void> replace_file(FileSystem& files, std::string_view path,
                          std::span<const std::byte> bytes) {
    TemporaryFile temporary = TRY(create_temporary(files, path));
    const std::string temporary_path = temporary.path;
    auto replaced = write_and_rename(files, std::move(temporary), path, bytes);
    if (!replaced) {
        // The first error is the one worth telling; the file may be renamed already.
        static_cast<void>(files.remove_file(temporary_path));
        return replaced;
    }
    return files.sync_directory(parent_of(path));
}

std::string join_path(std::string_view directory, std::string_view name) {
    std::string path(directory);
    if (!path.empty() && path.back() != '/') path += '/';
    path += name;
    return path;
}

namespace {

/// "a/b/" → "a"; "/a" → "/"; "a" → ".".
std::string_view parent_of(std::string_view path) {
    while (path.size() > 1 && path.back() == '/')
        path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    path = path.substr(0, slash);
    while (!path.empty() && path.back() == '/')
        path.remove_suffix(1);
    return path.empty() ? std::string_view("/") : path;
}

/// The name holds the process and a running number, so that replacers of one path never share a
/// file.
Result<TemporaryFile> create_temporary(FileSystem& files, std::string_view beside) {
    static std::atomic<std::uint64_t> next{0};
    for (int i = 0; i < kTemporaryNamesTried; ++i) {
        std::string path = fmt::format("{}.{}-{}.tmp", beside, getpid(), next++);
        auto file = files.open(path, OpenMode::kCreateNew);
        if (file) return TemporaryFile{std::move(path), std::move(*file)};
        if (file.error().code() != ErrorCode::kAlreadyExists) return tl::unexpected(file.error());
    }
    return fail(ErrorCode::kAlreadyExists, "replace {}: {} temporary names are taken", beside,
                kTemporaryNamesTried);
}

Result<void> write_and_rename(FileSystem& files, TemporaryFile temporary, std::string_view path,
                              std::span<const std::byte> bytes) {
    TRY(temporary.file->write_at(0, bytes));
    TRY(temporary.file->sync());
    temporary.file.reset();
    return files.rename(temporary.path, path);
}

}  // namespace
}  // namespace sokkuri
