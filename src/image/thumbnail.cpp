#include "image/thumbnail.h"

#include "image/resize.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::image {

namespace {

Size fitted(Size size, std::uint32_t longer_side_max);

}  // namespace

Result<Picture> shrink_to_fit(const Picture& picture, std::uint32_t longer_side_max) {
    if (longer_side_max == 0) return fail(ErrorCode::kInvalidArgument, "longer_side_max is 0");
    return resize(picture, whole(picture.size), fitted(picture.size, longer_side_max));
}

Result<std::vector<std::byte>> thumbnail_jpeg(std::span<const std::byte> file,
                                              std::uint32_t longer_side_max, int quality,
                                              const DecodeLimits& limits) {
    // The longer side is at least as long as the shorter one, so this never decodes too small.
    const Decoded decoded =
        TRY(decode(file, {.limits = limits, .shorter_side_min = longer_side_max}));
    const Picture thumbnail = TRY(shrink_to_fit(decoded.picture, longer_side_max));
    return encode_jpeg(thumbnail, quality);
}

namespace {

Size fitted(Size size, std::uint32_t longer_side_max) {
    const std::uint32_t longer = std::max(size.width, size.height);
    if (longer <= longer_side_max) return size;
    const double scale = static_cast<double>(longer_side_max) / longer;
    const auto scaled = [&](std::uint32_t side) {
        return std::max(1U, static_cast<std::uint32_t>(std::lround(side * scale)));
    };
    return {.width = scaled(size.width), .height = scaled(size.height)};
}

}  // namespace

}  // namespace sokkuri::image
