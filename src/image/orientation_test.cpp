// Whatever way up a picture is stored, it comes out the same.
#include "image/orientation.h"

#include "image/decode.h"
#include "image/exif.h"
#include "image/resize.h"
#include "image/test_files.h"
#include "image/test_pictures.h"
#include "image/thumbnail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace sokkuri::image {
namespace {

/// Where pixel (x, y) of the upright picture lies in the stored one: EXIF 2.3 §4.6.4 A, said once
/// more and otherwise than in the code: each value names the upright picture's side that the stored
/// 0th row and 0th column are.
std::array<std::uint32_t, 2> stored_place(Size upright, std::uint32_t x, std::uint32_t y,
                                          int orientation) {
    const std::uint32_t from_right = upright.width - 1 - x;
    const std::uint32_t from_bottom = upright.height - 1 - y;
    switch (orientation) {  // {column, row} in the stored picture
        case 2:
            return {from_right, y};  // row 0 is the top, column 0 the right side
        case 3:
            return {from_right, from_bottom};  // bottom, right
        case 4:
            return {x, from_bottom};  // bottom, left
        case 5:
            return {y, x};  // left, top
        case 6:
            return {y, from_right};  // right, top
        case 7:
            return {from_bottom, from_right};  // right, bottom
        case 8:
            return {from_bottom, x};  // left, bottom
        default:
            return {x, y};
    }
}

Picture stored_as(const Picture& upright, int orientation) {
    const bool is_transposed = orientation >= 5;
    Picture stored{.size = is_transposed
                               ? Size{.width = upright.size.height, .height = upright.size.width}
                               : upright.size,
                   .rgb = std::vector<std::uint8_t>(upright.rgb.size())};
    for (std::uint32_t y = 0; y < upright.size.height; ++y) {
        for (std::uint32_t x = 0; x < upright.size.width; ++x) {
            const auto [column, row] = stored_place(upright.size, x, y, orientation);
            const std::size_t from = 3 * (std::size_t{y} * upright.size.width + x);
            const std::size_t to = 3 * (std::size_t{row} * stored.size.width + column);
            std::copy_n(&upright.rgb[from], 3, &stored.rgb[to]);
        }
    }
    return stored;
}

/// APP1 content: a TIFF structure of one entry, in either byte order.
FileBytes exif_of(int orientation, bool is_big_endian) {
    std::string text =
        is_big_endian
            ? std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", 26)
            : std::string("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0", 26);
    text[is_big_endian ? 19 : 18] = static_cast<char>(orientation);
    text.insert(0, std::string("Exif\0\0", 6));
    const auto bytes = std::as_bytes(std::span(text));
    return FileBytes(bytes.begin(), bytes.end());
}

FileBytes jpeg_with(const FileBytes& jpeg, const FileBytes& exif) {
    const std::size_t length = exif.size() + 2;
    FileBytes result(jpeg.begin(), jpeg.begin() + 2);
    for (const std::size_t byte :
         {std::size_t{0xFF}, std::size_t{0xE1}, length >> 8, length & 0xFF}) {
        result.push_back(static_cast<std::byte>(byte));
    }
    result.insert(result.end(), exif.begin(), exif.end());
    result.insert(result.end(), jpeg.begin() + 2, jpeg.end());
    return result;
}

TEST(Orientation, IsUndoneForEveryValue) {
    const Picture upright = noise({.width = 70, .height = 45}, 11);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        Picture stored = stored_as(upright, orientation);
        EXPECT_EQ(upright_size(stored.size, orientation), upright.size);
        const Picture turned = turned_upright(std::move(stored), orientation);
        EXPECT_EQ(turned.size, upright.size) << orientation;
        EXPECT_EQ(turned.rgb, upright.rgb) << orientation;
    }
}

TEST(Orientation, IsReadFromExifInEitherByteOrder) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(orientation_of_exif(exif_of(orientation, false)), orientation);
        EXPECT_EQ(orientation_of_exif(exif_of(orientation, true)), orientation);
    }
    for (const int nonsense : {0, 9, 255})
        EXPECT_EQ(orientation_of_exif(exif_of(nonsense, false)), 1);
    const FileBytes exif = exif_of(6, false);
    for (std::size_t length = 0; length < exif.size() - 8; ++length) {
        EXPECT_EQ(orientation_of_exif(std::span(exif).first(length)), 1) << length;
    }
}

TEST(Orientation, OfAJpegIsUndoneWhileItShrinks) {
    const Picture upright = waves({.width = 320, .height = 200});
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const Result<FileBytes> jpeg = encode_jpeg(stored_as(upright, orientation), 95);
        ASSERT_TRUE(jpeg);
        const FileBytes file = jpeg_with(*jpeg, exif_of(orientation, false));
        for (const std::uint32_t shorter : {0U, 100U}) {
            const Result<Decoded> result =
                decode(file, {.limits = {}, .shorter_side_min = shorter});
            ASSERT_TRUE(result) << result.error().message();
            EXPECT_EQ(result->original, upright.size);
            const Result<Picture> expected =
                resize(upright, whole(upright.size), result->picture.size);
            ASSERT_TRUE(expected);
            EXPECT_LT(difference(result->picture, *expected).mean, 3) << orientation;
        }
    }
}

TEST(Orientation, GivesTheSamePhotographForEveryFileOfASeries) {
    for (const std::string series : {"Landscape", "Portrait"}) {
        const std::string folder = test_data() + "/odd/exif-orientation/" + series + "_";
        if (files_below(test_data() + "/odd/exif-orientation").empty()) {
            GTEST_SKIP() << "test data not found: " << test_data();
        }
        const Result<Decoded> first = decode(bytes_of(folder + "1.jpg"), {});
        ASSERT_TRUE(first);
        for (int orientation = 2; orientation <= 8; ++orientation) {
            const Result<Decoded> turned =
                decode(bytes_of(folder + std::to_string(orientation) + ".jpg"), {});
            ASSERT_TRUE(turned) << turned.error().message();
            ASSERT_EQ(turned->picture.size, first->picture.size) << series << orientation;
            EXPECT_LT(difference(turned->picture, first->picture).mean, 5) << series << orientation;
        }
    }
}

}  // namespace
}  // namespace sokkuri::image
