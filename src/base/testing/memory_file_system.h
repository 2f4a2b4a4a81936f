// MemoryFileSystem: a file system in memory that can lose power. What was written but not synced
// (content, and names in their directories) may be gone, whole or torn after a crash. For tests
// only. Safe from any number of threads. Without symbolic links; paths with and without a leading
// "/" are the same.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/testing/memory_node.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace sokkuri::testing {

class MemoryFileSystem final : public FileSystem {
 public:
    MemoryFileSystem();
    ~MemoryFileSystem() override;

    /// As a power cut leaves it; the same seed leaves the same. Files that are still open no longer
    /// belong to it.
    void crash(std::uint64_t seed);

    Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override;
    Result<FileStatus> status(std::string_view path) const override;
    Result<FileStatus> status_following(std::string_view path) const override;
    Result<std::vector<DirectoryEntry>> list(std::string_view path) const override;
    Result<std::string> canonical(std::string_view path) const override;
    Result<void> create_directory(std::string_view path) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> remove_file(std::string_view path) override;
    Result<void> remove_directory(std::string_view path) override;
    Result<void> sync_directory(std::string_view path) override;

 private:
    class OpenFile;
    struct State;
    struct Place;

    static Result<Place> find(State& state, std::string_view path);
    static Result<MemoryNode::Pointer> find_existing(State& state, std::string_view path);
    Result<void> remove(std::string_view path, FileKind kind);

    // Shared with open files.
    std::shared_ptr<Guarded<State>> state_;
};

}  // namespace sokkuri::testing
