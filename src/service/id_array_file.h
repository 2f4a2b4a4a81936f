// IdArrayFile: writes ids one by one as NumPy's array of texts, whose elements are as wide as the
// longest of them: known at the end, so the ids lie in a file beside it until then, and never all
// in memory. Used by vector_sink. Belongs to one thread.
#pragma once

#include "base/atomic_file.h"
#include "base/file_system.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::service {

class IdArrayFile {
 public:
    static Result<IdArrayFile> create(FileSystem& files, const std::string& path);
    IdArrayFile(IdArrayFile&& other) noexcept;
    IdArrayFile& operator=(IdArrayFile&&) = delete;
    /// Removes what was not committed.
    ~IdArrayFile();

    /// At most 65,535 bytes. kUnsupported, naming it, when it is not UTF-8.
    Result<void> append(std::string_view id);
    /// As AtomicFile::settle and commit.
    Result<void> settle();
    Result<void> commit() { return array_.commit(); }

 private:
    IdArrayFile(FileSystem& files, AtomicFile array) : files_(&files), array_(std::move(array)) {}

    Result<void> flush();
    Result<void> write_array();
    void remove_spool();

    FileSystem* files_;
    AtomicFile array_;
    std::string spool_path_;           // empty: there is none, or none any more
    std::unique_ptr<File> spool_;      // each id behind its length (uint16)
    std::uint64_t spooled_bytes_ = 0;  // in the file
    std::string buffer_;               // behind these
    std::size_t longest_ = 1;          // in characters
    std::uint64_t rows_ = 0;
};

}  // namespace sokkuri::service
