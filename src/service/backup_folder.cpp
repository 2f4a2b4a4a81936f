#include "service/backup_folder.h"

#include "base/shown_text.h"
#include "service/collection_name.h"
#include "service/libraries.h"

namespace sokkuri::service {
namespace {

/// Whether `path` is `folder` or lies in it; both absolute.
bool lies_in(const std::string& path, const std::string& folder);

}  // namespace

Result<BackupFolder> BackupFolder::open(FileSystem& files, const std::string& path,
                                        const Libraries& libraries) {
    TRY(create_directories(files, path));
    std::string folder = TRY(files.canonical(path));
    if (folder == libraries.data_path()) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}: new collections are made there; backups need a folder of their own",
                    shown_text(path));
    }
    for (const Libraries::EntryPointer& entry : libraries.all()) {
        if (!lies_in(entry->library.home(), folder)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "{}: the collection {} lies there; backups need a folder of their own",
                    shown_text(path), entry->name);
    }
    return BackupFolder(std::move(folder));
}

Result<std::string> BackupFolder::place_of(const std::string& name) const {
    if (path_.empty()) {
        return fail(ErrorCode::kUnsupported,
                    "this server may write no backups: start it with --backups DIR, a folder for "
                    "them; or, on its machine, `sokkuri backup TARGET --in FOLDER` copies a "
                    "collection while it is served");
    }
    TRY(in_context("name of a backup", validate_collection_name(name)));
    return join_path(path_, name);
}

namespace {

bool lies_in(const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(join_path(folder, ""));
}

}  // namespace
}  // namespace sokkuri::service
