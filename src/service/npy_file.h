// NpyFile: writes a float32 matrix row by row as NumPy reads it (format version 1.0, C order). The
// number of rows need not be known before the last one. Used by embed and export. Belongs to one
// thread.
#pragma once

#include "base/atomic_file.h"
#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>

namespace sokkuri::service {

class NpyFile {
 public:
    static Result<NpyFile> create(FileSystem& files, const std::string& path,
                                  std::uint32_t dimension);

    /// `row` has `dimension` components.
    Result<void> append(std::span<const float> row);
    /// As AtomicFile::settle and commit.
    Result<void> settle();
    Result<void> commit() { return file_.commit(); }
    /// Both: the file is there, whole and durable, when this returns.
    Result<void> finish();

    std::uint64_t rows() const { return rows_; }

 private:
    NpyFile(AtomicFile file, std::uint32_t dimension)
        : file_(std::move(file)), dimension_(dimension) {}

    AtomicFile file_;
    std::uint32_t dimension_;
    std::uint64_t rows_ = 0;
};

}  // namespace sokkuri::service
