#include "service/folder_walk.h"

#include "image/format.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

class Walk {
 public:
    Walk(const FileSystem& files, const std::string& folder, const WalkLimits& limits,
         const WalkVisitor& visit)
        : files_(files), folder_(folder), limits_(limits), visit_(visit) {}

    Result<WalkReport> run();

 private:
    /// A folder that we are in: what is left of its entries, last one first.
    struct Level {
        std::string path;  // relative; empty or ending in '/'
        std::vector<DirectoryEntry> entries;
    };

    Result<std::vector<DirectoryEntry>> list(const std::string& path);
    /// These return false to stop.
    Result<bool> enter(const std::string& path);
    Result<bool> look_at(const std::string& path, FileKind kind);
    bool look_at_link(const std::string& path);
    bool look_at_file(const std::string& path);

    std::string absolute(const std::string& path) const { return join_path(folder_, path); }

    const FileSystem& files_;
    const std::string& folder_;
    const WalkLimits& limits_;
    const WalkVisitor& visit_;
    std::vector<Level> levels_;
    std::uint64_t entries_seen_ = 0;
    WalkReport report_;
};

bool is_skipped(const DirectoryEntry& entry);
bool comes_later(const DirectoryEntry& a, const DirectoryEntry& b);
bool is_inside(std::string_view path, std::string_view folder);

}  // namespace

bool is_passed_by(std::string_view name, FileKind kind) {
    if (name.starts_with('.')) return true;
    if (kind != FileKind::kDirectory) return false;
    return std::any_of(std::begin(kSkippedFolders), std::end(kSkippedFolders),
                       [&](const char* skipped) { return name == skipped; });
}

Result<WalkReport> walk_folder(const FileSystem& files, const std::string& folder,
                               const WalkLimits& limits, const WalkVisitor& visit) {
    return Walk(files, folder, limits, visit).run();
}

namespace {

Result<WalkReport> Walk::run() {
    std::vector<DirectoryEntry> top = TRY(list(""));
    levels_.push_back({.path = "", .entries = std::move(top)});
    while (!levels_.empty()) {
        Level& level = levels_.back();
        if (level.entries.empty()) {
            levels_.pop_back();
            continue;
        }
        const DirectoryEntry entry = std::move(level.entries.back());
        level.entries.pop_back();
        const std::string path = level.path + entry.name;
        const bool goes_on = TRY(look_at(path, entry.kind));
        if (!goes_on) break;
    }
    return report_;
}

/// Entries in reverse order of visit.
Result<std::vector<DirectoryEntry>> Walk::list(const std::string& path) {
    std::vector<DirectoryEntry> entries = TRY(files_.list(absolute(path)));
    entries_seen_ += entries.size();
    if (entries_seen_ > limits_.entries_max) {
        return fail(ErrorCode::kExhausted, "{}: more than entries_max = {} files and folders",
                    folder_, limits_.entries_max);
    }
    std::erase_if(entries, is_skipped);
    std::sort(entries.begin(), entries.end(), comes_later);
    return entries;
}

Result<bool> Walk::look_at(const std::string& path, FileKind kind) {
    if (kind == FileKind::kDirectory) return enter(path + '/');
    if (kind == FileKind::kSymlink) return look_at_link(path);
    if (!image::has_picture_extension(path)) return true;
    return look_at_file(path);
}

Result<bool> Walk::enter(const std::string& path) {
    if (levels_.size() > limits_.depth_max) {
        return visit_({.path = path,
                       .problem = Error(
                           ErrorCode::kExhausted,
                           fmt::format("deeper than depth_max = {} folders", limits_.depth_max))});
    }
    auto entries = list(path);
    if (entries) {
        levels_.push_back({.path = path, .entries = std::move(*entries)});
        return true;
    }
    if (entries_seen_ > limits_.entries_max) return tl::unexpected(entries.error());
    if (entries.error().code() == ErrorCode::kNotFound) return true;  // removed while we looked
    return visit_({.path = path, .problem = entries.error()});
}

/// A link inside the folder to a file is as good as the file. One to a folder would show the same
/// pictures twice or lead in circles, and one that leaves the folder is not the user's to give
/// away.
bool Walk::look_at_link(const std::string& path) {
    const auto target = files_.canonical(absolute(path));
    const auto status = files_.status_following(absolute(path));
    const bool is_file = target && status && status->kind != FileKind::kDirectory;
    if (is_file && is_inside(*target, folder_)) {
        return !image::has_picture_extension(path) || look_at_file(path);
    }
    const bool is_folder = status && status->kind == FileKind::kDirectory;
    if (is_folder || image::has_picture_extension(path)) ++report_.links_left_out;
    return true;
}

bool Walk::look_at_file(const std::string& path) {
    const auto status = files_.status_following(absolute(path));
    if (!status && status.error().code() == ErrorCode::kNotFound) return true;
    ++report_.files;
    if (!status) return visit_({.path = path, .problem = status.error()});
    return visit_({.path = path, .status = *status});
}

bool is_skipped(const DirectoryEntry& entry) {
    return is_passed_by(entry.name, entry.kind);
}

/// A folder sorts as its name with '/', since that is how the paths inside it go on.
bool comes_later(const DirectoryEntry& a, const DirectoryEntry& b) {
    const auto key = [](const DirectoryEntry& entry) {
        return entry.kind == FileKind::kDirectory ? entry.name + '/' : entry.name;
    };
    return key(a) > key(b);
}

bool is_inside(std::string_view path, std::string_view folder) {
    if (folder == "/") return true;
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace
}  // namespace sokkuri::service
