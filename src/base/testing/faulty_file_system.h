// FaultyFileSystem: wraps any file system and lets the n-th operation fail, alone or with
// everything after it. Counts the operations, so that a test can go through all of them. For tests
// only. Safe from any number of threads.
#pragma once

#include "base/file_system.h"

#include <cstdint>
#include <limits>
#include <memory>

namespace sokkuri::testing {

enum class FaultEffect {
    kFailOnce,       // a write has then written half of its bytes
    kCutOff,         // the same, and everything that follows fails, as after a kill
    kRefuseChanges,  // from there on whatever changes something fails, as on a disk that can only
                     // be read
    kNoMemory,       // one operation throws std::bad_alloc instead, and does nothing
};

struct Fault {
    static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t at = kNever;  // counted from 0
    FaultEffect effect = FaultEffect::kFailOnce;
    std::uint64_t cut_off_at = kNever;  // a second fault: from here on everything fails
    ErrorCode code = ErrorCode::kIo;
};

class FaultyFileSystem final : public FileSystem {
 public:
    explicit FaultyFileSystem(FileSystem& files);
    ~FaultyFileSystem() override;

    /// Starts to count anew.
    void set_fault(const Fault& fault);
    /// Begun since the last set_fault. Closing and unlocking never fail on their own and do not
    /// count.
    std::uint64_t operations() const;
    bool has_failed() const;
    /// Whether everything fails now.
    bool is_cut_off() const;

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
    class FaultyFile;
    class Faults;

    FileSystem* files_;
    std::shared_ptr<Faults> faults_;  // shared with open files
};

}  // namespace sokkuri::testing
