// Goal: pictures are shown in every size, from what the file holds now, and nothing outside of the
// indexed folder ever is. Method: files and folders swapped for links before and while they are
// opened; disks that are full, read-only or forgetful.
#include "service/picture_files.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/forwarding_file_system.h"
#include "image/decode.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::ForwardingFileSystem;
using testing::PictureFolder;

class PictureFiles : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("a.jpg", 1);
        folder.draw("sub/b.jpg", 2);
        folder.index();
        const auto pictures = folder.pictures();
        a = pictures.at("a.jpg").id;
        b = pictures.at("sub/b.jpg").id;
        elsewhere.draw("secret.jpg", 99);
    }
    Library open(FileSystem& files) const {
        return Library::open(files, folder.path(), "", LibraryAccess::kWrite).value();
    }
    static ErrorCode code_of(const Library& library, const std::string& id) {
        const auto original = original_file(library, id);
        const auto small = thumbnail(library, id, 160, {});
        const auto jpeg = picture_as_jpeg(library, id, 2000, {});
        EXPECT_EQ(original.has_value(), small.has_value());
        EXPECT_EQ(original.has_value(), jpeg.has_value());
        return original ? ErrorCode::kInternal : original.error().code();
    }
    std::size_t thumbs() const {
        std::size_t count = 0;
        if (!fs::exists(folder.path(".sokkuri/thumbs"))) return 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder.path(".sokkuri/thumbs"))) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }

    PictureFolder folder;
    PictureFolder elsewhere;
    std::string a;
    std::string b;
};

TEST_F(PictureFiles, TheOriginalIsTheFile) {
    const Library library = open(posix_file_system());
    const auto original = original_file(library, b).value();
    EXPECT_EQ(original.media_type, "image/jpeg");
    EXPECT_EQ(original.name, "b.jpg");
    const auto expected =
        read_file(posix_file_system(), folder.path("sub/b.jpg"), 1U << 20).value();
    std::vector<std::byte> bytes(original.size_bytes);
    EXPECT_EQ(original.file->read_at(0, bytes).value(), expected.size());
    EXPECT_EQ(bytes, expected);
    EXPECT_EQ(original.tag, hex(xxh128(expected)));
    EXPECT_EQ(code_of(library, "nobody"), ErrorCode::kNotFound);
}

TEST_F(PictureFiles, ThumbnailsAreMadeOnceAndKeptByContent) {
    const auto first = thumbnail(open(posix_file_system()), a, 160, {}).value();
    EXPECT_EQ(first.media_type, "image/jpeg");
    EXPECT_EQ(image::decode(*first.bytes, {}).value().original, (image::Size{96, 72}))
        << "never enlarged";
    EXPECT_EQ(thumbs(), 1U);
    std::atomic<int> reads = 0;
    ForwardingFileSystem files(posix_file_system());
    files.on_read([&](const std::string& path) -> Result<void> {
        reads += path.find("/thumbs/") != std::string::npos ? 1 : 0;
        return {};
    });
    const auto second = thumbnail(open(files), a, 160, {}).value();
    EXPECT_EQ(*second.bytes, *first.bytes);
    EXPECT_EQ(second.tag, first.tag);
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(thumbnail(open(posix_file_system()), a, 161, {}).error().code(),
              ErrorCode::kInvalidArgument);
    const Library library = open(posix_file_system());
    ASSERT_TRUE(thumbnail(library, a, 320, {}));
    EXPECT_EQ(thumbs(), 2U);
    EXPECT_NE(thumbnail(library, a, 320, {})->tag, first.tag);
}

TEST_F(PictureFiles, AChangedFileShowsItsNewContentUnderAnotherTag) {
    const Library library = open(posix_file_system());
    const auto before = thumbnail(library, a, 160, {}).value();
    const std::string tag = original_file(library, a).value().tag;
    folder.draw("a.jpg", 77, std::chrono::hours(1));
    const auto after = thumbnail(library, a, 160, {}).value();
    EXPECT_NE(after.tag, before.tag);
    EXPECT_NE(*after.bytes, *before.bytes);
    EXPECT_NE(original_file(library, a).value().tag, tag);
}

