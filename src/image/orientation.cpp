#include "image/orientation.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sokkuri::image {

namespace {

constexpr int kUpright = 1;
constexpr int kFirstTransposed = 5;
constexpr std::size_t kPixelBytes = 3;

/// Where the pixel of the upright picture's origin lies in the stored one, and the steps to its
/// right and lower neighbors, in pixels.
struct Walk {
    std::ptrdiff_t origin = 0;
    std::ptrdiff_t step_right = 0;
    std::ptrdiff_t step_down = 0;
};

Walk walk_of(Size stored, int orientation);

}  // namespace

Size upright_size(Size stored, int orientation) {
    if (orientation < kFirstTransposed) return stored;
    return {.width = stored.height, .height = stored.width};
}

Picture turned_upright(Picture stored, int orientation) {
    if (orientation == kUpright) return stored;
    const Walk walk = walk_of(stored.size, orientation);
    Picture upright{.size = upright_size(stored.size, orientation),
                    .rgb = std::vector<std::uint8_t>(stored.rgb.size())};
    // Tiles keep the strided side of a transposition inside the first-level cache.
    constexpr std::uint32_t kTile = 32;
    const auto [width, height] = upright.size;
    for (std::uint32_t tile_top = 0; tile_top < height; tile_top += kTile) {
        const std::uint32_t bottom = std::min(height, tile_top + kTile);
        for (std::uint32_t tile_left = 0; tile_left < width; tile_left += kTile) {
            const std::uint32_t right = std::min(width, tile_left + kTile);
            for (std::uint32_t y = tile_top; y < bottom; ++y) {
                for (std::uint32_t x = tile_left; x < right; ++x) {
                    const std::ptrdiff_t from =
                        walk.origin + walk.step_right * x + walk.step_down * y;
                    const std::size_t to = static_cast<std::size_t>(y) * width + x;
                    std::memcpy(&upright.rgb[to * kPixelBytes], &stored.rgb[from * kPixelBytes],
                                kPixelBytes);
                }
            }
        }
    }
    return upright;
}

namespace {

Walk walk_of(Size stored, int orientation) {
    const std::ptrdiff_t width = stored.width;
    const std::ptrdiff_t right_end = width - 1;
    const std::ptrdiff_t bottom_row = (static_cast<std::ptrdiff_t>(stored.height) - 1) * width;
    switch (orientation) {
        case 2:
            return {right_end, -1, width};  // mirrored left to right
        case 3:
            return {bottom_row + right_end, -1, -width};  // upside down
        case 4:
            return {bottom_row, 1, -width};  // mirrored top to bottom
        case 5:
            return {0, width, 1};  // transposed
        case 6:
            return {bottom_row, -width, 1};  // wants a quarter turn clockwise
        case 7:
            return {bottom_row + right_end, -width, -1};  // transposed over the other diagonal
        case 8:
            return {right_end, width, -1};  // wants a quarter turn counterclockwise
        default:
            return {0, 1, width};
    }
}

}  // namespace

}  // namespace sokkuri::image
