// The files of a collection as the disk sees them: which are there, how large they are together.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

/// Bytes of the files in `directory` and of those of its fields. Links are not followed.
Result<std::uint64_t> bytes_on_disk(const FileSystem& files, const std::string& directory);

/// Likewise of all files in `directory` and below.
Result<std::uint64_t> bytes_below(const FileSystem& files, const std::string& directory);

/// Whether that is a file of vectors, and not one of segments or another one of a collection.
bool is_vector_file(std::string_view file);

Result<bool> is_there(const FileSystem& files, const std::string& path);
/// None when there is no such folder. Entries of kind `but_not` are left out.
Result<std::vector<std::string>> names_in(const FileSystem& files, const std::string& folder,
                                          FileKind but_not);

}  // namespace sokkuri::collection
