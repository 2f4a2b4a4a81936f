#include "service/source_files.h"

namespace sokkuri::service {
namespace {

constexpr std::string_view kShardVectors = ".features.npy";
constexpr std::string_view kShardIds = ".object_ids.npy";

/// What may be beside it, or in it.
std::vector<std::string> candidates(const FileSystem& files, const std::string& path);

}  // namespace

std::vector<std::string> files_of_source(const FileSystem& files, const std::string& path) {
    std::vector<std::string> all = {path};
    for (std::string& other : candidates(files, path)) {
        if (other != path && files.status_following(other)) all.push_back(std::move(other));
    }
    return all;
}

namespace {

std::vector<std::string> candidates(const FileSystem& files, const std::string& path) {
    const auto status = files.status_following(path);
    if (status && status->kind == FileKind::kDirectory) {
        std::string stem = path;
        while (stem.size() > 1 && stem.ends_with('/'))
            stem.pop_back();
        return {join_path(path, "obj"), join_path(path, "prf"), stem + ".map"};
    }
    if (path.ends_with(kShardVectors)) {
        return {path.substr(0, path.size() - kShardVectors.size()) + std::string(kShardIds)};
    }
    // Whatever its ending is: a format may be named.
    const std::string stem = path.substr(0, path.rfind('.'));
    return {stem + ".meta", stem + ".tree"};
}

}  // namespace
}  // namespace sokkuri::service
