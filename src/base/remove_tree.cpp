#include "base/remove_tree.h"

#include <string>
#include <vector>

namespace sokkuri {

Result<void> remove_tree(FileSystem& files, std::string_view path) {
    const auto status = files.status(path);
    if (!status && status.error().code() == ErrorCode::kNotFound) return {};
    if (!status) return tl::unexpected(status.error());
    if (status->kind != FileKind::kDirectory) return files.remove_file(path);
    // Each folder comes after the one that holds it.
    std::vector<std::string> folders{std::string(path)};
    for (std::size_t i = 0; i < folders.size(); ++i) {
        const std::string folder = folders[i];
        const std::vector<DirectoryEntry> entries = TRY(files.list(folder));
        for (const DirectoryEntry& entry : entries) {
            std::string inside = join_path(folder, entry.name);
            if (entry.kind == FileKind::kDirectory) {
                folders.push_back(std::move(inside));
            } else {
                TRY(files.remove_file(inside));
            }
        }
    }
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        TRY(files.remove_directory(*folder));
    }
    return {};
}

}  // namespace sokkuri
