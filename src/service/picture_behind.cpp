#include "service/picture_behind.h"

#include "service/picture_document.h"

namespace sokkuri::service {

Result<PictureBehind> picture_behind(const Library& library, const collection::Record& record) {
    const auto file = file_of(record.document);
    if (!file) return PictureBehind::kNone;
    if (!file->path.empty()) {
        const auto known = TRY(library.workspace().file_of_id(record.id));
        return known ? PictureBehind::kFile : PictureBehind::kNone;
    }
    if (!file->content) return PictureBehind::kNone;
    if (library.pictures().has(*file->content)) return PictureBehind::kOriginal;
    const bool is_thumbnail = library.pictures().has_thumbnail(*file->content);
    return is_thumbnail ? PictureBehind::kThumbnail : PictureBehind::kNone;
}

}  // namespace sokkuri::service
