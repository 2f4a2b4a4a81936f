#include "features/preprocess.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sokkuri::features {
namespace {

using image::Crop;
using image::Picture;
using image::Size;

ModelCard card_of(ResizeRule rule) {
    ModelCard card;
    card.resize_rule = rule;
    return card;
}

/// Red grows from left to right, green from top to bottom, over the whole picture, whatever its
/// size.
Picture slope(Size size) {
    Picture picture{.size = size, .rgb = {}};
    for (std::uint32_t y = 0; y < size.height; ++y) {
        for (std::uint32_t x = 0; x < size.width; ++x) {
            picture.rgb.push_back(
                static_cast<std::uint8_t>(std::lround(255 * (x + 0.5) / size.width)));
            picture.rgb.push_back(
                static_cast<std::uint8_t>(std::lround(255 * (y + 0.5) / size.height)));
            picture.rgb.push_back(100);
        }
    }
    return picture;
}

void expect_near(const Crop& crop, const Crop& expected) {
    EXPECT_NEAR(crop.left, expected.left, 1e-9);
    EXPECT_NEAR(crop.top, expected.top, 1e-9);
    EXPECT_NEAR(crop.width, expected.width, 1e-9);
    EXPECT_NEAR(crop.height, expected.height, 1e-9);
}

TEST(Preprocess, CropsTheCenterOfTheShorterSide) {
    const ModelCard card = card_of(ResizeRule::kCropThenResize);
    expect_near(model_crop({400, 300}, card), {68.75, 18.75, 262.5, 262.5});
    expect_near(model_crop({224, 224}, card), {14, 14, 196, 196});
    expect_near(model_crop({1, 1}, card), {0.0625, 0.0625, 0.875, 0.875});
}

TEST(Preprocess, CutsAsTorchvisionDoesAfterResizing) {
    // Resize(256): 500×333 becomes 384×256; CenterCrop(224): left 80, top 16.
    const Crop crop = model_crop({500, 333}, card_of(ResizeRule::kResizeThenCrop));
    expect_near(crop, {80 * 500 / 384.0, 16 * 333 / 256.0, 224 * 500 / 384.0, 224 * 333 / 256.0});
}

TEST(Preprocess, StretchTakesTheWholePicture) {
    expect_near(model_crop({400, 300}, card_of(ResizeRule::kStretch)), {0, 0, 400, 300});
}

TEST(Preprocess, AShrunkPictureShowsTheSamePart) {
    for (const ResizeRule rule :
         {ResizeRule::kCropThenResize, ResizeRule::kResizeThenCrop, ResizeRule::kStretch}) {
        const ModelCard card = card_of(rule);
        const Size original{1201, 803};  // an eighth of it is 151 × 101 in a decoder that rounds up
        const auto full = prepare(slope(original), original, card);
        const auto shrunk = prepare(slope({601, 402}), original, card);
        ASSERT_TRUE(full && shrunk);
        ASSERT_EQ(full->rgb.size(), 3U * 224 * 224);
        int largest = 0;
        for (std::size_t i = 0; i < full->rgb.size(); ++i) {
            largest = std::max(largest, std::abs(full->rgb[i] - shrunk->rgb[i]));
        }
        EXPECT_LE(largest, 2);
    }
}

TEST(Preprocess, TakesPicturesOfAnyShape) {
    for (const ResizeRule rule :
         {ResizeRule::kCropThenResize, ResizeRule::kResizeThenCrop, ResizeRule::kStretch}) {
        for (const Size size :
             {Size{1, 1}, Size{2, 3}, Size{1, 500}, Size{3000, 2}, Size{223, 225}}) {
            const auto prepared = prepare(slope(size), size, card_of(rule));
            ASSERT_TRUE(prepared) << size.width << "x" << size.height << ": "
                                  << prepared.error().message();
            EXPECT_EQ(prepared->size, (Size{224, 224}));
        }
    }
    EXPECT_FALSE(prepare(slope({10, 10}), {0, 10}, card_of(ResizeRule::kStretch)));
}

TEST(Preprocess, AsksTheDecoderForNoLessThanTheModelSees) {
    ModelCard card = card_of(ResizeRule::kCropThenResize);
    EXPECT_GE(decode_options(card, {}).shorter_side_min, 256U);
    card = card_of(ResizeRule::kResizeThenCrop);
    EXPECT_GE(decode_options(card, {}).shorter_side_min, 256U);
    card = card_of(ResizeRule::kStretch);
    EXPECT_GE(decode_options(card, {}).shorter_side_min, 224U);
}

}  // namespace
}  // namespace sokkuri::features
