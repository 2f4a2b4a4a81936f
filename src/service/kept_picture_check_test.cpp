// A kept picture that goes, or whose bytes change, is noticed and named with the items that show
// it, and comes back by being given again. Method: a collection with records as put_item leaves
// them, without a model; its pictures are removed, cut and flipped one at a time.
#include "service/kept_picture_check.h"

#include "base/testing/temporary_directory.h"
#include "service/backup.h"
#include "service/library.h"
#include "service/picture_document.h"
#include "service/picture_files.h"
#include "service/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using collection::Finding;
using collection::VerifyReport;
using Bytes = std::vector<std::byte>;

/// What is sniffed as a picture; nobody decodes it here.
Bytes picture(int number) {
    const std::string text = fmt::format("\xff\xd8\xff\xe0 picture {} {}", number,
                                         std::string(3'000, static_cast<char>('a' + number)));
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::string text_of(const VerifyReport& report) {
    std::string text;
    for (const Finding& finding : report.findings) {
        text += fmt::format("{} {}: {}\n", name_of(finding.kind), finding.file, finding.what);
    }
    return text;
}

class KeptPictureCheck : public ::testing::Test {
 protected:
    KeptPictureCheck() {
        EXPECT_TRUE(create_directories(posix_file_system(), home()));
        const Library library = open(LibraryAccess::kWrite);
        put(library, "a", 1);
        put(library, "b", 2);
        put(library, "c", 2);
        const collection::PutRecord plain{.id = "plain", .document = R"({"content": "none"})"};
        EXPECT_TRUE(library.collection().put({&plain, 1}));
    }

    Library open(LibraryAccess access) const {
        return Library::open(posix_file_system(), place(), {.access = access}).value();
    }
    LibraryPlace place() const { return {.folder = home(), .pictures = PictureSource::kAsMade}; }
    std::string home() const { return folder_.path() + "/c"; }
    std::string path(const std::string& file) const { return home() + "/.sokkuri/" + file; }

    void put(const Library& library, const std::string& id, int number) const {
        const Hash128 content = xxh128(picture(number));
        const collection::KeptPicture kept{.id = id, .content = content};
        EXPECT_TRUE(library.workspace().kept_pictures().doubt({&kept, 1}));
        EXPECT_TRUE(library.pictures().write(content, picture(number)));
        put_document(library, id, number);
        EXPECT_TRUE(settle_pictures(library, {&kept, 1}));
    }
    void put_document(const Library& library, const std::string& id, int number) const {
        const std::string document = to_json({.size = {.width = 1, .height = 1},
                                              .format = image::Format::kJpeg,
                                              .size_bytes = picture(number).size(),
                                              .content = xxh128(picture(number))});
        const collection::PutRecord record{.id = id, .document = document};
        const auto put = library.collection().put({&record, 1});
        EXPECT_TRUE(put) << put.error().message();
    }
    static std::string file(int number) {
        const std::string name = hex(xxh128(picture(number)));
        return fmt::format("pictures/{}/{}", name.substr(0, 2), name);
    }
    void flip(const std::string& name, std::uint64_t at) const {
        const auto opened = posix_file_system().open(path(name), OpenMode::kReadWrite).value();
        std::byte byte{};
        ASSERT_EQ(opened->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= std::byte{4};
        ASSERT_TRUE(opened->write_at(at, {&byte, 1}));
    }
    VerifyReport verified() const {
        const auto report = verify(posix_file_system(), place(), {});
        EXPECT_TRUE(report) << report.error().message();
        return report.value_or(VerifyReport());
    }
    Result<collection::BackupReport> backed_up() const {
        return back_up(posix_file_system(), place(), folder_.path() + "/backup", {});
    }

 private:
    sokkuri::testing::TemporaryDirectory folder_;
};

TEST_F(KeptPictureCheck, WhatIsWholeIsFoundWhole) {
    EXPECT_EQ(text_of(verified()), "");
    EXPECT_TRUE(backed_up());
}

TEST_F(KeptPictureCheck, ARemovedPictureIsNamedWithItsItemsAndNotBackedUp) {
    fs::remove(path(file(2)));
    const VerifyReport report = verified();
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_EQ(report.findings[0].kind, Finding::Kind::kDamage);
    EXPECT_EQ(report.findings[0].file, file(2));
    EXPECT_EQ(report.findings[0].what, "is missing; the picture of item \"b\", \"c\"");
    const auto copy = backed_up();
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(copy.error().message().find(file(2)), std::string::npos) << copy.error().message();
    put(open(LibraryAccess::kWrite), "b", 2);
    EXPECT_EQ(text_of(verified()), "") << "given again";
    EXPECT_TRUE(backed_up());
}

TEST_F(KeptPictureCheck, AllPicturesRemovedAreNamed) {
    fs::remove_all(path("pictures"));
    EXPECT_EQ(verified().findings.size(), 2U) << text_of(verified());
    EXPECT_FALSE(backed_up());
}

TEST_F(KeptPictureCheck, ADamagedPictureIsNamedWithItsItems) {
    flip(file(1), 1'000);
    const VerifyReport report = verified();
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_EQ(report.findings[0].file, file(1));
    EXPECT_NE(report.findings[0].what.find("the picture of item \"a\""), std::string::npos);
}

TEST_F(KeptPictureCheck, AThumbnailThatStandsForAPictureIsEnough) {
    const Library library = open(LibraryAccess::kWrite);
    fs::remove(path(file(1)));
    ASSERT_TRUE(library.pictures().write_thumbnail(xxh128(picture(1)), picture(5)));
    EXPECT_EQ(text_of(verified()), "");
    fs::remove(path(file(1) + "-thumbnail"));
    EXPECT_EQ(verified().findings.size(), 1U) << text_of(verified());
}

TEST_F(KeptPictureCheck, PicturesOfWhichOnlyDocumentsSpeakAreOneNote) {
    const Library library = open(LibraryAccess::kWrite);
    put_document(library, "x", 7);
    put_document(library, "y", 8);
    const VerifyReport report = verified();
    EXPECT_TRUE(report.is_whole());
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_NE(report.findings[0].what.find("2 pictures"), std::string::npos) << text_of(report);
    EXPECT_TRUE(backed_up());
}

TEST_F(KeptPictureCheck, PicturesOfItemsThatAreGoneAreNotMissed) {
    const Library library = open(LibraryAccess::kWrite);
    const std::string id = "a";
    ASSERT_TRUE(library.collection().remove({&id, 1}));
    fs::remove(path(file(1)));
    EXPECT_EQ(text_of(verified()), "");
}

/// Longer, shorter, or as long with another byte.
TEST_F(KeptPictureCheck, ADamagedPictureIsNeverServedAndComesBackByBeingGivenAgain) {
    const std::uint64_t size = picture(1).size();
    const auto damages = {std::function<void()>([&] { flip(file(1), size / 2); }),
                          std::function<void()>([&] { fs::resize_file(path(file(1)), size - 9); }),
                          std::function<void()>([&] { fs::resize_file(path(file(1)), size + 9); })};
    const Library library = open(LibraryAccess::kWrite);
    for (const auto& damage : damages) {
        ASSERT_TRUE(original_file(library, "a"));
        damage();
        const auto served = original_file(library, "a");
        ASSERT_FALSE(served);
        EXPECT_EQ(served.error().code(), ErrorCode::kCorruption);
        EXPECT_NE(served.error().message().find(file(1)), std::string::npos)
            << served.error().message();
        EXPECT_FALSE(verified().is_whole());
        put(library, "a", 1);
        EXPECT_TRUE(verified().is_whole()) << text_of(verified());
    }
}

TEST_F(KeptPictureCheck, ADamagedThumbnailIsNeverServed) {
    const Library library = open(LibraryAccess::kWrite);
    fs::remove(path(file(1)));
    ASSERT_TRUE(library.pictures().write_thumbnail(xxh128(picture(1)), picture(5)));
    ASSERT_TRUE(best_file(library, "a"));
    flip(file(1) + "-thumbnail", 500);
    const auto served = best_file(library, "a");
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code(), ErrorCode::kCorruption);
}

TEST_F(KeptPictureCheck, AnotherCollectionInItsPlaceKeepsItsPictures) {
    const Library library = open(LibraryAccess::kWrite);
    const std::string copy = home() + "-copy";
    fs::copy(home(), copy, fs::copy_options::recursive);
    const std::string id = "a";
    ASSERT_TRUE(library.collection().remove({&id, 1}));
    const collection::KeptPicture kept{.id = id, .content = xxh128(picture(1))};
    ASSERT_TRUE(library.workspace().kept_pictures().doubt({&kept, 1}));
    fs::remove_all(home());
    fs::rename(copy, home());
    EXPECT_FALSE(settle_pictures(library, {&kept, 1}));
    EXPECT_TRUE(verified().is_whole()) << text_of(verified());
}

}  // namespace
}  // namespace sokkuri::service
