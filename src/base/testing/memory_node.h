// MemoryNode: a file or directory of a MemoryFileSystem, with what has been written and what of it
// has been synced. A crash makes a new node out of an old one. Used by memory_file_system.cpp
// alone, under its lock.
#pragma once

#include "base/file_system.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace sokkuri::testing {

/// A write, or (without bytes) a truncation to `offset`.
struct ContentChange {
    std::uint64_t offset = 0;
    std::optional<std::vector<std::byte>> bytes;
};

class MemoryNode {
 public:
    using Pointer = std::shared_ptr<MemoryNode>;
    using Random = std::mt19937_64;
    /// New nodes by old ones, so that a node with two names stays one.
    using Survivors = std::map<const MemoryNode*, Pointer>;

    explicit MemoryNode(FileKind kind, std::uint64_t inode);
    MemoryNode(const MemoryNode&) = delete;
    MemoryNode& operator=(const MemoryNode&) = delete;
    ~MemoryNode();

    FileKind kind() const { return kind_; }
    std::uint64_t inode() const { return inode_; }

    // Files. The content lies in memory of the system's (memfd), so that it can be mapped and grow
    // under the map.
    std::size_t read(std::uint64_t offset, std::span<std::byte> out) const;
    void write(std::uint64_t offset, std::span<const std::byte> bytes);
    void truncate(std::uint64_t size_bytes);
    std::uint64_t size_bytes() const;
    void sync();
    std::unique_ptr<MappedRegion> map(std::uint64_t offset, std::size_t length, MapAccess access);

    // Directories.
    const std::map<std::string, Pointer>& entries() const { return entries_; }
    /// A null node removes the name.
    void set_entry(const std::string& name, Pointer node);
    void sync_entries();

    /// The node as a power cut leaves it: what was synced, and by chance none, all, the first or
    /// any of the later changes; writes torn into 512-byte sectors.
    Pointer after_crash(Random& random, Survivors& survivors) const;

 private:
    struct EntryChange {
        std::string name;
        Pointer node;
    };

    void crash_content(Random& random, MemoryNode& survivor) const;
    void crash_entries(Random& random, Survivors& survivors, MemoryNode& survivor) const;

    const FileKind kind_;
    const std::uint64_t inode_;
    int descriptor_ = -1;
    std::vector<std::byte> synced_;
    std::vector<ContentChange> unsynced_;
    bool was_mapped_for_writing_ = false;
    std::map<std::string, Pointer> entries_;
    std::map<std::string, Pointer> synced_entries_;
    std::vector<EntryChange> unsynced_entries_;
};

}  // namespace sokkuri::testing
