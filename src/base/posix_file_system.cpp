// The operating system's file system: Linux calls, every EINTR repeated, every short read and write
// continued.
#include "base/check.h"
#include "base/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sokkuri {
namespace {

constexpr mode_t kFileMode = 0666;       // the user's umask narrows it
constexpr mode_t kDirectoryMode = 0777;  // likewise
constexpr std::uint64_t kOffsetMax = INT64_MAX;
constexpr std::size_t kPathBytesMax = 4096;  // PATH_MAX of Linux

tl::unexpected<Error> system_error(int number, std::string_view action, std::string_view path);
Result<std::string> checked(std::string_view path);
FileKind kind_of(mode_t mode);
FileStatus to_status(const struct stat& status);

/// Repeats a system call for as long as signals interrupt it.
template <typename Call>
auto uninterrupted(Call call) {
    auto outcome = call();
    while (outcome == -1 && errno == EINTR)
        outcome = call();
    return outcome;
}

class PosixRegion final : public MappedRegion {
 public:
    PosixRegion(std::byte* start, std::size_t mapped_bytes, std::size_t skipped_bytes)
        : start_(start), mapped_bytes_(mapped_bytes), skipped_bytes_(skipped_bytes) {}
    PosixRegion(const PosixRegion&) = delete;
    PosixRegion& operator=(const PosixRegion&) = delete;
    ~PosixRegion() override { munmap(start_, mapped_bytes_); }
    std::span<std::byte> bytes() override {
        return {start_ + skipped_bytes_, mapped_bytes_ - skipped_bytes_};
    }

 private:
    std::byte* start_;
    std::size_t mapped_bytes_;
    std::size_t skipped_bytes_;  // from the page's start to the offset that was asked for
};

class PosixFile final : public File {
 public:
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    ~PosixFile() override { close(descriptor_); }

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
        TRY(check_range(offset, out.size()));
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = uninterrupted([&] {
                return pread(descriptor_, out.data() + done, out.size() - done,
                             static_cast<off_t>(offset + done));
            });
            if (count < 0) return system_error(errno, "read", path_);
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
        TRY(check_range(offset, bytes.size()));
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count = uninterrupted([&] {
                return pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                              static_cast<off_t>(offset + done));
            });
            if (count < 0) return system_error(errno, "write", path_);
            done += static_cast<std::size_t>(count);
        }
        return {};
    }

    Result<void> truncate(std::uint64_t size_bytes) override {
        TRY(check_range(size_bytes, 0));
        const auto size = static_cast<off_t>(size_bytes);
        if (uninterrupted([&] { return ftruncate(descriptor_, size); }) != 0) {
            return system_error(errno, "truncate", path_);
        }
        return {};
    }

    Result<void> sync() override {
        // fdatasync writes the size too; only times may lag.
        if (uninterrupted([&] { return fdatasync(descriptor_); }) != 0) {
            return system_error(errno, "sync", path_);
        }
        return {};
    }

    Result<std::uint64_t> size_bytes() const override {
        struct stat status;
        if (fstat(descriptor_, &status) != 0) return system_error(errno, "status of", path_);
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<FileStatus> status() const override {
        struct stat status;
        if (fstat(descriptor_, &status) != 0) return system_error(errno, "status of", path_);
        return to_status(status);
    }

    Result<std::string> location() const override {
        // What the kernel says of the open file: nobody can put another one in its place.
        const std::string link = fmt::format("/proc/self/fd/{}", descriptor_);
        std::string location(kPathBytesMax, '\0');
        const ssize_t length = readlink(link.c_str(), location.data(), location.size());
        if (length < 0) return system_error(errno, "find the location of", path_);
        location.resize(static_cast<std::size_t>(length));
        if (location.size() < kPathBytesMax && location.starts_with('/')) return location;
        return fail(ErrorCode::kUnsupported, "find the location of {}: {}", path_, location);
    }

    Result<bool> try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind) override {
        const short type = kind == LockKind::kShared ? F_RDLCK : F_WRLCK;
        struct flock lock = TRY(lock_of(type, offset, length));
        if (uninterrupted([&] { return fcntl(descriptor_, F_OFD_SETLK, &lock); }) == 0) return true;
        if (errno == EAGAIN || errno == EACCES) return false;
        return system_error(errno, "lock", path_);
    }

    Result<void> unlock(std::uint64_t offset, std::uint64_t length) override {
        struct flock lock = TRY(lock_of(F_UNLCK, offset, length));
        if (uninterrupted([&] { return fcntl(descriptor_, F_OFD_SETLK, &lock); }) != 0) {
            return system_error(errno, "unlock", path_);
        }
        return {};
    }

    Result<bool> is_locked_elsewhere(std::uint64_t offset, std::uint64_t length) const override {
        struct flock lock = TRY(lock_of(F_WRLCK, offset, length));
        if (uninterrupted([&] { return fcntl(descriptor_, F_OFD_GETLK, &lock); }) != 0) {
            return system_error(errno, "lock state of", path_);
        }
        return lock.l_type != F_UNLCK;
    }

    Result<std::unique_ptr<MappedRegion>> map(std::uint64_t offset, std::size_t length,
                                              MapAccess access) override {
        TRY(check_range(offset, length));
        if (length == 0) return fail(ErrorCode::kInvalidArgument, "map {}: no bytes", path_);
        static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        const auto skipped = static_cast<std::size_t>(offset % page_bytes);
        const int protection = access == MapAccess::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
        void* start = mmap(nullptr, length + skipped, protection, MAP_SHARED, descriptor_,
                           static_cast<off_t>(offset - skipped));
        if (start == MAP_FAILED) return system_error(errno, "map", path_);
        return std::make_unique<PosixRegion>(static_cast<std::byte*>(start), length + skipped,
                                             skipped);
    }

 private:
    Result<void> check_range(std::uint64_t offset, std::uint64_t length) const {
        if (offset <= kOffsetMax && length <= kOffsetMax - offset) return {};
        return fail(ErrorCode::kInvalidArgument, "{}: offset {} + {} bytes is out of range", path_,
                    offset, length);
    }

    Result<struct flock> lock_of(short type, std::uint64_t offset, std::uint64_t length) const {
        TRY(check_range(offset, length));
        CHECK(length > 0);  // 0 would mean "to the end" to the kernel
        struct flock lock = {};
        lock.l_type = type;
        lock.l_whence = SEEK_SET;
        lock.l_start = static_cast<off_t>(offset);
        lock.l_len = static_cast<off_t>(length);
        return lock;
    }

    const int descriptor_;
    const std::string path_;
};

