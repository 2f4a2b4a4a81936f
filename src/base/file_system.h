// The one seam through which every file operation of sokkuri goes: stores, model files, walks over
// pictures, and (by a VFS in store) SQLite. Tests put a failing or an in-memory one in its place
// (base/testing/). Paths are bytes without NUL, as the kernel has them: never assumed to be UTF-8,
// never normalized. A FileSystem may be used from any number of threads; a File from any number of
// readers, or one writer.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

enum class OpenMode {
    kRead,
    kReadWrite,  // must exist
    kCreate,     // read and write; made when missing
    kCreateNew,  // read and write; kAlreadyExists when it exists
};

enum class FileKind { kRegular, kDirectory, kSymlink, kOther };

struct FileStatus {
    FileKind kind = FileKind::kOther;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;  // since 1970, of the content
    std::uint64_t inode = 0;
    std::uint64_t device = 0;
};

struct DirectoryEntry {
    std::string name;  // bytes; without "." and ".."
    FileKind kind = FileKind::kOther;
};

/// Advisory lock on a byte range, owned by one File object (Linux open-file-description locks):
/// conflicts between two Files even inside one process, and is not lost when another File of the
/// same path closes.
enum class LockKind { kShared, kExclusive };

/// A range of a file in memory; unmapped when destroyed. Shared with other mappings of the same
/// file.
class MappedRegion {
 public:
    virtual ~MappedRegion() = default;
    /// The whole range. Touching bytes past the end of the file is a bug of the caller (SIGBUS).
    virtual std::span<std::byte> bytes() = 0;
    std::span<const std::byte> bytes() const { return const_cast<MappedRegion*>(this)->bytes(); }
};

enum class MapAccess { kRead, kReadWrite };

class File {
 public:
    virtual ~File() = default;
    /// Reads until `out` is full or the file ends; returns the bytes read.
    virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
    /// Writes all of `bytes`, growing the file when needed. Not durable before `sync`.
    virtual Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    virtual Result<void> truncate(std::uint64_t size_bytes) = 0;
    /// Content and size are on the disk when this returns.
    virtual Result<void> sync() = 0;
    virtual Result<std::uint64_t> size_bytes() const = 0;
    /// Of the open file itself, wherever its name leads by now.
    virtual Result<FileStatus> status() const = 0;
    /// Where the open file lies now: absolute, without links. Of a file that has been removed, a
    /// path that leads nowhere.
    virtual Result<std::string> location() const = 0;
    /// False when somebody else holds a conflicting lock. Converts an own lock on the range
    /// atomically.
    virtual Result<bool> try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind) = 0;
    virtual Result<void> unlock(std::uint64_t offset, std::uint64_t length) = 0;
    /// Whether another File holds a lock on the range that would refuse an exclusive one.
    virtual Result<bool> is_locked_elsewhere(std::uint64_t offset, std::uint64_t length) const = 0;
    /// The range may reach past the end of the file, for files that grow under the map.
    virtual Result<std::unique_ptr<MappedRegion>> map(std::uint64_t offset, std::size_t length,
                                                      MapAccess access) = 0;
};

class FileSystem {
 public:
    virtual ~FileSystem() = default;
    virtual Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) = 0;
    /// Of the link itself when `path` names a symbolic link.
    virtual Result<FileStatus> status(std::string_view path) const = 0;
    /// Of what `path` leads to.
    virtual Result<FileStatus> status_following(std::string_view path) const = 0;
    /// Entries in byte order of their names.
    virtual Result<std::vector<DirectoryEntry>> list(std::string_view path) const = 0;
    /// Absolute, without links, "." and "..". kNotFound when it does not exist.
    virtual Result<std::string> canonical(std::string_view path) const = 0;
    /// One level; no error when the directory is there already.
    virtual Result<void> create_directory(std::string_view path) = 0;
    /// Replaces `to` atomically when it exists.
    virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
    virtual Result<void> remove_file(std::string_view path) = 0;
    virtual Result<void> remove_directory(std::string_view path) = 0;
    /// Makes creations, renames and removals inside the directory durable.
    virtual Result<void> sync_directory(std::string_view path) = 0;
};

/// The operating system's.
FileSystem& posix_file_system();

/// The whole file; kExhausted when it is larger than `size_max_bytes` (checked before and while
/// reading).
Result<std::vector<std::byte>> read_file(const FileSystem& files, std::string_view path,
                                         std::uint64_t size_max_bytes);

/// Creates `path` and every missing directory above it, each synced into its parent.
Result<void> create_directories(FileSystem& files, std::string_view path);

/// Writes a temporary file beside `path`, syncs it, renames it over `path`, syncs the directory.
Result<void> replace_file(FileSystem& files, std::string_view path,
                          std::span<const std::byte> bytes);

/// "a" + "b" → "a/b"; "a/" + "b" → "a/b"; "" + "b" → "b".
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace sokkuri
