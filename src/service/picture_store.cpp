#include "service/picture_store.h"

#include "service/library.h"
#include "service/picture_document.h"
#include "service/rendered_pictures.h"

#include <algorithm>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::size_t kDoubtsAtOnce = 1'000;

Result<void> settle(const Library& library, const collection::KeptPicture& picture);
Result<bool> is_referred_to(const Library& library, const collection::KeptPicture& picture);

}  // namespace

Result<void> PictureStore::write(const Hash128& content, std::span<const std::byte> picture) {
    return write_to(path_of(content), content, picture);
}

Result<void> PictureStore::write_thumbnail(const Hash128& content,
                                           std::span<const std::byte> thumbnail) {
    return write_to(thumbnail_path_of(content), content, with_checksum(thumbnail));
}

Result<void> PictureStore::write_to(const std::string& path, const Hash128& content,
                                    std::span<const std::byte> picture) {
    const auto there = read_file(files_, path, picture.size());
    if (there && std::ranges::equal(*there, picture)) return {};
    TRY(create_directories(files_, folder_of(content)));
    return replace_file(files_, path, picture);
}

bool PictureStore::has(const Hash128& content) const {
    return files_.status(path_of(content)).has_value();
}

bool PictureStore::has_thumbnail(const Hash128& content) const {
    return files_.status(thumbnail_path_of(content)).has_value();
}

Result<std::unique_ptr<File>> PictureStore::open(const Hash128& content) const {
    return files_.open(path_of(content), OpenMode::kRead);
}

Result<std::unique_ptr<File>> PictureStore::open_thumbnail(const Hash128& content) const {
    return files_.open(thumbnail_path_of(content), OpenMode::kRead);
}

Result<void> PictureStore::remove(const Hash128& content) {
    for (const std::string& path : {path_of(content), thumbnail_path_of(content)}) {
        auto removed = files_.remove_file(path);
        if (!removed && removed.error().code() != ErrorCode::kNotFound) return removed;
    }
    return {};
}

void PictureStore::remove_leftovers(const Hash128& content) {
    const std::string start = hex(content) + '.';  // as replace_file names them
    const auto entries = files_.list(folder_of(content));
    for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
        if (!entry.name.starts_with(start)) continue;
        static_cast<void>(files_.remove_file(join_path(folder_of(content), entry.name)));
    }
}

std::string PictureStore::folder_of(const Hash128& content) const {
    return join_path(directory_, hex(std::span(content).first(1)));
}

std::string PictureStore::path_of(const Hash128& content) const {
    return join_path(folder_of(content), hex(content));
}

std::string PictureStore::thumbnail_path_of(const Hash128& content) const {
    return path_of(content) + "-thumbnail";
}

Result<void> settle_pictures(const Library& library,
                             std::span<const collection::KeptPicture> pictures) {
    for (const collection::KeptPicture& picture : pictures)
        TRY(settle(library, picture));
    return {};
}

Result<void> settle_doubtful_pictures(const Library& library) {
    for (;;) {
        const std::vector<collection::KeptPicture> doubtful =
            TRY(library.workspace().kept_pictures().in_doubt(kDoubtsAtOnce));
        if (doubtful.empty()) return {};
        for (const collection::KeptPicture& picture : doubtful)
            library.pictures().remove_leftovers(picture.content);
        TRY(settle_pictures(library, doubtful));
    }
}

namespace {

Result<void> settle(const Library& library, const collection::KeptPicture& picture) {
    collection::KeptPictures& kept = library.workspace().kept_pictures();
    const bool is_wanted = TRY(is_referred_to(library, picture));
    if (is_wanted) return kept.confirm(picture);
    const std::vector<collection::KeptPicture> all = TRY(kept.of_content(picture.content, 2));
    const bool others_want_it =
        std::ranges::any_of(all, [&](const auto& other) { return other != picture; });
    // The file first: a kill in between leaves the doubt, and the next one comes back to it.
    TRY(library.identity().check(library.files(), library.home()));  // another one's picture
    if (!others_want_it) TRY(library.pictures().remove(picture.content));
    return kept.forget(picture);
}

Result<bool> is_referred_to(const Library& library, const collection::KeptPicture& picture) {
    const auto records = TRY(library.collection().get(std::span(&picture.id, 1)));
    if (records.empty() || !records.front()) return false;
    const auto file = file_of(records.front()->document);
    return file && file->path.empty() && file->content == picture.content;
}

}  // namespace
}  // namespace sokkuri::service
