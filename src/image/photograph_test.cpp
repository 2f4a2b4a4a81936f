// Goal: what a camera wrote is read from every kind of file that can carry it, and nothing that is
// broken or out of range is believed. Method: a structure of our own making, put into each
// container by hand; every byte of it flipped and every length cut off; real files where they are
// at hand.
#include "image/photograph.h"

#include "image/test_files.h"

#include <gtest/gtest.h>

#include <string>

namespace sokkuri::image {
namespace {

/// A TIFF structure, big-endian, as it grows: entries first, what does not fit into one behind.
class Directory {
 public:
    explicit Directory(std::size_t starts_at) : starts_at_(starts_at) {}

    void add(unsigned tag, unsigned type, unsigned count, std::string value) {
        entries_.push_back({tag, type, count, std::move(value)});
    }
    void text(unsigned tag, const std::string& value) {
        add(tag, 2, static_cast<unsigned>(value.size() + 1), value + '\0');
    }
    void rationals(unsigned tag, const std::vector<std::pair<unsigned, unsigned>>& values) {
        std::string bytes;
        for (const auto& [numerator, denominator] : values)
            bytes += number(numerator, 4) + number(denominator, 4);
        add(tag, 5, static_cast<unsigned>(values.size()), bytes);
    }
    std::string bytes() const {
        std::string head = number(static_cast<unsigned>(entries_.size()), 2);
        std::string tail;
        const std::size_t tail_at = starts_at_ + 2 + 12 * entries_.size() + 4;
        for (const Entry& entry : entries_) {
            head += number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4);
            if (entry.value.size() <= 4) {
                head += (entry.value + std::string(4, '\0')).substr(0, 4);
            } else {
                head += number(static_cast<unsigned>(tail_at + tail.size()), 4);
                tail += entry.value;
            }
        }
        return head + number(0, 4) + tail;
    }
    static std::string number(unsigned value, unsigned bytes) {
        std::string text;
        for (unsigned i = bytes; i > 0; --i)
            text += static_cast<char>(value >> (8 * (i - 1)) & 0xFF);
        return text;
    }

