// Removes whole folders through the seam of file_system.h.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string_view>

namespace sokkuri {

/// Removes a file, or a folder with everything below it; links are removed, not followed. No error
/// when it is not there. Failing in the middle leaves the rest.
Result<void> remove_tree(FileSystem& files, std::string_view path);

}  // namespace sokkuri
