// AtomicFile: a file written bit by bit that appears under its name only when it is whole. For
// exports too large to be held in memory (replace_file is for the others). Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri {

class AtomicFile {
 public:
    /// A temporary file beside `path`.
    static Result<AtomicFile> create(FileSystem& files, const std::string& path);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    /// Removes the temporary file unless it was committed.
    ~AtomicFile();

    Result<void> append(std::span<const std::byte> bytes);
    /// Over bytes that were appended before: for headers that can be known only at the end.
    Result<void> overwrite(std::uint64_t offset, std::span<const std::byte> bytes);
    /// Whole and durable under its temporary name, and closed: nothing but `commit` may follow. For
    /// several files that are to appear together: what can fail fails before the first appears.
    Result<void> settle();
    /// Durable under its name, replacing what was there. Nothing may follow.
    Result<void> commit();

 private:
    AtomicFile() = default;
    Result<void> flush();

    FileSystem* files_ = nullptr;
    std::string path_;
    std::string temporary_path_;  // empty when moved from or committed
    std::unique_ptr<File> file_;  // null when moved from or settled
    std::vector<std::byte> buffer_;
    std::uint64_t written_bytes_ = 0;
};

}  // namespace sokkuri