TEST_F(PictureFiles, WhatHasVanishedIsNotFound) {
    const Library library = open(posix_file_system());
    ASSERT_TRUE(thumbnail(library, a, 160, {}));
    folder.remove("a.jpg");
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound) << "also from the cache";
    fs::create_directory(folder.path("a.jpg"));
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound);
    fs::remove(folder.path("a.jpg"));
    fs::create_symlink("a.jpg", folder.path("a.jpg"));
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound) << "a link to itself";
    folder.write("sub/b.jpg", "text, and a private one");
    EXPECT_EQ(code_of(library, b), ErrorCode::kNotFound);
}

TEST_F(PictureFiles, LinksThatLeadOutsideAreNotFollowed) {
    const Library library = open(posix_file_system());
    fs::remove(folder.path("a.jpg"));
    fs::create_symlink(elsewhere.path("secret.jpg"), folder.path("a.jpg"));
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound);
    fs::remove_all(folder.path("sub"));
    elsewhere.draw("b.jpg", 3);
    fs::create_directory_symlink(elsewhere.path(), folder.path("sub"));
    EXPECT_EQ(code_of(library, b), ErrorCode::kNotFound);
}

TEST_F(PictureFiles, LinksThatStayInsideAre) {
    const Library library = open(posix_file_system());
    fs::remove(folder.path("a.jpg"));
    fs::create_symlink("sub/b.jpg", folder.path("a.jpg"));
    EXPECT_EQ(original_file(library, a).value().name, "a.jpg");
    fs::remove(folder.path("a.jpg"));
    folder.draw(".hidden/x.jpg", 4);
    fs::create_symlink(".hidden/x.jpg", folder.path("a.jpg"));
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound) << "nothing hidden is served";
}

/// The link takes the file's place in the very moment between looking and opening, and leaves
/// again.
TEST_F(PictureFiles, ALinkSwappedInWhileOpeningDoesNotLeak) {
    ForwardingFileSystem files(posix_file_system());
    const Library library = open(files);
    const auto secret =
        read_file(posix_file_system(), elsewhere.path("secret.jpg"), 1U << 20).value();
    files.on_read([&](const std::string& path) -> Result<void> {
        if (!path.ends_with("/a.jpg")) return {};
        fs::remove(path);
        fs::create_symlink(elsewhere.path("secret.jpg"), path);
        return {};
    });
    EXPECT_EQ(code_of(library, a), ErrorCode::kNotFound);
    files.on_read(nullptr);
    // And while requests go on, from another thread.
    std::atomic<bool> is_done = false;
    folder.remove("a.jpg");
    folder.draw("a.jpg", 1);
    const fs::path name = folder.path("a.jpg");
    const fs::path kept = folder.path("kept.jpg");
    fs::copy_file(name, kept);
    std::jthread swapper([&] {
        while (!is_done) {
            fs::create_symlink(elsewhere.path("secret.jpg"), folder.path("link"));
            fs::rename(folder.path("link"), name);
            fs::copy_file(kept, folder.path("copy"));
            fs::rename(folder.path("copy"), name);
        }
    });
    int served = 0;
    for (int i = 0; i < 500; ++i) {
        const auto original = original_file(library, a);
        if (!original) continue;
        ++served;
        std::vector<std::byte> bytes(original->size_bytes);
        ASSERT_TRUE(original->file->read_at(0, bytes));
        EXPECT_NE(bytes, secret);
    }
    is_done = true;
    RecordProperty("served", served);
}

