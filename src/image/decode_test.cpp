// Pictures of known pixels through every format that we read, and the rules that hold for all of
// them.
#include "image/decode.h"

#include "image/resize.h"
#include "image/test_files.h"
#include "image/test_pictures.h"
#include "image/thumbnail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>
#include <thread>

namespace sokkuri::image {
namespace {

Decoded decoded(const FileBytes& file, const DecodeOptions& options = {}) {
    Result<Decoded> result = decode(file, options);
    EXPECT_TRUE(result) << result.error().message();
    return result ? *std::move(result) : Decoded{};
}

/// A picture of one color, as the decoder must give it back.
Picture flat(Size size, std::array<std::uint8_t, 3> color) {
    Picture picture{.size = size, .rgb = {}};
    for (std::size_t i = 0; i < std::size_t{size.width} * size.height; ++i) {
        picture.rgb.insert(picture.rgb.end(), color.begin(), color.end());
    }
    return picture;
}

/// A file of one color, given in the format's own bands and bits.
template <typename Sample, std::size_t kBands>
FileBytes flat_file(Size size, const std::array<Sample, kBands>& color, const char* meaning,
                    const std::string& suffix) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < std::size_t{size.width} * size.height; ++i) {
        samples.insert(samples.end(), color.begin(), color.end());
    }
    return saved({.size = size,
                  .bands = kBands,
                  .bits = 8 * sizeof(Sample),
                  .meaning = meaning,
                  .bytes = std::as_bytes(std::span(samples))},
                 suffix);
}

constexpr Size kSize{.width = 40, .height = 24};

TEST(Decode, GivesThePixelsOfLosslessFormatsBack) {
    const Picture picture = noise({.width = 61, .height = 43}, 7);
    const std::array<std::pair<const char*, Format>, 8> kinds = {{
        {".png", Format::kPng},
        {".png[interlace]", Format::kPng},
        {".webp[lossless]", Format::kWebp},
        {".tif", Format::kTiff},
        {".tif[compression=lzw,predictor=horizontal]", Format::kTiff},
        {".tif[tile,tile-width=16,tile-height=16]", Format::kTiff},
        {".tif[bigtiff]", Format::kTiff},
        {".tif[compression=deflate]", Format::kTiff},
    }};
    for (const auto& [suffix, format] : kinds) {
        const Decoded result = decoded(saved(picture, suffix));
        EXPECT_EQ(result.format, format) << suffix;
        EXPECT_EQ(result.original, picture.size) << suffix;
        ASSERT_EQ(result.picture.size, picture.size) << suffix;
        EXPECT_EQ(result.picture.rgb, picture.rgb) << suffix;
    }
}

TEST(Decode, GivesPixelsOfLossyFormatsBackWithinTheirLoss) {
    const Picture picture = waves({.width = 96, .height = 64});
    for (const char* suffix : {".jpg[Q=95]", ".jpg[Q=95,interlace]", ".webp[Q=95]", ".heic[Q=95]",
                               ".avif[Q=95]", ".gif"}) {
        if (!can_save(suffix)) continue;
        const Decoded result = decoded(saved(picture, suffix));
        ASSERT_EQ(result.picture.size, picture.size) << suffix;
        EXPECT_LT(difference(result.picture, picture).mean, 6) << suffix;
    }
}

TEST(Decode, SpreadsGrayOverAllChannels) {
    constexpr std::array<std::uint8_t, 1> kGray = {77};
    for (const char* suffix : {".png", ".jpg[Q=100]", ".tif", ".png[bitdepth=8,palette]"}) {
        const Decoded result = decoded(flat_file(kSize, kGray, "b-w", suffix));
        EXPECT_LE(difference(result.picture, flat(kSize, {77, 77, 77})).largest, 1) << suffix;
    }
}

TEST(Decode, KeepsTheUpperEightOfSixteenBits) {
    constexpr std::array<std::uint16_t, 3> kColor = {0x1234, 0x80FF, 0xFEDC};
    for (const char* suffix : {".png", ".tif"}) {
        const Decoded result = decoded(flat_file(kSize, kColor, "rgb16", suffix));
        EXPECT_LE(difference(result.picture, flat(kSize, {0x12, 0x80, 0xFE})).largest, 1) << suffix;
    }
    constexpr std::array<std::uint16_t, 1> kGray = {0xABCD};
    const Decoded result = decoded(flat_file(kSize, kGray, "grey16", ".png"));
    EXPECT_LE(difference(result.picture, flat(kSize, {0xAB, 0xAB, 0xAB})).largest, 1);
}

