#include "service/backup.h"

#include "collection/local_collection.h"
#include "service/kept_picture_check.h"
#include "service/verify.h"

namespace sokkuri::service {

Result<collection::CompactReport> compact(FileSystem& files, const LibraryPlace& place,
                                          const collection::CompactRequest& request) {
    const std::string directory = TRY(directory_of(files, place));
    const auto collection = TRY(collection::open_local_collection(
        files, directory, {.access = collection::LocalOptions::Access::kWrite}));
    return collection->compact(request);
}

Result<collection::BackupReport> back_up(FileSystem& files, const LibraryPlace& place,
                                         const std::string& target,
                                         const collection::BackupOptions& options) {
    const std::string source = TRY(directory_of(files, place));
    TRY(create_directories(files, target));
    const std::string copy = TRY(directory_of(files, {target, ""}));
    if (copy == source) {
        return fail(ErrorCode::kInvalidArgument, "{}: a backup of itself", target);
    }
    TRY(require_kept_pictures(files, source, options.stop));
    return collection::back_up_local_collection(files, source, copy, options);
}

Result<collection::BackupReport> restore(FileSystem& files, const std::string& backup,
                                         const LibraryPlace& place,
                                         const collection::BackupOptions& options) {
    const std::string source = TRY(directory_of(files, {backup, ""}));
    const bool is_inside = place.collection_directory.empty();
    TRY(create_directories(files, is_inside ? place.folder : place.collection_directory));
    const std::string directory = TRY(directory_of(files, place));
    const auto writer = TRY(Library::writer(files, place));
    if (writer) {
        return fail(ErrorCode::kConflict,
                    "{}: process {} has it open: stop that (`sokkuri serve`?), then move the "
                    "folder away and restore",
                    directory, writer->pid);
    }
    if (files.status_following(join_path(directory, "catalog.db"))) {
        return fail(ErrorCode::kAlreadyExists,
                    "{}: there is an index already; move that folder away first", directory);
    }
    collection::BackupOptions with_history = options;
    with_history.begins_history = true;
    return collection::back_up_local_collection(files, source, directory, with_history);
}

}  // namespace sokkuri::service