TEST_F(PictureFiles, OneIsMadeByOnlyOneAtATime) {
    RenderedPictures pictures(posix_file_system(), folder.path(".sokkuri/thumbs"),
                              RenderedPictures::Keeping::kNowhere);
    std::atomic<int> making = 0;
    std::atomic<bool> overlapped = false;
    const auto make = [&]() -> Result<RenderedPictures::Bytes> {
        if (++making > 1) overlapped = true;
        for (int i = 0; i < 100; ++i)
            std::this_thread::yield();
        --making;
        return RenderedPictures::Bytes(10);
    };
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    EXPECT_EQ(pictures.get({.side = 160}, make).value()->size(), 10U);
            });
        }
    }
    EXPECT_FALSE(overlapped);
}

TEST_F(PictureFiles, ADiskThatIsFullOrReadOnlyOnlyCostsTime) {
    const auto expected = thumbnail(open(posix_file_system()), a, 160, {}).value();
    for (const ErrorCode code : {ErrorCode::kIo, ErrorCode::kNoSpace}) {
        fs::remove_all(folder.path(".sokkuri/thumbs"));
        FaultyFileSystem files(posix_file_system());
        const Library library = open(files);
        files.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges, .code = code});
        for (int i = 0; i < 2; ++i)
            EXPECT_EQ(*thumbnail(library, a, 160, {}).value().bytes, *expected.bytes);
        EXPECT_EQ(thumbs(), 0U);
    }
    const Library reader = folder.open(LibraryAccess::kRead);
    EXPECT_EQ(*thumbnail(reader, a, 160, {}).value().bytes, *expected.bytes);
    EXPECT_EQ(thumbs(), 0U) << "a reader never writes";
}

TEST_F(PictureFiles, ABrokenThumbnailIsMadeAgain) {
    const auto expected = thumbnail(open(posix_file_system()), a, 160, {}).value();
    for (const auto& entry : fs::recursive_directory_iterator(folder.path(".sokkuri/thumbs"))) {
        if (entry.is_regular_file()) fs::resize_file(entry.path(), expected.bytes->size() / 2);
    }
    EXPECT_EQ(*thumbnail(open(posix_file_system()), a, 160, {}).value().bytes, *expected.bytes);
}

TEST_F(PictureFiles, TheLeastRecentlyUsedGoFirst) {
    const std::string directory = folder.path(".sokkuri/thumbs");
    const auto make = [] {
        // The shortest thing that begins and ends as a JPEG does.
        RenderedPictures::Bytes bytes(1000);
        bytes[0] = bytes[2] = bytes[998] = std::byte{0xFF};
        bytes[1] = std::byte{0xD8};
        bytes[999] = std::byte{0xD9};
        return Result<RenderedPictures::Bytes>(bytes);
    };
    const auto key = [](unsigned char first) {
        return RenderedPictures::Key{.content = {std::byte{first}}, .side = 160};
    };
    int made = 0;
    const auto counting = [&] {
        ++made;
        return make();
    };
    {
        RenderedPictures pictures(posix_file_system(), directory,
                                  RenderedPictures::Keeping::kOnDisk);
        pictures.bound_to(5'500);
        for (unsigned char i = 0; i < 5; ++i)
            ASSERT_TRUE(pictures.get(key(i), counting));
        ASSERT_TRUE(pictures.get(key(0), counting));  // used again
        ASSERT_TRUE(pictures.get(key(5), counting));  // one too many
        EXPECT_EQ(thumbs(), 5U);
        EXPECT_EQ(made, 6);
        ASSERT_TRUE(pictures.get(key(0), counting));
        EXPECT_EQ(made, 6);
        ASSERT_TRUE(pictures.get(key(1), counting));
        EXPECT_EQ(made, 7) << "it had to go";
    }
    // What was there before counts too.
    std::ofstream(folder.path(".sokkuri/thumbs/00/left.tmp")) << "x";
    RenderedPictures pictures(posix_file_system(), directory, RenderedPictures::Keeping::kOnDisk);
    pictures.bound_to(3'500);
    ASSERT_TRUE(pictures.get(key(9), counting));
    EXPECT_EQ(thumbs(), 3U);
    EXPECT_FALSE(fs::exists(folder.path(".sokkuri/thumbs/00/left.tmp")));
}

}  // namespace
}  // namespace sokkuri::service
