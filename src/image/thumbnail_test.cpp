#include "image/thumbnail.h"

#include "image/test_pictures.h"

#include <gtest/gtest.h>

namespace sokkuri::image {
namespace {

TEST(Thumbnail, IsASmallJpegOfThePicture) {
    const Result<std::vector<std::byte>> file =
        encode_jpeg(waves({.width = 800, .height = 500}), 90);
    ASSERT_TRUE(file);
    const Result<std::vector<std::byte>> thumbnail = thumbnail_jpeg(*file, 256, 85, {});
    ASSERT_TRUE(thumbnail) << thumbnail.error().message();
    const Result<Decoded> decoded = decode(*thumbnail, {});
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->format, Format::kJpeg);
    EXPECT_EQ(decoded->picture.size, (Size{.width = 256, .height = 160}));
    const Result<Picture> expected = shrink_to_fit(waves({.width = 800, .height = 500}), 256);
    ASSERT_TRUE(expected);
    EXPECT_LT(difference(decoded->picture, *expected).mean, 4);
}

TEST(Thumbnail, NeverEnlarges) {
    const Picture small = waves({.width = 40, .height = 30});
    const Result<Picture> same = shrink_to_fit(small, 256);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->size, small.size);
}

TEST(Thumbnail, KeepsAtLeastOnePixelOfAThinPicture) {
    const Result<Picture> thin = shrink_to_fit(waves({.width = 3000, .height = 1}), 64);
    ASSERT_TRUE(thin);
    EXPECT_EQ(thin->size, (Size{.width = 64, .height = 1}));
}

TEST(Thumbnail, ShrinksRoughlyToNearlyTheSamePreview) {
    for (const Size size : {Size{300, 225}, Size{200, 301}, Size{16, 9}, Size{1, 1}}) {
        const Picture picture = waves(size);
        const Picture rough = shrink_roughly(picture, 16);
        const Result<Picture> fine = shrink_to_fit(picture, 16);
        ASSERT_TRUE(fine);
        ASSERT_EQ(rough.size, fine->size);
        EXPECT_LT(difference(rough, *fine).mean, 5);
    }
    EXPECT_EQ(shrink_roughly(waves({3000, 1}), 16).size, (Size{16, 1}));
}

TEST(EncodeJpeg, RoundTripsWithinTheLossOfItsQuality) {
    const Picture picture = waves({.width = 201, .height = 99});
    double last = 256;
    for (const int quality : {20, 60, 95}) {
        const Result<std::vector<std::byte>> file = encode_jpeg(picture, quality);
        ASSERT_TRUE(file);
        const Result<Decoded> decoded = decode(*file, {});
        ASSERT_TRUE(decoded) << decoded.error().message();
        const double mean = difference(decoded->picture, picture).mean;
        EXPECT_LT(mean, last);
        last = mean;
    }
    EXPECT_LT(last, 2);
}

TEST(EncodeJpeg, RefusesWhatCannotBeAFile) {
    const Picture picture = waves({.width = 8, .height = 8});
    EXPECT_FALSE(encode_jpeg(picture, 0));
    EXPECT_FALSE(encode_jpeg(picture, 101));
    EXPECT_FALSE(encode_jpeg(Picture{}, 80));
    EXPECT_FALSE(encode_jpeg(Picture{.size = {.width = 2, .height = 1}, .rgb = {1, 2, 3}}, 80));
    EXPECT_FALSE(encode_jpeg(
        Picture{.size = {.width = 70'000, .height = 1}, .rgb = std::vector<std::uint8_t>(210'000)},
        80));
}

}  // namespace
}  // namespace sokkuri::image
