#include "image/exif.h"

#include <libexif/exif-data.h>

#include <limits>
#include <memory>

namespace sokkuri::image {

namespace {

constexpr int kUpright = 1;
constexpr int kLast = 8;

}  // namespace

int orientation_of_exif(std::span<const std::byte> exif) {
    if (exif.size() > std::numeric_limits<unsigned>::max()) return kUpright;
    const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(
        exif_data_new_from_data(reinterpret_cast<const unsigned char*>(exif.data()),
                                static_cast<unsigned>(exif.size())),
        &exif_data_unref);
    if (data == nullptr) return kUpright;
    const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry == nullptr || entry->format != EXIF_FORMAT_SHORT || entry->size < sizeof(ExifShort))
        return kUpright;
    const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
    return orientation >= kUpright && orientation <= kLast ? orientation : kUpright;
}

}  // namespace sokkuri::image
