#include "service/catalog_identity.h"

#include "base/shown_text.h"

namespace sokkuri::service {
namespace {

Result<FileStatus> catalog_status(const FileSystem& files, const std::string& home) {
    return files.status(join_path(join_path(home, ".sokkuri"), "catalog.db"));
}

}  // namespace

CatalogIdentity CatalogIdentity::of(const FileSystem& files, const std::string& home) {
    const auto status = catalog_status(files, home);
    if (!status) return {};
    return {.inode = status->inode, .device = status->device};
}

Result<void> CatalogIdentity::check(const FileSystem& files, const std::string& home) const {
    const auto there = catalog_status(files, home);
    if (!there && there.error().code() == ErrorCode::kNotFound) {
        return fail(ErrorCode::kNotFound, "{}: its folder has been taken away", shown_text(home));
    }
    TRY(there);
    if (there->inode == inode && there->device == device) return {};
    return fail(ErrorCode::kUnavailable, "{}: another collection lies there by now",
                shown_text(home));
}

}  // namespace sokkuri::service
