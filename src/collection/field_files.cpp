#include "collection/field_files.h"

namespace sokkuri::collection {

namespace {

constexpr const char* kFieldsFolder = "fields";

enum class Below { kAll, kFields };

Result<std::uint64_t> bytes_in(const FileSystem& files, const std::string& directory, Below below);

}  // namespace

Result<std::uint64_t> bytes_on_disk(const FileSystem& files, const std::string& directory) {
    return bytes_in(files, directory, Below::kFields);
}

Result<std::uint64_t> bytes_below(const FileSystem& files, const std::string& directory) {
    return bytes_in(files, directory, Below::kAll);
}

bool is_vector_file(std::string_view file) {
    return file.starts_with(kFieldsFolder) && file.find("/vectors/") != std::string_view::npos;
}

Result<bool> is_there(const FileSystem& files, const std::string& path) {
    const auto status = files.status_following(path);
    if (status) return true;
    if (status.error().code() == ErrorCode::kNotFound) return false;
    return tl::unexpected(status.error());
}

Result<std::vector<std::string>> names_in(const FileSystem& files, const std::string& folder,
                                          FileKind but_not) {
    std::vector<std::string> names;
    const auto entries = files.list(folder);
    if (!entries && entries.error().code() == ErrorCode::kNotFound) return names;
    if (!entries) return tl::unexpected(entries.error());
    for (const DirectoryEntry& entry : *entries) {
        if (entry.kind != but_not) names.push_back(entry.name);
    }
    return names;
}

namespace {

Result<std::uint64_t> bytes_in(const FileSystem& files, const std::string& directory, Below below) {
    std::uint64_t bytes = 0;
    std::vector<std::string> folders{directory};
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        const auto entries = files.list(folder);
        // A field that was compacted or dropped since its folder was seen.
        if (!entries && entries.error().code() == ErrorCode::kNotFound && folder != directory) {
            continue;
        }
        if (!entries) return tl::unexpected(entries.error());
        for (const DirectoryEntry& entry : *entries) {
            const bool is_ours =
                below == Below::kAll || folder != directory || entry.name == kFieldsFolder;
            const std::string path = join_path(folder, entry.name);
            if (entry.kind == FileKind::kDirectory) {
                if (is_ours) folders.push_back(path);
            } else if (const auto status = files.status(path)) {  // a -wal may vanish meanwhile
                bytes += status->size_bytes;
            }
        }
    }
    return bytes;
}

}  // namespace

}  // namespace sokkuri::collection
