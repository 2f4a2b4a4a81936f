// SqliteTemporaryFile: a file without a name that SQLite asks for when a statement journal grows
// large, or a sort. Lives in memory, so that a connection leaves nothing behind beside the
// database. Used by sqlite_vfs.cpp alone; one thread.
#pragma once

#include "base/file_system.h"

#include <vector>

namespace sokkuri::store {

class SqliteTemporaryFile final : public File {
 public:
    static constexpr std::uint64_t kSizeBytesMax = 1U << 30;

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override;
    /// kExhausted beyond kSizeBytesMax.
    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
    Result<void> truncate(std::uint64_t size_bytes) override;
    Result<void> sync() override { return {}; }
    Result<std::uint64_t> size_bytes() const override { return bytes_.size(); }
    /// kUnsupported, likewise `location` and `map`.
    Result<FileStatus> status() const override;
    Result<std::string> location() const override;
    Result<bool> try_lock(std::uint64_t, std::uint64_t, LockKind) override { return true; }
    Result<void> unlock(std::uint64_t, std::uint64_t) override { return {}; }
    Result<bool> is_locked_elsewhere(std::uint64_t, std::uint64_t) const override { return false; }
    Result<std::unique_ptr<MappedRegion>> map(std::uint64_t offset, std::size_t length,
                                              MapAccess access) override;

 private:
    std::vector<std::byte> bytes_;
};

}  // namespace sokkuri::store
