// The files of a collection as the disk sees them: how large they are together.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <string>

namespace sokkuri::collection {

/// Bytes of the files in `directory` and of those of its fields. Links are not followed.
Result<std::uint64_t> bytes_on_disk(const FileSystem& files, const std::string& directory);

}  // namespace sokkuri::collection
