#include "collection/field_files.h"

#include <vector>

namespace sokkuri::collection {

namespace {

constexpr const char* kFieldsFolder = "fields";

}  // namespace

Result<std::uint64_t> bytes_on_disk(const FileSystem& files, const std::string& directory) {
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
            const bool is_ours = folder != directory || entry.name == kFieldsFolder;
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

}  // namespace sokkuri::collection
