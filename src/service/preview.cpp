#include "service/preview.h"

#include "image/thumbnail.h"
#include "service/opened_picture.h"

namespace sokkuri::service {

Result<image::Picture> preview(const FileSystem& files, const std::string& file,
                               std::uint32_t longer_side_max, const image::DecodeLimits& limits) {
    const auto bytes = TRY(read_file(files, file, limits.file_bytes_max));
    return preview(bytes, longer_side_max, limits);
}

Result<image::Picture> preview(std::span<const std::byte> bytes, std::uint32_t longer_side_max,
                               const image::DecodeLimits& limits) {
    // A shorter side that fills a square of that size keeps the longer side sharp enough too.
    const image::Decoded decoded =
        TRY(image::decode(bytes, {.limits = limits, .shorter_side_min = longer_side_max}));
    return image::shrink_to_fit(decoded.picture, longer_side_max);
}

Result<image::Picture> preview_of_item(const Library& library, const std::string& id,
                                       std::uint32_t longer_side_max,
                                       const image::DecodeLimits& limits) {
    const OpenedPicture picture = TRY(open_picture(library, id));
    const std::vector<std::byte> bytes = TRY(read_picture(picture, limits.file_bytes_max));
    return preview(bytes, longer_side_max, limits);
}

}  // namespace sokkuri::service
