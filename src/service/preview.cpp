#include "service/preview.h"

#include "image/thumbnail.h"

namespace sokkuri::service {

Result<image::Picture> preview(const FileSystem& files, const std::string& file,
                               std::uint32_t longer_side_max, const image::DecodeLimits& limits) {
    const auto bytes = TRY(read_file(files, file, limits.file_bytes_max));
    // A shorter side that fills a square of that size keeps the longer side sharp enough too.
    const image::Decoded decoded =
        TRY(image::decode(bytes, {.limits = limits, .shorter_side_min = longer_side_max}));
    return image::shrink_to_fit(decoded.picture, longer_side_max);
}

}  // namespace sokkuri::service
