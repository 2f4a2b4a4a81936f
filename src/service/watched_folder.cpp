#include "service/watched_folder.h"

#include "image/format.h"
#include "service/folder_walk.h"

namespace sokkuri::service {

Result<std::unique_ptr<FolderWatch>> watch_pictures(const std::string& folder) {
    const auto is_wanted = [](std::string_view name, WatchedKind kind) {
        const bool is_folder = kind == WatchedKind::kFolder;
        if (is_passed_by(name, is_folder ? FileKind::kDirectory : FileKind::kRegular)) return false;
        return is_folder || image::has_picture_extension(name);
    };
    return FolderWatch::open(folder, {.is_wanted = is_wanted});
}

}  // namespace sokkuri::service
