#include "service/data_folder.h"

#include "collection/lost_catalog.h"
#include "service/collection_name.h"
#include "service/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unistd.h>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::string_view kReserved = ".sokkuri";
constexpr const char* kLockName = ".sokkuri-data-lock";
/// A folder that cannot be opened is passed by for one look, then two, four … so many.
constexpr std::uint32_t kPauseMax = 64;

/// Names, sizes and times of all that lies in `folder` and below.
Result<void> describe(const FileSystem& files, const std::string& folder, std::string& text);
store::LockHolder this_process(const std::string& socket);

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(FileSystem& files, const std::string& path,
                                                     const std::string& socket) {
    TRY(create_directories(files, path));
    std::string absolute = TRY(files.canonical(path));
    auto lock = TRY(in_context(
        fmt::format("{}: one server at a time", path),
        store::WriteLock::acquire(files, join_path(absolute, kLockName), this_process(socket))));
    return std::unique_ptr<DataFolder>(new DataFolder(files, std::move(absolute), std::move(lock)));
}

Result<std::optional<collection::CollectionWriter>> DataFolder::server(FileSystem& files,
                                                                       const std::string& path) {
    const auto holder = TRY(store::WriteLock::holder(files, join_path(path, kLockName)));
    if (!holder) return std::nullopt;
    return collection::CollectionWriter{.pid = holder->pid, .socket = holder->socket};
}

bool DataFolder::is_reserved(std::string_view name) {
    return name.starts_with(kReserved);
}

bool DataFolder::is_collection(const FileSystem& files, const std::string& folder) {
    const std::string directory = join_path(folder, kReserved);
    // One without its catalog is one too, to be told of.
    return files.status(join_path(directory, "catalog.db")).has_value() ||
           !collection::refuse_lost_catalog(files, directory);
}

std::string DataFolder::name_of(const std::string& folder,
                                const std::function<bool(const std::string&)>& is_taken) const {
    const std::string own = folder.substr(folder.rfind('/') + 1);
    return free_name(slug_of(own), [&](const std::string& name) {
        const bool is_anothers = name != own && files_.status(join_path(path_, name));
        return is_anothers || is_taken(name);
    });
}

Result<std::vector<std::string>> DataFolder::look(const std::set<std::string>& known) {
    const std::vector<DirectoryEntry> entries = TRY(files_.list(path_));
    std::vector<std::string> settled;
    std::map<std::string, Seen> seen;
    for (const DirectoryEntry& entry : entries) {
        const std::string folder = join_path(path_, entry.name);
        const bool is_candidate = entry.kind == FileKind::kDirectory && !is_reserved(entry.name) &&
                                  !known.contains(folder) && is_collection(files_, folder);
        if (!is_candidate) continue;
        // What goes away while it is looked at is none, until the next look.
        if (is_settled(folder).value_or(false)) settled.push_back(folder);
        seen.insert(seen_.extract(folder));
    }
    seen_ = std::move(seen);
    return settled;
}

Result<bool> DataFolder::is_settled(const std::string& folder) {
    Seen& seen = seen_[folder];
    if (seen.looks_left_out > 0) {
        --seen.looks_left_out;
        return false;
    }
    // It is filled by somebody who will let go of it.
    const auto writer = TRY(Library::writer(files_, {.folder = folder}));
    std::string text = writer ? "written to" : "";
    if (!writer) TRY(describe(files_, join_path(folder, kReserved), text));
    const Hash128 state = xxh128(std::as_bytes(std::span(text)));
    const bool is_same = state == seen.state;
    seen.state = state;
    return is_same && !writer;
}

void DataFolder::put_off(const std::string& folder) {
    Seen& seen = seen_[folder];
    seen.pause = std::clamp(2 * seen.pause, 1U, kPauseMax);
    seen.looks_left_out = seen.pause;
}

namespace {

Result<void> describe(const FileSystem& files, const std::string& folder, std::string& text) {
    const std::vector<DirectoryEntry> entries = TRY(files.list(folder));
    for (const DirectoryEntry& entry : entries) {
        const std::string path = join_path(folder, entry.name);
        const FileStatus status = TRY(files.status(path));
        text += fmt::format("{} {} {}\n", status.size_bytes, status.modified_ns, path);
        if (entry.kind == FileKind::kDirectory) TRY(describe(files, path, text));
    }
    return {};
}

store::LockHolder this_process(const std::string& socket) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {.pid = getpid(),
            .since_s = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
            .socket = socket};
}

}  // namespace
}  // namespace sokkuri::service