TEST(Decode, PutsAlphaOverWhite) {
    constexpr std::array<std::uint8_t, 4> kHalfRed = {255, 0, 0, 128};
    constexpr std::array<std::uint8_t, 4> kNothing = {10, 20, 30, 0};
    constexpr std::array<std::uint8_t, 2> kHalfGray = {100, 128};
    constexpr std::array<std::uint16_t, 4> kDeepHalfBlue = {0, 0, 0xFFFF, 0x8000};
    for (const char* suffix : {".png", ".webp[lossless]", ".tif"}) {
        EXPECT_LE(difference(decoded(flat_file(kSize, kHalfRed, "srgb", suffix)).picture,
                             flat(kSize, {255, 127, 127}))
                      .largest,
                  1)
            << suffix;
        EXPECT_LE(difference(decoded(flat_file(kSize, kNothing, "srgb", suffix)).picture,
                             flat(kSize, {255, 255, 255}))
                      .largest,
                  0)
            << suffix;
    }
    EXPECT_LE(difference(decoded(flat_file(kSize, kHalfGray, "b-w", ".png")).picture,
                         flat(kSize, {177, 177, 177}))
                  .largest,
              1);
    EXPECT_LE(difference(decoded(flat_file(kSize, kDeepHalfBlue, "rgb16", ".png")).picture,
                         flat(kSize, {127, 127, 255}))
                  .largest,
              1);
}

TEST(Decode, MixesInkOfCmykJpeg) {
    // Cyan 20 %, magenta 60 %, no yellow, black 40 %: what is left of the light, channel by
    // channel.
    constexpr std::array<std::uint8_t, 4> kInk = {51, 153, 0, 102};
    const Picture expected = flat(kSize, {122, 61, 153});
    FileBytes file = flat_file(kSize, kInk, "cmyk", ".jpg[Q=100]");
    EXPECT_LE(difference(decoded(file).picture, expected).largest, 3);
    // Without Adobe's marker the inks are meant the other way round.
    constexpr std::string_view kAdobe = "Adobe";
    const auto marker = std::ranges::search(file, std::as_bytes(std::span(kAdobe)));
    ASSERT_FALSE(marker.empty());
    marker.front() = std::byte{'a'};
    const Picture inverted =
        flat(kSize, {std::uint8_t{51 * 102 / 255}, std::uint8_t{153 * 102 / 255}, 0});
    EXPECT_LE(difference(decoded(file).picture, inverted).largest, 3);
}

TEST(Decode, MixesInkOfCmykTiffByProfile) {
    constexpr std::array<std::uint8_t, 4> kWhite = {0, 0, 0, 0};
    constexpr std::array<std::uint8_t, 4> kCyan = {255, 0, 0, 0};
    EXPECT_LE(difference(decoded(flat_file(kSize, kWhite, "cmyk", ".tif")).picture,
                         flat(kSize, {255, 255, 255}))
                  .largest,
              3);
    const Picture cyan = decoded(flat_file(kSize, kCyan, "cmyk", ".tif")).picture;
    EXPECT_LT(cyan.rgb[0], 60);
    EXPECT_GT(cyan.rgb[2], 180);
}

TEST(Decode, TakesTheFirstFrame) {
    // Two frames below each other: red, then blue.
    Picture frames = flat({.width = 30, .height = 40}, {200, 20, 20});
    const Picture second = flat({.width = 30, .height = 20}, {20, 20, 200});
    std::ranges::copy(second.rgb,
                      frames.rgb.begin() + static_cast<std::ptrdiff_t>(second.rgb.size()));
    for (const char* suffix :
         {".gif[page-height=20]", ".webp[lossless,page-height=20]", ".tif[page-height=20]"}) {
        const Decoded result = decoded(saved(frames, suffix));
        EXPECT_EQ(result.original, (Size{.width = 30, .height = 20})) << suffix;
        ASSERT_EQ(result.picture.size, result.original) << suffix;
        EXPECT_LE(difference(result.picture, flat(result.original, {200, 20, 20})).largest, 2)
            << suffix;
    }
}

TEST(Decode, ShrinksJpegNoFurtherThanAsked) {
    const Picture picture = waves({.width = 803, .height = 602});
    const FileBytes file = saved(picture, ".jpg[Q=95]");
    for (const std::uint32_t shorter : {0U, 1U, 76U, 77U, 151U, 152U, 301U, 302U, 602U, 5000U}) {
        const Decoded result = decoded(file, {.limits = {}, .shorter_side_min = shorter});
        EXPECT_EQ(result.original, picture.size);
        const std::uint32_t got = std::min(result.picture.size.width, result.picture.size.height);
        EXPECT_GE(got, std::min(shorter, 602U));
        if (shorter == 0) {
            EXPECT_EQ(result.picture.size, picture.size);
        } else if (got != 76) {
            EXPECT_LT((got + 1) / 2, shorter) << "a smaller decode would have done";
        }
    }
}

