#include "image/thumbnail.h"

#include "image/resize.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::image {

namespace {

constexpr std::uint32_t kSamplesPerSide = 8;

Size fitted(Size size, std::uint32_t longer_side_max);
/// What `count` parts of `length` begin with: part `i` is [start_of(i), start_of(i + 1)).
std::uint32_t start_of(std::uint32_t i, std::uint32_t count, std::uint32_t length);
void add_mean(const Picture& picture, Size target, std::uint32_t x, std::uint32_t y,
              std::vector<std::uint8_t>& rgb);

}  // namespace

Result<Picture> shrink_to_fit(const Picture& picture, std::uint32_t longer_side_max) {
    if (longer_side_max == 0) return fail(ErrorCode::kInvalidArgument, "longer_side_max is 0");
    return resize(picture, whole(picture.size), fitted(picture.size, longer_side_max));
}

Picture shrink_roughly(const Picture& picture, std::uint32_t longer_side_max) {
    Picture small{.size = fitted(picture.size, std::max(1U, longer_side_max)), .rgb = {}};
    small.rgb.reserve(std::size_t{3} * small.size.width * small.size.height);
    for (std::uint32_t y = 0; y < small.size.height; ++y) {
        for (std::uint32_t x = 0; x < small.size.width; ++x)
            add_mean(picture, small.size, x, y, small.rgb);
    }
    return small;
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

std::uint32_t start_of(std::uint32_t i, std::uint32_t count, std::uint32_t length) {
    return static_cast<std::uint32_t>(std::uint64_t{i} * length / count);
}

void add_mean(const Picture& picture, Size target, std::uint32_t x, std::uint32_t y,
              std::vector<std::uint8_t>& rgb) {
    const std::uint32_t left = start_of(x, target.width, picture.size.width);
    const std::uint32_t top = start_of(y, target.height, picture.size.height);
    const std::uint32_t width = start_of(x + 1, target.width, picture.size.width) - left;
    const std::uint32_t height = start_of(y + 1, target.height, picture.size.height) - top;
    const std::uint32_t columns = std::min(width, kSamplesPerSide);
    const std::uint32_t rows = std::min(height, kSamplesPerSide);
    std::array<std::uint32_t, 3> sums{};
    for (std::uint32_t j = 0; j < rows; ++j) {
        const std::size_t row = top + start_of(2 * j + 1, 2 * rows, height);
        for (std::uint32_t i = 0; i < columns; ++i) {
            const std::size_t column = left + start_of(2 * i + 1, 2 * columns, width);
            const std::uint8_t* pixel = &picture.rgb[3 * (row * picture.size.width + column)];
            for (std::size_t channel = 0; channel < 3; ++channel)
                sums[channel] += pixel[channel];
        }
    }
    const std::uint32_t samples = rows * columns;
    for (const std::uint32_t sum : sums)
        rgb.push_back(static_cast<std::uint8_t>((sum + samples / 2) / samples));
}

}  // namespace

}  // namespace sokkuri::image
