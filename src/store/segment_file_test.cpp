// The container of segments: what was written comes back, nothing appears half-written whatever
// fails, and bytes from a disk are refused in words, never by a crash. The golden file was made by
// tests/golden/make_segment.cpp.
#include "store/segment_file.h"

#include "base/hash.h"
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>

namespace sokkuri::store {
namespace {

using sokkuri::testing::Fault;
using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;

const std::string kGoldenFile = SOKKURI_SOURCE_DIR "/tests/golden/segment-container-1.seg";
constexpr const char* kPath = "/a.seg";
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kFileBytesMax = 1U << 24;

using Bytes = std::vector<std::byte>;

/// Byte i of section s of the golden file; tests/golden/make_segment.cpp writes the same.
std::byte pattern(std::size_t section, std::size_t i) {
    return static_cast<std::byte>((section * 31 + i * 7 + i / 256) % 256);
}

Bytes patterned(std::size_t section, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = pattern(section, i);
    }
    return bytes;
}

/// Sections that own their bytes.
struct Image {
    std::vector<std::pair<std::string, Bytes>> sections;

    std::vector<FileSection> views() const {
        std::vector<FileSection> views;
        for (const auto& [name, bytes] : sections) {
            views.push_back({name, bytes});
        }
        return views;
    }
};

Image golden_image() {
    return {{{"model", patterned(0, 300)},
             {"empty", {}},
             {"fifteen letters", patterned(2, kPageBytes)},
             {"last", patterned(3, 9001)}}};
}

void expect_holds(const SegmentFile& file, const Image& image) {
    ASSERT_EQ(file.sections().size(), image.sections.size());
    for (std::size_t i = 0; i < image.sections.size(); ++i) {
        const FileSection& section = file.sections()[i];
        EXPECT_EQ(section.name, image.sections[i].first);
        EXPECT_EQ(Bytes(section.bytes.begin(), section.bytes.end()), image.sections[i].second);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(section.bytes.data()) % kSectionAlignmentBytes,
                  0U);
    }
    EXPECT_TRUE(file.verify());
}

Bytes whole_file(FileSystem& files, const std::string& path) {
    return read_file(files, path, kFileBytesMax).value();
}

void place(FileSystem& files, std::span<const std::byte> bytes) {
    ASSERT_TRUE(replace_file(files, kPath, bytes));
}

/// Makes the page's checksum right again after damage.
void seal(Bytes& bytes) {
    const std::uint64_t checksum = xxh64(std::span(bytes).first(kPageBytes - 8));
    std::memcpy(bytes.data() + kPageBytes - 8, &checksum, sizeof checksum);
}

TEST(SegmentFile, GivesBackWhatWasWritten) {
    MemoryFileSystem files;
    EXPECT_EQ(SegmentFile::open(files, kPath).error().code(), ErrorCode::kNotFound);
    const Image large{{{"nothing", {}},
                       {"a byte", patterned(1, 1)},
                       {"several writes", patterned(2, (3U << 20) + 5)},
                       {"last", {}}}};
    for (const Image& image :
         {golden_image(), large, Image{{{"only", {}}}}, Image{{{"x", patterned(1, 1)}}}}) {
        ASSERT_TRUE(write_segment_file(files, kPath, image.views()));
        const auto file = SegmentFile::open(files, kPath);
        ASSERT_TRUE(file) << file.error().message();
        expect_holds(**file, image);
    }
}

TEST(SegmentFile, RefusesSectionsThatNoFileCanHold) {
    MemoryFileSystem files;
    Image many;
    for (std::size_t i = 0; i < kSectionsMax + 1; ++i) {
        many.sections.emplace_back(fmt::format("s{}", i), Bytes());
    }
    for (const Image& image :
         {Image{}, many, Image{{{"", {}}}}, Image{{{"sixteen letters!", {}}}},
          Image{{{"twice", {}}, {"twice", {}}}}, Image{{{std::string("a\0b", 3), {}}}}}) {
        EXPECT_EQ(write_segment_file(files, kPath, image.views()).error().code(),
                  ErrorCode::kInvalidArgument);
    }
    many.sections.pop_back();
    ASSERT_TRUE(write_segment_file(files, kPath, many.views()));
    expect_holds(**SegmentFile::open(files, kPath), many);
}

TEST(SegmentFile, Version1Opens) {
    const auto file = SegmentFile::open(posix_file_system(), kGoldenFile);
    ASSERT_TRUE(file) << file.error().message();
    expect_holds(**file, golden_image());
    MemoryFileSystem files;
    ASSERT_TRUE(write_segment_file(files, kPath, golden_image().views()));
    EXPECT_EQ(whole_file(files, kPath), whole_file(posix_file_system(), kGoldenFile))
        << "the format has changed: it needs a version of its own";
}

