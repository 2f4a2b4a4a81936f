#include "collection/picture_backup.h"

#include "base/atomic_file.h"
#include "base/hash.h"
#include "collection/field_files.h"

#include <algorithm>
#include <set>

namespace sokkuri::collection {

namespace {

constexpr const char* kPicturesName = "pictures";
constexpr std::uint64_t kPictureBytesMax = 1U << 30;

using Names = std::set<std::string>;  // "pictures/ab/…"

Result<Names> pictures_in(const FileSystem& files, const std::string& directory);
std::vector<std::string> without(const Names& names, const Names& others);

}  // namespace

Result<void> PictureBackup::copy() {
    const Names wanted = TRY(pictures_in(run_.files, run_.source));
    const Names there = TRY(pictures_in(run_.files, run_.target));
    has_any_ = !wanted.empty();
    for (const std::string& name : without(wanted, there)) {
        TRY(copy_picture(name));
    }
    return {};
}

Result<void> PictureBackup::copy_picture(const std::string& name) {
    TRY(run_.begin(name));
    const auto bytes = read_file(run_.files, run_.from(name), kPictureBytesMax);
    if (!bytes && bytes.error().code() == ErrorCode::kNotFound) return {};  // removed meanwhile
    if (!bytes) return tl::unexpected(bytes.error());
    const std::string content = hex(xxh128(*bytes));
    const std::size_t folder_bytes = name.rfind('/');
    const std::string_view said = std::string_view(name).substr(folder_bytes + 1);
    if (said.size() == content.size() && content != said) {
        return fail(ErrorCode::kCorruption, "{}: content is {}, not what its name says",
                    run_.from(name), content);
    }
    TRY(create_directories(run_.files, run_.to(name.substr(0, folder_bytes))));
    TRY(replace_file(run_.files, run_.to(name), *bytes));
    ++run_.report.files_copied;
    run_.report.bytes_copied += bytes->size();
    return {};
}

Result<void> PictureBackup::note_old() {
    const Names wanted = TRY(pictures_in(run_.files, run_.source));
    const Names there = TRY(pictures_in(run_.files, run_.target));
    old_ = without(there, wanted);
    return {};
}

void PictureBackup::remove_old() const {
    for (const std::string& name : old_) {
        const auto status = run_.files.status(run_.from(name));
        const bool has_gone = !status && status.error().code() == ErrorCode::kNotFound;
        if (has_gone) static_cast<void>(run_.files.remove_file(run_.to(name)));
    }
}

namespace {

Result<Names> pictures_in(const FileSystem& files, const std::string& directory) {
    Names found;
    const std::vector<std::string> folders =
        TRY(names_in(files, join_path(directory, kPicturesName), FileKind::kRegular));
    for (const std::string& folder : folders) {
        const std::string inner = join_path(kPicturesName, folder);
        const std::vector<std::string> names =
            TRY(names_in(files, join_path(directory, inner), FileKind::kDirectory));
        for (const std::string& name : names) {
            if (!name.ends_with(".tmp")) found.insert(join_path(inner, name));
        }
    }
    return found;
}

std::vector<std::string> without(const Names& names, const Names& others) {
    std::vector<std::string> rest;
    std::ranges::set_difference(names, others, std::back_inserter(rest));
    return rest;
}

}  // namespace

}  // namespace sokkuri::collection
