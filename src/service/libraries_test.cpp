#include "service/libraries.h"

#include "service/testing/picture_folder.h"
#include "store/write_lock.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::TemporaryDirectory;

std::unique_ptr<Libraries> opened(const std::vector<LibraryPlace>& places,
                                  const std::string& socket = "") {
    auto libraries = Libraries::open(posix_file_system(), places, socket);
    EXPECT_TRUE(libraries) << libraries.error().message();
    return libraries ? std::move(*libraries) : nullptr;
}

TEST(SlugOf, KeepsToTheRulesOfIndexNames) {
    EXPECT_EQ(slug_of("/a/me/Pictures"), "pictures");
    EXPECT_EQ(slug_of("/a/me/Holiday 2024, Rome/"), "holiday-2024--rome");
    EXPECT_EQ(slug_of("relative"), "relative");
    EXPECT_EQ(slug_of("/a/__-+x"), "x");
    EXPECT_EQ(slug_of("/a/写真"), "写真");
    EXPECT_EQ(slug_of("/a/r\\e*s?t\"<>|#:"), "r-e-s-t------");
    EXPECT_EQ(slug_of("/a/with\nline"), "with-line");
    for (const char* nothing : {"", "/", "/a/..", "/a/.", "/a/---", "/a/ , "}) {
        EXPECT_EQ(slug_of(nothing), "pictures") << nothing;
    }
    const std::string bytes = slug_of("/a/\xff");
    EXPECT_EQ(bytes, "xff");
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "写";
    EXPECT_EQ(slug_of(many).size(), 255U) << "cut between characters: 85 of 3 bytes";
}

TEST(Libraries, FoldersOfOneNameAreToldApart) {
    const TemporaryDirectory directory;
    std::vector<LibraryPlace> places;
    for (const char* name : {"a/Cats", "b/cats", "c/CATS", "d/dogs"}) {
        fs::create_directories(directory.path() + "/" + name);
        places.push_back({.folder = directory.path() + "/" + name});
    }
    const auto libraries = opened(places);
    std::vector<std::string> names;
    for (const auto& entry : libraries->all())
        names.push_back(entry->name);
    EXPECT_EQ(names, (std::vector<std::string>{"cats", "cats-2", "cats-3", "dogs"}));
    Library* library = libraries->find("cats-2").value();
    EXPECT_EQ(library->folder(), fs::canonical(directory.path() + "/b/cats").string());
    const auto missing = libraries->find("birds");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
    EXPECT_NE(missing.error().message().find("cats-3, dogs"), std::string::npos);
}

TEST(Libraries, TheLockNamesTheSocket) {
    const TemporaryDirectory directory;
    const auto libraries = opened({{.folder = directory.path()}}, "/run/user/1/sokkuri.sock");
    const auto holder =
        store::WriteLock::holder(posix_file_system(), directory.path() + "/.sokkuri/lock").value();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->socket, "/run/user/1/sokkuri.sock");
    EXPECT_EQ(holder->pid, getpid());
}

TEST(Libraries, AFolderIsServedOnce) {
    const TemporaryDirectory directory;
    const auto twice =
        Libraries::open(posix_file_system(),
                        {{.folder = directory.path()}, {.folder = directory.path() + "/."}}, "");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code(), ErrorCode::kInvalidArgument);
    const auto libraries = opened({{.folder = directory.path()}});
    const auto second = Libraries::open(posix_file_system(), {{.folder = directory.path()}}, "");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST(Libraries, TheirLocksNameTheProcessAndItsSocket) {
    const TemporaryDirectory directory;
    const LibraryPlace place{.folder = directory.path()};
    EXPECT_FALSE(Library::writer(posix_file_system(), place).value());
    {
        const auto libraries = Libraries::open(posix_file_system(), {place}, "/run/a.sock");
        const auto writer = Library::writer(posix_file_system(), place).value();
        ASSERT_TRUE(writer);
        EXPECT_EQ(writer->pid, getpid());
        EXPECT_EQ(writer->socket, "/run/a.sock");
    }
    EXPECT_FALSE(Library::writer(posix_file_system(), place).value());
}

TEST(Libraries, WarmingUpLoadsTheModelThatQueriesThenUse) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const testing::PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    const ModelChoice choice = folder.request().model;
    const auto libraries = opened({{.folder = folder.path()}});
    libraries->warm_up(choice);
    const Library& library = libraries->all().front()->library;
    const auto model = choose_model(library.files(), choice, std::nullopt).value();
    const auto one = library.extractors().get(model, choice, features::Urgency::kInteractive);
    EXPECT_EQ(one.value(),
              library.extractors().get(model, choice, features::Urgency::kBulk).value());
}

}  // namespace
}  // namespace sokkuri::service