class PosixFileSystem final : public FileSystem {
 public:
    Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
        std::string name = TRY(checked(path));
        // A pipe or device in a walked folder must neither block us nor become our terminal.
        int flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        switch (mode) {
            case OpenMode::kRead:
                flags |= O_RDONLY;
                break;
            case OpenMode::kReadWrite:
                flags |= O_RDWR;
                break;
            case OpenMode::kCreate:
                flags |= O_RDWR | O_CREAT;
                break;
            case OpenMode::kCreateNew:
                flags |= O_RDWR | O_CREAT | O_EXCL;
                break;
        }
        const int descriptor =
            uninterrupted([&] { return ::open(name.c_str(), flags, kFileMode); });
        if (descriptor < 0) return system_error(errno, "open", path);
        return std::make_unique<PosixFile>(descriptor, std::move(name));
    }

    Result<FileStatus> status(std::string_view path) const override {
        const std::string name = TRY(checked(path));
        struct stat status;
        if (lstat(name.c_str(), &status) != 0) return system_error(errno, "status of", path);
        return to_status(status);
    }

    Result<FileStatus> status_following(std::string_view path) const override {
        const std::string name = TRY(checked(path));
        struct stat status;
        if (stat(name.c_str(), &status) != 0) return system_error(errno, "status of", path);
        return to_status(status);
    }

    Result<std::vector<DirectoryEntry>> list(std::string_view path) const override {
        const std::string name = TRY(checked(path));
        const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(name.c_str()), &closedir);
        if (!directory) return system_error(errno, "list", path);
        std::vector<DirectoryEntry> entries;
        for (;;) {
            errno = 0;
            const dirent* entry = readdir(directory.get());
            if (entry == nullptr && errno != 0) return system_error(errno, "list", path);
            if (entry == nullptr) break;
            const std::string_view found = entry->d_name;
            if (found == "." || found == "..") continue;
            // Removed while we list: not there.
            const auto kind = entry_kind(directory.get(), *entry);
            if (kind) entries.push_back({std::string(found), *kind});
        }
        std::sort(entries.begin(), entries.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        return entries;
    }

    Result<std::string> canonical(std::string_view path) const override {
        const std::string name = TRY(checked(path));
        const std::unique_ptr<char, void (*)(void*)> found(realpath(name.c_str(), nullptr), &free);
        if (!found) return system_error(errno, "resolve", path);
        return std::string(found.get());
    }

    Result<void> create_directory(std::string_view path) override {
        const std::string name = TRY(checked(path));
        if (mkdir(name.c_str(), kDirectoryMode) == 0) return {};
        const int number = errno;
        struct stat status;
        if (number == EEXIST && stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
            return {};
        }
        return system_error(number, "create directory", path);
    }

    Result<void> rename(std::string_view from, std::string_view to) override {
        const std::string old_name = TRY(checked(from));
        const std::string new_name = TRY(checked(to));
        if (::rename(old_name.c_str(), new_name.c_str()) == 0) return {};
        return system_error(errno, fmt::format("rename {} to", from), to);
    }

    Result<void> remove_file(std::string_view path) override {
        const std::string name = TRY(checked(path));
        if (unlink(name.c_str()) != 0) return system_error(errno, "remove", path);
        return {};
    }

    Result<void> remove_directory(std::string_view path) override {
        const std::string name = TRY(checked(path));
        if (rmdir(name.c_str()) != 0) return system_error(errno, "remove directory", path);
        return {};
    }

    Result<void> sync_directory(std::string_view path) override {
        const std::string name = TRY(checked(path));
        const int descriptor =
            uninterrupted([&] { return ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (descriptor < 0) return system_error(errno, "open directory", path);
        const int outcome = uninterrupted([&] { return fsync(descriptor); });
        const int number = errno;
        close(descriptor);
        if (outcome != 0) return system_error(number, "sync directory", path);
        return {};
    }

 private:
    static std::optional<FileKind> entry_kind(DIR* directory, const dirent& entry) {
        switch (entry.d_type) {
            case DT_REG:
                return FileKind::kRegular;
            case DT_DIR:
                return FileKind::kDirectory;
            case DT_LNK:
                return FileKind::kSymlink;
            case DT_UNKNOWN:
                break;
            default:
                return FileKind::kOther;
        }
        struct stat status;
        if (fstatat(dirfd(directory), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            return std::nullopt;
        }
        return kind_of(status.st_mode);
    }
};

Result<std::string> checked(std::string_view path) {
    if (path.empty()) return fail(ErrorCode::kInvalidArgument, "a path is empty");
    if (path.find('\0') == std::string_view::npos) return std::string(path);
    return fail(ErrorCode::kInvalidArgument, "path {}: holds a zero byte", path.data());
}

tl::unexpected<Error> system_error(int number, std::string_view action, std::string_view path) {
    ErrorCode code = ErrorCode::kIo;
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            code = ErrorCode::kNotFound;
            break;
        case EEXIST:
            code = ErrorCode::kAlreadyExists;
            break;
        case ENOSPC:
        case EDQUOT:
            code = ErrorCode::kNoSpace;
            break;
        case EFBIG:
        case EMFILE:
        case ENFILE:
            code = ErrorCode::kExhausted;
            break;
        default:
            break;
    }
    return fail(code, "{} {}: {}", action, path, std::generic_category().message(number));
}

FileKind kind_of(mode_t mode) {
    if (S_ISREG(mode)) return FileKind::kRegular;
    if (S_ISDIR(mode)) return FileKind::kDirectory;
    if (S_ISLNK(mode)) return FileKind::kSymlink;
    return FileKind::kOther;
}

FileStatus to_status(const struct stat& status) {
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    return {.kind = kind_of(status.st_mode),
            .size_bytes = static_cast<std::uint64_t>(status.st_size),
            .modified_ns = status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec,
            .inode = status.st_ino,
            .device = status.st_dev};
}

}  // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem files;
    return files;
}

}  // namespace sokkuri
