#include "collection/lost_catalog.h"

#include <optional>

namespace sokkuri::collection {

namespace {

bool has_content(const FileSystem& files, const std::string& path);
/// A file of vectors below `directory`.
std::optional<std::string> vectors_in(const FileSystem& files, const std::string& directory);

}  // namespace

Result<void> refuse_lost_catalog(const FileSystem& files, const std::string& directory) {
    const std::string catalog = join_path(directory, "catalog.db");
    if (has_content(files, catalog)) return {};
    const std::optional<std::string> vectors = vectors_in(files, directory);
    if (!vectors) return {};
    return fail(ErrorCode::kCorruption,
                "{}: missing or empty, though {} holds vectors: put it back from a backup, or move "
                "{} away to begin anew",
                catalog, *vectors, directory);
}

namespace {

bool has_content(const FileSystem& files, const std::string& path) {
    const auto status = files.status_following(path);
    return status && status->size_bytes > 0;
}

std::optional<std::string> vectors_in(const FileSystem& files, const std::string& directory) {
    const std::string fields = join_path(directory, "fields");
    const auto numbers = files.list(fields);
    if (!numbers) return std::nullopt;
    for (const DirectoryEntry& field : *numbers) {
        const std::string folder = join_path(join_path(fields, field.name), "vectors");
        const auto extents = files.list(folder);
        if (!extents) continue;
        for (const DirectoryEntry& extent : *extents) {
            std::string path = join_path(folder, extent.name);
            if (has_content(files, path)) return path;
        }
    }
    return std::nullopt;
}

}  // namespace

}  // namespace sokkuri::collection
