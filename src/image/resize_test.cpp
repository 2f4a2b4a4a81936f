// resize against a plain scalar bicubic written here from Keys' formula: same filter, same
// antialiasing, same rounding between the passes, no SIMD.
#include "image/resize.h"

#include "image/test_pictures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace sokkuri::image {
namespace {

double keys(double distance) {
    constexpr double kA = -0.5;
    const double x = std::abs(distance);
    if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
    if (x < 2) return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA;
    return 0;
}

/// One axis. `at` gives the value of a pixel; what lies beyond an edge is the mirrored inside, as
/// zimg has it.
template <typename Pixel>
double filtered(const Pixel& at, double center, double scale, int side) {
    const double stretch = std::max(1.0, scale);
    const int first = static_cast<int>(std::floor(center - 2 * stretch));
    const int last = static_cast<int>(std::ceil(center + 2 * stretch));
    double sum = 0;
    double weights = 0;
    for (int i = first; i <= last; ++i) {
        const double weight = keys((i + 0.5 - center) / stretch);
        const int mirrored = i < 0 ? -i - 1 : i >= side ? 2 * side - 1 - i : i;
        sum += weight * at(std::clamp(mirrored, 0, side - 1));
        weights += weight;
    }
    return sum / weights;
}

std::uint8_t rounded(double value) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

/// Across first, then down, rounding after each.
Picture oracle(const Picture& picture, const Crop& crop, Size target) {
    const int width = static_cast<int>(picture.size.width);
    const int height = static_cast<int>(picture.size.height);
    const double scale_x = crop.width / target.width;
    const double scale_y = crop.height / target.height;
    const std::size_t row_bytes = std::size_t{3} * target.width;
    std::vector<std::uint8_t> between;
    for (int row = 0; row < height; ++row) {
        for (std::size_t i = 0; i < row_bytes; ++i) {
            const auto at = [&](int column) {
                return static_cast<double>(
                    picture.rgb[static_cast<std::size_t>((row * width + column) * 3) + i % 3]);
            };
            const double x = static_cast<double>(i / 3) + 0.5;
            between.push_back(rounded(filtered(at, crop.left + x * scale_x, scale_x, width)));
        }
    }
    Picture result{.size = target, .rgb = {}};
    for (std::uint32_t y = 0; y < target.height; ++y) {
        for (std::size_t i = 0; i < row_bytes; ++i) {
            const auto at = [&](int row) {
                return static_cast<double>(between[static_cast<std::size_t>(row) * row_bytes + i]);
            };
            result.rgb.push_back(
                rounded(filtered(at, crop.top + (y + 0.5) * scale_y, scale_y, height)));
        }
    }
    return result;
}

TEST(Resize, MatchesAPlainBicubicOnRandomCropsAndSizes) {
    constexpr std::uint64_t kSeed = 20260901;
    SCOPED_TRACE(kSeed);
    std::mt19937_64 random(kSeed);
    std::uniform_int_distribution<std::uint32_t> side(1, 90);
    std::uniform_real_distribution<double> fraction(0.05, 1);
    for (int round = 0; round < 60; ++round) {
        const Picture picture = noise({.width = side(random), .height = side(random)}, random());
        Crop crop{.width = picture.size.width * fraction(random),
                  .height = picture.size.height * fraction(random)};
        crop.left = (picture.size.width - crop.width) * fraction(random);
        crop.top = (picture.size.height - crop.height) * fraction(random);
        const Size target{.width = side(random), .height = side(random)};
        const Result<Picture> resized = resize(picture, crop, target);
        ASSERT_TRUE(resized) << resized.error().message();
        const Difference found = difference(*resized, oracle(picture, crop, target));
        EXPECT_LE(found.largest, 1)
            << picture.size.width << "x" << picture.size.height << " to " << target.width << "x"
            << target.height << " crop " << crop.width << "x" << crop.height << "+" << crop.left
            << "+" << crop.top;
        EXPECT_LE(found.mean, 0.02);
    }
}

TEST(Resize, KeepsAPictureThatAlreadyHasTheSize) {
    const Picture picture = noise({.width = 31, .height = 17}, 1);
    const Result<Picture> same = resize(picture, whole(picture.size), picture.size);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->rgb, picture.rgb);
}

TEST(Resize, KeepsAFlatColorExactly) {
    for (const int level : {0, 1, 127, 254, 255}) {
        const Picture picture{
            .size = {.width = 640, .height = 480},
            .rgb = std::vector<std::uint8_t>(640 * 480 * 3, static_cast<std::uint8_t>(level))};
        const Result<Picture> resized =
            resize(picture, whole(picture.size), {.width = 224, .height = 100});
        ASSERT_TRUE(resized);
        EXPECT_TRUE(std::ranges::all_of(resized->rgb, [&](std::uint8_t byte) {
            return byte == level;
        })) << level;
    }
}

TEST(Resize, RefusesCropsThatAreEmptyOrLeaveThePicture) {
    const Picture picture = noise({.width = 10, .height = 10}, 1);
    const Size target{.width = 5, .height = 5};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Crop& crop :
         {Crop{}, Crop{.width = 11, .height = 1}, Crop{.left = -1, .width = 5, .height = 5},
          Crop{.top = 6, .width = 5, .height = 5}, Crop{.width = nan, .height = 5},
          Crop{.left = nan, .width = 5, .height = 5}}) {
        const Result<Picture> refused = resize(picture, crop, target);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    }
    EXPECT_FALSE(resize(picture, whole(picture.size), {.width = 0, .height = 5}));
    EXPECT_FALSE(resize(Picture{.size = {.width = 2, .height = 2}, .rgb = {1, 2, 3}},
                        {.width = 1, .height = 1}, target));
}

}  // namespace
}  // namespace sokkuri::image
