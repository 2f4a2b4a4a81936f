// RecordFile: a file of records of one size, read by number in pieces. Used by the vector sources.
// Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace sokkuri::service {

struct RecordLayout {
    std::size_t record_bytes = 0;
    std::uint64_t data_at = 0;             // where the first record begins
    std::optional<std::uint64_t> records;  // empty: up to the end of the file
};

class RecordFile {
 public:
    /// kCorruption when the file is too short for its records, or, where their number is not given,
    /// does not end behind a whole one.
    static Result<RecordFile> open(FileSystem& files, const std::string& path,
                                   const RecordLayout& layout);

    std::uint64_t records() const { return records_; }
    std::size_t record_bytes() const { return record_bytes_; }
    /// As it can be shown.
    const std::string& name() const { return name_; }

    /// Records from `first` on, as many as fill `out`; they must exist. kCorruption when the file
    /// has become shorter.
    Result<void> read(std::uint64_t first, std::span<std::byte> out) const;

 private:
    RecordFile() = default;

    std::unique_ptr<File> file_;
    std::string name_;
    std::uint64_t data_at_ = 0;
    std::size_t record_bytes_ = 0;
    std::uint64_t records_ = 0;
};

}  // namespace sokkuri::service