TEST(SegmentFile, RefusesEveryTruncationAndEveryFlippedBitOfItsHeader) {
    const Bytes whole = whole_file(posix_file_system(), kGoldenFile);
    MemoryFileSystem files;
    for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 61) {
        place(files, std::span(whole).first(size));
        const auto opened = SegmentFile::open(files, kPath);
        ASSERT_FALSE(opened) << size << " bytes";
        EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
    }
    for (std::size_t byte = 0; byte < kPageBytes; ++byte) {
        Bytes damaged = whole;
        damaged[byte] ^= static_cast<std::byte>(1U << (byte % 8));
        place(files, damaged);
        ASSERT_FALSE(SegmentFile::open(files, kPath)) << "byte " << byte;
    }
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    place(files, longer);
    EXPECT_FALSE(SegmentFile::open(files, kPath));
}

TEST(SegmentFile, VerifyNamesTheSectionThatIsDamaged) {
    Bytes damaged = whole_file(posix_file_system(), kGoldenFile);
    damaged.back() ^= std::byte{4};
    MemoryFileSystem files;
    place(files, damaged);
    const auto file = SegmentFile::open(files, kPath);
    ASSERT_TRUE(file) << "the header is whole";
    EXPECT_EQ((*file)->verify().error().message(), "/a.seg: section \"last\": checksum mismatch");
}

/// Damage under a right checksum, as somebody who means it would do it: refused, or all sections
/// lie in the file. For as long as SOKKURI_SOAK_SECONDS says, else briefly.
TEST(SegmentFile, SoakHostileHeadersNeverReachOutsideTheFile) {
    const Bytes whole = whole_file(posix_file_system(), kGoldenFile);
    const char* soak = std::getenv("SOKKURI_SOAK_SECONDS");
    const auto start = std::chrono::steady_clock::now();
    const auto length = std::chrono::seconds(soak == nullptr ? 0 : std::atoi(soak));
    std::uint64_t seed = soak == nullptr ? 1 : std::random_device()();
    int accepted = 0;
    int round = 0;
    for (; round < 2'000 || std::chrono::steady_clock::now() - start < length; ++round, ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random(seed);
        Bytes damaged = whole;
        for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
            const std::size_t at = 8 + random() % (64 + 5 * 64);
            damaged[at] = random() % 4 == 0 ? std::byte{0xFF} : static_cast<std::byte>(random());
        }
        if (random() % 8 == 0) damaged.resize(kPageBytes + random() % whole.size());
        seal(damaged);
        MemoryFileSystem files;
        place(files, damaged);
        const auto file = SegmentFile::open(files, kPath);
        if (!file) continue;
        ++accepted;
        static_cast<void>((*file)->verify());
    }
    std::printf("%d hostile headers\n", round);
    EXPECT_GT(accepted, 10) << "most of a table's bytes are checksums, which may say anything";
}

TEST(SegmentFile, AppearsWholeOrNotAtAllWhateverFails) {
    const Image old_image{{{"old", patterned(9, 70)}}};
    const Image new_image = golden_image();
    const auto write = [&](MemoryFileSystem& memory, const Fault& fault) {
        EXPECT_TRUE(write_segment_file(memory, kPath, old_image.views()));
        FaultyFileSystem files(memory);
        files.set_fault(fault);
        const bool is_written = write_segment_file(files, kPath, new_image.views()).has_value();
        return std::pair(is_written, files.operations());
    };
    MemoryFileSystem untouched;
    const std::uint64_t operations = write(untouched, {}).second;
    for (std::uint64_t at = 0; at < operations; ++at) {
        for (const FaultEffect effect : {FaultEffect::kFailOnce, FaultEffect::kCutOff}) {
            SCOPED_TRACE(fmt::format("operation {}, effect {}", at, static_cast<int>(effect)));
            MemoryFileSystem memory;
            const bool is_written = write(memory, {.at = at, .effect = effect}).first;
            EXPECT_FALSE(is_written);
            if (effect == FaultEffect::kCutOff) memory.crash(at);
            const auto file = SegmentFile::open(memory, kPath);
            ASSERT_TRUE(file) << file.error().message();
            const bool is_old = (*file)->sections().size() == 1;
            expect_holds(**file, is_old ? old_image : new_image);
        }
    }
}

}  // namespace
}  // namespace sokkuri::store
