// Goal: every picture that is the user's is named once, in byte order of paths, and nothing outside
// the folder is ever looked at. Method: small folders with everything that walks have tripped over.
#include "service/folder_walk.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;

void touch(const std::string& path) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << "x";
}

struct Walked {
    std::vector<std::string> paths;
    std::vector<std::string> problems;  // paths
    WalkReport report;
};

Walked walk(const std::string& folder, const WalkLimits& limits = {}) {
    Walked walked;
    const auto report = walk_folder(posix_file_system(), *posix_file_system().canonical(folder),
                                    limits, [&](const WalkedFile& file) {
                                        auto& list = file.problem ? walked.problems : walked.paths;
                                        list.push_back(file.path);
                                        return true;
                                    });
    EXPECT_TRUE(report) << report.error().message();
    if (report) walked.report = *report;
    return walked;
}

TEST(FolderWalk, NamesPicturesInByteOrderOfWholePaths) {
    const testing::TemporaryDirectory folder;
    std::vector<std::string> names = {"a/z.jpg",
                                      "a.jpg",
                                      "a-b/c.png",
                                      "a b.webp",
                                      "B.JPG",
                                      "a/b/c.gif",
                                      "z.jpeg",
                                      "\xff.jpg",
                                      "-x.jpg",
                                      "n\nl.jpg",
                                      "\xf0\x9f\x90\x88.jpg"};
    for (const std::string& name : names)
        touch(folder.path() + "/" + name);
    touch(folder.path() + "/notes.txt");
    std::sort(names.begin(), names.end());
    const Walked walked = walk(folder.path());
    EXPECT_EQ(walked.paths, names);
    EXPECT_EQ(walked.report.files, names.size());
}

TEST(FolderWalk, LeavesOutHiddenNamesAndWhatSystemsKeepForThemselves) {
    const testing::TemporaryDirectory folder;
    for (const char* name :
         {".hidden.jpg", ".sokkuri/pictures/a.jpg", ".git/a.jpg", "@eaDir/a.jpg",
          "sub/node_modules/a.jpg", "System Volume Information/a.jpg", "sub/seen.jpg"}) {
        touch(folder.path() + "/" + name);
    }
    EXPECT_EQ(walk(folder.path()).paths, std::vector<std::string>{"sub/seen.jpg"});
}

TEST(FolderWalk, FollowsLinksToFilesInsideAndCountsTheOthers) {
    const testing::TemporaryDirectory folder;
    const testing::TemporaryDirectory elsewhere;
    touch(folder.path() + "/sub/real.jpg");
    touch(elsewhere.path() + "/secret.jpg");
    fs::create_symlink("sub/real.jpg", folder.path() + "/inside.jpg");
    fs::create_symlink(elsewhere.path() + "/secret.jpg", folder.path() + "/outside.jpg");
    fs::create_symlink("missing.jpg", folder.path() + "/broken.jpg");
    fs::create_directory_symlink("..", folder.path() + "/sub/circle");
    fs::create_symlink(elsewhere.path() + "/secret.jpg", folder.path() + "/no-picture.txt");
    const Walked walked = walk(folder.path());
    EXPECT_EQ(walked.paths, (std::vector<std::string>{"inside.jpg", "sub/real.jpg"}));
    EXPECT_EQ(walked.report.links_left_out, 3U);
}

TEST(FolderWalk, SeesPipesAndFoldersWithPictureNamesForWhatTheyAre) {
    const testing::TemporaryDirectory folder;
    touch(folder.path() + "/folder.jpg/inside.jpg");
    ASSERT_EQ(mkfifo((folder.path() + "/pipe.jpg").c_str(), 0600), 0);
    FileKind kind_of_pipe = FileKind::kRegular;
    std::vector<std::string> paths;
    ASSERT_TRUE(walk_folder(posix_file_system(), folder.path(), {}, [&](const WalkedFile& file) {
        paths.push_back(file.path);
        if (file.path == "pipe.jpg") kind_of_pipe = file.status.kind;
        return true;
    }));
    EXPECT_EQ(paths, (std::vector<std::string>{"folder.jpg/inside.jpg", "pipe.jpg"}));
    EXPECT_EQ(kind_of_pipe, FileKind::kOther);
}

TEST(FolderWalk, TellsOfFoldersThatLieTooDeepAndGoesOn) {
    const testing::TemporaryDirectory folder;
    touch(folder.path() + "/a/b/c/deep.jpg");
    touch(folder.path() + "/z.jpg");
    const Walked walked = walk(folder.path(), {.depth_max = 2});
    EXPECT_EQ(walked.paths, std::vector<std::string>{"z.jpg"});
    EXPECT_EQ(walked.problems, std::vector<std::string>{"a/b/c/"});
}

TEST(FolderWalk, RefusesMoreEntriesThanAllowed) {
    const testing::TemporaryDirectory folder;
    for (int i = 0; i < 10; ++i)
        touch(fmt::format("{}/{}/x.jpg", folder.path(), i));
    const auto report = walk_folder(posix_file_system(), folder.path(), {.entries_max = 15},
                                    [](const WalkedFile&) { return true; });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kExhausted);
    EXPECT_NE(report.error().message().find("entries_max"), std::string::npos);
}

TEST(FolderWalk, StopsWhenAsked) {
    const testing::TemporaryDirectory folder;
    for (int i = 0; i < 10; ++i)
        touch(fmt::format("{}/{}.jpg", folder.path(), i));
    int seen = 0;
    ASSERT_TRUE(walk_folder(posix_file_system(), folder.path(), {},
                            [&](const WalkedFile&) { return ++seen < 3; }));
    EXPECT_EQ(seen, 3);
}

TEST(FolderWalk, SaysWhyAFolderCannotBeWalked) {
    const testing::TemporaryDirectory folder;
    const auto report = walk_folder(posix_file_system(), folder.path() + "/none", {},
                                    [](const WalkedFile&) { return true; });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sokkuri::service