 private:
    struct Entry {
        unsigned tag, type, count;
        std::string value;
    };
    std::size_t starts_at_;
    std::vector<Entry> entries_;
};

/// What a camera says of time, and how many bytes of pixels lie before it all.
struct Said {
    std::string taken = "2024:05:01 12:34:56";
    std::string offset = "+09:00";
    unsigned pixels = 0;
};

/// Rooms of 400 bytes for each of the three directories.
std::string tiff(const Said& said = {}) {
    const unsigned first_at = 8 + said.pixels;
    const unsigned exif_at = first_at + 400;
    const unsigned gps_at = exif_at + 400;
    Directory first(first_at);
    first.text(0x010E, "a cat");
    first.text(0x010F, "Sokkuri Optics  ");
    first.text(0x0110, "Mark II");
    first.text(0x013B, "ねこ");
    first.add(0x8769, 4, 1, Directory::number(exif_at, 4));
    first.add(0x8825, 4, 1, Directory::number(gps_at, 4));
    Directory exif(exif_at);
    exif.rationals(0x829A, {{1, 125}});
    exif.rationals(0x829D, {{28, 10}});
    exif.add(0x8827, 3, 1, Directory::number(400, 2));
    exif.text(0x9003, said.taken);
    exif.text(0x9011, said.offset);
    exif.rationals(0x920A, {{35, 1}});
    exif.text(0xA434, "35mm F2.8");
    Directory gps(gps_at);
    gps.text(1, "S");
    gps.rationals(2, {{35, 1}, {30, 1}, {36, 1}});
    gps.text(3, "E");
    gps.rationals(4, {{139, 1}, {45, 1}, {0, 1}});
    gps.add(5, 1, 1, std::string(1, '\1'));
    gps.rationals(6, {{25, 2}});
    std::string bytes = std::string("MM\0*", 4) + Directory::number(first_at, 4);
    bytes.resize(first_at);
    bytes += first.bytes();
    bytes.resize(exif_at);
    bytes += exif.bytes();
    bytes.resize(gps_at);
    return bytes + gps.bytes();
}

Photograph expected() {
    return {.make = "Sokkuri Optics",
            .model = "Mark II",
            .lens = "35mm F2.8",
            .artist = "ねこ",
            .description = "a cat",
            .taken = "2024-05-01T12:34:56+09:00",
            .exposure_s = 1.0 / 125,
            .f_number = 2.8,
            .focal_length_mm = 35,
            .iso = 400,
            .latitude = -35.51,
            .longitude = 139.75,
            .altitude_m = -12.5};
}

Photograph read(const std::string& file, Format format) {
    return photograph_of(std::as_bytes(std::span(file)), format);
}

std::string jpeg(const std::string& exif) {
    const std::string content = std::string("Exif\0\0", 6) + exif;
    return "\xFF\xD8\xFF\xE0" + Directory::number(4, 2) + "JF\xFF\xE1" +
           Directory::number(static_cast<unsigned>(content.size() + 2), 2) + content + "\xFF\xDA";
}

std::string png(const std::string& exif) {
    return "\x89PNG\r\n\x1A\n" + Directory::number(3, 4) + "tEXtabc1234" +
           Directory::number(static_cast<unsigned>(exif.size()), 4) + "eXIf" + exif + "1234";
}

std::string webp(const std::string& exif) {
    std::string little = Directory::number(static_cast<unsigned>(exif.size()), 4);
    std::reverse(little.begin(), little.end());
    return "RIFF1234WEBPVP8 " + std::string("\3\0\0\0abc\0EXIF", 12) + little + exif;
}

TEST(Photograph, IsReadFromEveryFileThatCanCarryIt) {
    const std::string exif = tiff();
    EXPECT_EQ(read(jpeg(exif), Format::kJpeg), expected());
    EXPECT_EQ(read(exif, Format::kTiff), expected());
    EXPECT_EQ(read(png(exif), Format::kPng), expected());
    EXPECT_EQ(read(webp(exif), Format::kWebp), expected());
    EXPECT_EQ(read("Exif\0\0nonsense" + std::string("Exif\0\0", 6) + exif, Format::kHeif),
              expected());
    EXPECT_EQ(read(exif, Format::kGif), Photograph());
}

TEST(Photograph, OfATiffMayLieBehindItsPixels) {
    EXPECT_EQ(read(tiff({.pixels = 3U << 20}), Format::kTiff), expected());
}

TEST(Photograph, IsTakenAtATimeThatThereIs) {
    const auto taken = [](const Said& said) { return read(tiff(said), Format::kTiff).taken; };
    for (const char* time : {"2024:13:01 12:34:56", "2024:00:01 12:34:56", "2024:02:30 12:34:56",
                             "2023:02:29 12:34:56", "2024:05:00 12:34:56", "2024:05:01 24:34:56",
                             "2024:05:01 12:60:56", "2024:05:01 12:34:61", "2024:13:45 99:99:99"}) {
        EXPECT_EQ(taken({.taken = time}), "") << time;
    }
    EXPECT_EQ(taken({.taken = "2024:02:29 23:59:60"}), "2024-02-29T23:59:60+09:00");
    for (const char* offset : {"+15:00", "-13:00", "+09:60", "+99:99", "09:00", "+0900"}) {
        EXPECT_EQ(taken({.offset = offset}), "2024-05-01T12:34:56") << offset;
    }
    EXPECT_EQ(taken({.offset = "+14:00"}), "2024-05-01T12:34:56+14:00");
    EXPECT_EQ(taken({.offset = "-12:00"}), "2024-05-01T12:34:56-12:00");
    EXPECT_EQ(taken({.offset = "+05:45"}), "2024-05-01T12:34:56+05:45");
}

TEST(Photograph, BelievesNothingThatCannotBe) {
    Directory first(8);
    first.text(0x010F, std::string(kPhotographTextMax + 1, 'x'));
    first.text(0x0110, "\xFF\xFE");
    first.add(0x8769, 4, 1, Directory::number(1408, 4));
    std::string bytes = std::string("MM\0*", 4) + Directory::number(8, 4) + first.bytes();
    bytes.resize(1408);
    Directory exif(1408);
    exif.rationals(0x829A, {{1, 0}});
    exif.text(0x9003, "0000:00:00 00:00:00");
    EXPECT_EQ(read(bytes + exif.bytes(), Format::kTiff), Photograph());
}

TEST(Photograph, SurvivesWhateverHappensToItsBytes) {
    const std::string exif = tiff();
    for (std::size_t i = 0; i < exif.size(); i += 3) {
        std::string flipped = exif;
        flipped[i] = static_cast<char>(flipped[i] ^ 0xFF);
        read(jpeg(flipped), Format::kJpeg);
        read(exif.substr(0, i), Format::kTiff);
        const Photograph cut = read(jpeg(exif).substr(0, i), Format::kJpeg);
        EXPECT_LE(cut.make.size(), kPhotographTextMax);
    }
}

}  // namespace
}  // namespace sokkuri::image
