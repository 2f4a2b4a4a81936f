// Watching folders of pictures: what the walk would find there is what matters. Used by cli (index
// --watch) and folder_follower.
#pragma once

#include "base/folder_watch.h"
#include "base/result.h"

#include <memory>
#include <string>

namespace sokkuri::service {

/// Tells of pictures that come, change, move or go, and of folders that do, as far as the walk
/// looks (folder_walk.h). Errors as FolderWatch::open.
Result<std::unique_ptr<FolderWatch>> watch_pictures(const std::string& folder);

}  // namespace sokkuri::service