TEST(Decode, WorksOnManyThreadsAtOnce) {
    const Picture picture = noise({.width = 120, .height = 90}, 3);
    const Size target{.width = 33, .height = 44};
    std::vector<FileBytes> files;
    for (const char* suffix : {".png", ".tif", ".webp[lossless]"})
        files.push_back(saved(picture, suffix));
    const Result<Picture> expected = resize(picture, whole(picture.size), target);
    ASSERT_TRUE(expected);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 6; ++worker) {
        threads.emplace_back([&] {
            for (int round = 0; round < 30; ++round) {
                const Result<Decoded> result =
                    decode(files[static_cast<std::size_t>(round) % files.size()], {});
                if (!result || result->picture.rgb != picture.rgb) ++wrong;
                const Result<Picture> resized = resize(picture, whole(picture.size), target);
                if (!resized || resized->rgb != expected->rgb) ++wrong;
                if (decode(std::span(files.front()).first(60), {})) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST(Decode, NamesEachLimitThatIsMet) {
    const Picture picture = waves({.width = 300, .height = 200});
    for (const char* suffix : {".jpg", ".jpg[interlace]", ".png", ".webp", ".gif", ".tif"}) {
        const FileBytes file = saved(picture, suffix);
        const auto refusal = [&](const DecodeLimits& limits) {
            const Result<Decoded> result = decode(file, {.limits = limits});
            EXPECT_FALSE(result) << suffix;
            return result ? Error(ErrorCode::kInternal, "") : result.error();
        };
        const std::array<std::pair<DecodeLimits, const char*>, 4> kinds = {{
            {{.file_bytes_max = file.size() - 1}, "file_bytes_max"},
            {{.pixels_max = 300 * 200 - 1}, "pixels_max"},
            {{.side_max = 299}, "side_max"},
            {{.memory_bytes_max = 100'000}, "memory_bytes_max"},
        }};
        for (const auto& [limits, name] : kinds) {
            const Error error = refusal(limits);
            EXPECT_EQ(error.code(), ErrorCode::kExhausted) << suffix << ": " << error.message();
            EXPECT_NE(error.message().find(name), std::string::npos) << error.message();
        }
        EXPECT_EQ(refusal({.time_max_ms = 0}).code(), ErrorCode::kDeadlineExceeded) << suffix;
    }
}

TEST(Decode, GivesUpInTheMiddleWhenTheTimeIsOver) {
    const Picture picture = waves({.width = 3000, .height = 2000});
    for (const char* suffix :
         {".jpg", ".jpg[interlace]", ".png[compression=1]", ".tif[compression=lzw]"}) {
        const Result<Decoded> result =
            decode(saved(picture, suffix), {.limits = {.time_max_ms = 3}});
        ASSERT_FALSE(result) << suffix;
        EXPECT_EQ(result.error().code(), ErrorCode::kDeadlineExceeded) << result.error().message();
        EXPECT_NE(result.error().message().find("time_max_ms, 3"), std::string::npos)
            << result.error().message();
    }
}

TEST(Decode, StopsAtThousandsOfProgressiveScans) {
    const FileBytes file = saved(waves({.width = 640, .height = 480}), ".jpg[interlace]");
    // Repeat the first scan, from its SOS marker to the next one.
    constexpr std::array<std::byte, 2> kStartOfScan = {std::byte{0xFF}, std::byte{0xDA}};
    const auto first = std::ranges::search(file, kStartOfScan);
    const auto second =
        std::ranges::search(first.end(), file.end(), kStartOfScan.begin(), kStartOfScan.end());
    ASSERT_FALSE(second.empty());
    FileBytes bomb(file.begin(), first.begin());
    for (int i = 0; i < 5000; ++i)
        bomb.insert(bomb.end(), first.begin(), second.begin());
    bomb.insert(bomb.end(), first.begin(), file.end());
    const Result<Decoded> result = decode(bomb, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::kExhausted);
    EXPECT_NE(result.error().message().find("scans_max"), std::string::npos)
        << result.error().message();
}

TEST(Decode, RefusesAJpegThatEndsEarlyButNotOneThatOnlyLacksItsEnd) {
    const Picture picture = waves({.width = 640, .height = 480});
    const FileBytes file = saved(picture, ".jpg[Q=95]");
    const Result<Decoded> half = decode(std::span(file).first(file.size() / 2), {});
    ASSERT_FALSE(half);
    EXPECT_EQ(half.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(half.error().message().find("ends before"), std::string::npos)
        << half.error().message();
    const Result<Decoded> endless = decode(std::span(file).first(file.size() - 2), {});
    ASSERT_TRUE(endless) << endless.error().message();
    EXPECT_LT(difference(endless->picture, picture).mean, 3);
}

}  // namespace
}  // namespace sokkuri::image
