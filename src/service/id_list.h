// IdList: ids of rows from a file, in order: text of one id a line, or a NumPy array of strings or
// integers (what numpy.save makes of a list of names). Read in pieces. Files are hostile. Belongs
// to one thread.
#pragma once

#include "base/file_system.h"
#include "base/line_reader.h"
#include "base/result.h"
#include "service/record_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

class IdList {
 public:
    /// A NumPy array where the name ends in ".npy", else text. Reads text once, to count it.
    static Result<IdList> open(FileSystem& files, const std::string& path);

    std::uint64_t size() const { return size_; }
    /// As it can be shown.
    const std::string& name() const { return name_; }
    /// The next `count` ids; they must exist. kInvalidArgument names an empty one.
    Result<std::vector<std::string>> next(std::size_t count);
    Result<std::string> next();
    /// The next id is number `position`. O(position) in text.
    Result<void> seek(std::uint64_t position);
    /// Likewise, not before the next one: O(those passed over).
    Result<void> skip_to(std::uint64_t position);

 private:
    /// Of an array.
    enum class Kind { kUtf32, kBytes, kSigned, kUnsigned };
    struct Array {
        RecordFile records;
        Kind kind = Kind::kBytes;
    };

    IdList() = default;
    static Result<Array> open_array(FileSystem& files, const std::string& path);
    Result<std::vector<std::string>> next_of_array(std::size_t count);
    Result<std::vector<std::string>> next_of_text(std::size_t count);
    Error cut_off() const;

    std::string name_;
    std::optional<LineReader> lines_;
    std::optional<Array> array_;
    std::uint64_t size_ = 0;
    std::uint64_t position_ = 0;
};

}  // namespace sokkuri::service
