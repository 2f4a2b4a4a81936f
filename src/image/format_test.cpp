#include "image/format.h"

#include <gtest/gtest.h>

#include <string>

namespace sokkuri::image {
namespace {

using namespace std::string_literals;

Format sniff_text(const std::string& text) {
    return sniff(std::as_bytes(std::span(text)));
}

TEST(Format, IsToldByContent) {
    EXPECT_EQ(sniff_text("\xFF\xD8\xFF\xE0"s), Format::kJpeg);
    EXPECT_EQ(sniff_text("\x89PNG\r\n\x1A\n"s), Format::kPng);
    EXPECT_EQ(sniff_text("RIFF\x10\0\0\0WEBPVP8 "s), Format::kWebp);
    EXPECT_EQ(sniff_text("GIF87a"), Format::kGif);
    EXPECT_EQ(sniff_text("GIF89a"), Format::kGif);
    EXPECT_EQ(sniff_text("II*\0\x08\0\0\0"s), Format::kTiff);
    EXPECT_EQ(sniff_text("MM\0*\0\0\0\x08"s), Format::kTiff);
    EXPECT_EQ(sniff_text("MM\0+\0\x08\0\0"s), Format::kTiff);
    EXPECT_EQ(sniff_text("BM"s + std::string(12, '\0') + "\x28\0\0\0"s), Format::kBmp);
    EXPECT_EQ(sniff_text("\0\0\0\x18"
                         "ftypheic\0\0\0\0mif1heic"s),
              Format::kHeif);
    EXPECT_EQ(sniff_text("\0\0\0\x18"
                         "ftypmif1\0\0\0\0mif1heic"s),
              Format::kHeif);
    EXPECT_EQ(sniff_text("\0\0\0\x1C"
                         "ftypavif\0\0\0\0mif1miaf"s),
              Format::kAvif);
    EXPECT_EQ(sniff_text("\0\0\0\x1C"
                         "ftypmif1\0\0\0\0mif1avif"s),
              Format::kAvif);
}

TEST(Format, IsUnknownForWhatOnlyLooksLikeAPicture) {
    for (const std::string& text : {""s, "\xFF\xD8"s, "BM"s, "BMW drivers say"s,
                                    "RIFF\x10\0\0\0WAVE"s, "RIFF"s, "GIF90a"s, "<svg xmlns="s,
                                    "\0\0\0\x18"
                                    "ftypmp42\0\0\0\0"s,
                                    "%PDF-1.4"s}) {
        EXPECT_EQ(sniff_text(text), Format::kUnknown) << text;
    }
}

TEST(Format, EndingsOfPicturesAreKnownInAnyCase) {
    EXPECT_TRUE(has_picture_extension("a.jpg"));
    EXPECT_TRUE(has_picture_extension("holiday/IMG_0001.JPEG"));
    EXPECT_TRUE(has_picture_extension("x.y.HeIc"));
    EXPECT_FALSE(has_picture_extension("jpg"));
    EXPECT_FALSE(has_picture_extension("notes.txt"));
    EXPECT_FALSE(has_picture_extension("a.jpg.part"));
    EXPECT_FALSE(has_picture_extension(""));
}

}  // namespace
}  // namespace sokkuri::image
