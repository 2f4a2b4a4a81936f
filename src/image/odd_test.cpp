// Odd, hostile and broken pictures: public conformance and fuzz suites and files made to hurt.
// Nothing crashes, hangs or balloons; where a `.expect` file lies beside a picture it holds; every
// refusal has a reason.
#include "image/decode.h"
#include "image/test_files.h"
#include "image/test_pictures.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>

namespace sokkuri::image {
namespace {

constexpr double kSecondsMax = 10;
constexpr double kLimitSecondsMax = 1;  // to refuse what a limit forbids
constexpr long kPeakMegabytesMax = 700;

/// High-water mark of this process's memory.
long peak_megabytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        long kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
    }
    return 0;
}

struct Outcome {
    Result<Decoded> result;
    double seconds = 0;
};

Outcome decode_timed(std::span<const std::byte> file) {
    const auto start = std::chrono::steady_clock::now();
    Result<Decoded> result = decode(file, {});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return {.result = std::move(result), .seconds = seconds.count()};
}

/// What must hold for any bytes at all.
void expect_sane(const Result<Decoded>& result, const std::string& name) {
    if (result) {
        const auto [width, height] = result->picture.size;
        EXPECT_GT(width, 0U) << name;
        EXPECT_EQ(result->picture.rgb.size(), std::size_t{3} * width * height) << name;
        EXPECT_NE(result->format, Format::kUnknown) << name;
        return;
    }
    const ErrorCode code = result.error().code();
    EXPECT_TRUE(code == ErrorCode::kUnsupported || code == ErrorCode::kCorruption ||
                code == ErrorCode::kExhausted)
        << name << ": " << result.error().message();
    // "png: reason", or a sentence about what is no picture at all.
    EXPECT_GT(result.error().message().size(), 12U) << name;
}

void expect_as_told(const Outcome& outcome, const std::string& expectation,
                    const std::string& name) {
    const auto& result = outcome.result;
    const std::string reason = result ? "decoded" : result.error().message();
    if (expectation == "ok") {
        EXPECT_TRUE(result) << name << ": " << reason;
    } else if (expectation == "bad") {
        EXPECT_FALSE(result) << name;
    }
    if (expectation != "limit") return;
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code(), ErrorCode::kExhausted) << name << ": " << reason;
    EXPECT_LT(outcome.seconds, kLimitSecondsMax) << name;
}

TEST(OddPictures, AreDecodedOrRefusedWithAReason) {
    const std::vector<std::string> files = files_below(test_data() + "/odd");
    if (files.empty()) GTEST_SKIP() << "test data not found: " << test_data();
    double slowest = 0;
    std::size_t decoded = 0;
    for (const std::string& path : files) {
        if (path.ends_with(".expect")) continue;
        const Outcome outcome = decode_timed(bytes_of(path));
        expect_sane(outcome.result, path);
        EXPECT_LT(outcome.seconds, kSecondsMax) << path;
        slowest = std::max(slowest, outcome.seconds);
        if (outcome.result) ++decoded;
        std::ifstream told(path + ".expect");
        std::string expectation;
        if (told >> expectation) expect_as_told(outcome, expectation, path);
    }
    RecordProperty("files", static_cast<int>(files.size()));
    RecordProperty("decoded", static_cast<int>(decoded));
    RecordProperty("slowest_ms", static_cast<int>(slowest * 1000));
    RecordProperty("peak_megabytes", static_cast<int>(peak_megabytes()));
#ifndef SOKKURI_SANITIZED
    EXPECT_LT(peak_megabytes(), kPeakMegabytesMax);
#endif
}

/// What the suites say about their own files.
TEST(ConformanceSuites, AreReadAsTheySay) {
    const std::string odd = test_data() + "/odd";
    if (files_below(odd).empty()) GTEST_SKIP() << "test data not found: " << test_data();
    for (const std::string& path : files_below(odd + "/bmpsuite/g")) {
        EXPECT_TRUE(decode(bytes_of(path), {})) << path;
    }
    for (const std::string& path : files_below(odd + "/pngsuite")) {
        if (!path.ends_with(".png")) continue;
        const bool is_broken = path.find("/x") != std::string::npos;
        EXPECT_EQ(decode(bytes_of(path), {}).has_value(), !is_broken) << path;
    }
}

/// bmpsuite stores one picture in many ways.
TEST(ConformanceSuites, GiveOnePictureForManyKindsOfBmp) {
    const std::string good = test_data() + "/odd/bmpsuite/g/";
    if (files_below(good).empty()) GTEST_SKIP() << "test data not found: " << test_data();
    const auto picture = [&](const char* name) {
        Result<Decoded> decoded = decode(bytes_of(good + name), {});
        EXPECT_TRUE(decoded) << name;
        return decoded ? std::move(decoded->picture) : Picture{};
    };
    const auto expect_alike = [&](std::initializer_list<const char*> names, int tolerance) {
        const Picture first = picture(*names.begin());
        for (const char* name : names) {
            EXPECT_LE(difference(picture(name), first).largest, tolerance) << name;
        }
    };
    expect_alike({"rgb24.bmp", "rgb24pal.bmp", "rgb32.bmp", "rgb32bf.bmp", "rgb32bfdef.bmp"}, 0);
    expect_alike({"rgb24.bmp", "rgb16-565.bmp", "rgb16-565pal.bmp", "rgb16.bmp", "rgb16bfdef.bmp"},
                 8);
    expect_alike({"pal8.bmp", "pal8-0.bmp", "pal8rle.bmp", "pal8topdown.bmp", "pal8v4.bmp",
                  "pal8v5.bmp", "pal8os2.bmp"},
                 0);
    expect_alike({"pal4.bmp", "pal4rle.bmp"}, 0);
}

/// Every format, cut off at many lengths and with random bits flipped.
TEST(BrokenPictures, AreDecodedOrRefusedWithAReason) {
    constexpr std::uint64_t kSeed = 20260902;
    SCOPED_TRACE(kSeed);
    std::mt19937_64 random(kSeed);
    const Picture picture = waves({.width = 90, .height = 70});
    for (const char* suffix :
         {".jpg", ".jpg[interlace]", ".png", ".png[interlace]", ".webp", ".webp[lossless]", ".gif",
          ".tif", ".tif[compression=lzw]", ".tif[compression=jpeg]", ".heic", ".avif"}) {
        if (!can_save(suffix)) continue;
        const FileBytes file = saved(picture, suffix);
        std::uniform_int_distribution<std::size_t> place(0, file.size() - 1);
        for (int round = 0; round < 60; ++round) {
            expect_sane(decode(std::span(file).first(place(random)), {}), suffix);
            FileBytes flipped = file;
            for (int flip = 0; flip < 1 + round % 8; ++flip) {
                flipped[place(random)] ^= static_cast<std::byte>(1 << (random() % 8));
            }
            expect_sane(decode(flipped, {}), suffix);
        }
    }
}

}  // namespace
}  // namespace sokkuri::image
