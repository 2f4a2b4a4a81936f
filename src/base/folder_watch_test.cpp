// Goal: whatever changes in a folder or below it is told of, and nothing else wakes anybody.
// Method: real files; a change that must be told of follows one that must not.
#include "base/folder_watch.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace sokkuri {
namespace {

namespace fs = std::filesystem;

class FolderWatchTest : public ::testing::Test {
 protected:
    FolderWatchTest() { fs::create_directories(folder + "/deep/er"); }

    void open() {
        auto opened = FolderWatch::open(
            folder, {.is_wanted =
                         [](std::string_view name, WatchedKind kind) {
                             return !name.starts_with('.') &&
                                    (kind == WatchedKind::kFolder || name.ends_with(".jpg"));
                         },
                     .quiet_time = quiet_time});
        ASSERT_TRUE(opened) << opened.error().message();
        watch = std::move(*opened);
    }
    void write(const std::string& name) const { std::ofstream(folder + "/" + name) << name; }
    bool is_told() {
        const auto told = watch->wait({});
        EXPECT_TRUE(told) << told.error().message();
        return told && *told;
    }

    /// Of this process, as the kernel counts them (proc(5): fdinfo).
    static std::size_t watched_folders() {
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator("/proc/self/fdinfo")) {
            std::ifstream lines(entry.path());
            for (std::string line; std::getline(lines, line);)
                count += line.starts_with("inotify wd:") ? 1 : 0;
        }
        return count;
    }

    const testing::TemporaryDirectory directory;
    const std::string folder = directory.path() + "/pictures";
    std::unique_ptr<FolderWatch> watch;
    std::chrono::milliseconds quiet_time{5};
};

TEST_F(FolderWatchTest, TellsOfFilesThatComeChangeMoveAndGo) {
    open();
    write("a.jpg");
    EXPECT_TRUE(is_told());
    write("deep/er/b.jpg");
    EXPECT_TRUE(is_told());
    fs::rename(folder + "/a.jpg", folder + "/deep/a.jpg");
    EXPECT_TRUE(is_told());
    fs::rename(folder + "/deep/a.jpg", directory.path() + "/a.jpg");
    EXPECT_TRUE(is_told());
    fs::rename(directory.path() + "/a.jpg", folder + "/a.jpg");
    EXPECT_TRUE(is_told());
    fs::remove(folder + "/a.jpg");
    EXPECT_TRUE(is_told());
    fs::create_symlink("deep/er/b.jpg", folder + "/link.jpg");
    EXPECT_TRUE(is_told());
    fs::create_hard_link(folder + "/deep/er/b.jpg", folder + "/second.jpg");
    EXPECT_TRUE(is_told());
}

TEST_F(FolderWatchTest, FoldersThatComeAreWatchedToo) {
    open();
    fs::create_directories(folder + "/new/deep");
    EXPECT_TRUE(is_told());
    write("new/deep/a.jpg");
    EXPECT_TRUE(is_told());
    fs::create_directories(directory.path() + "/outside/in");
    fs::rename(directory.path() + "/outside", folder + "/moved");
    EXPECT_TRUE(is_told());
    write("moved/in/a.jpg");
    EXPECT_TRUE(is_told());
    fs::remove_all(folder + "/moved");
    EXPECT_TRUE(is_told());
}

TEST_F(FolderWatchTest, FoldersThatAreMovedOutAreNobodysConcern) {
    open();
    EXPECT_EQ(watched_folders(), 3U);
    fs::rename(folder + "/deep", directory.path() + "/outside");
    EXPECT_TRUE(is_told());
    EXPECT_EQ(watched_folders(), 1U);
    fs::rename(directory.path() + "/outside", folder + "/back");
    EXPECT_TRUE(is_told());
    write("back/er/c.jpg");
    EXPECT_TRUE(is_told());
    fs::rename(folder + "/back", folder + "/again");
    EXPECT_TRUE(is_told());
    write("again/er/d.jpg");
    EXPECT_TRUE(is_told());
}

TEST_F(FolderWatchTest, AStopIsForgottenWhenItIsOver) {
    quiet_time = std::chrono::milliseconds(60);
    open();
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(watch->wait(stop.get_token()).value());
    const auto start = std::chrono::steady_clock::now();
    write("a.jpg");
    EXPECT_TRUE(is_told());
    EXPECT_GE(std::chrono::steady_clock::now() - start, quiet_time) << "woken by the old stop";
}

TEST_F(FolderWatchTest, PassesByWhatDoesNotMatter) {
    fs::create_directories(folder + "/.hidden");
    open();
    write("notes.txt");
    write(".hidden/a.jpg");
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    EXPECT_FALSE(watch->wait(stop.get_token()).value()) << "only the stop has woken it";
    write("notes.txt");
    write("a.jpg");
    EXPECT_TRUE(is_told());
}

TEST_F(FolderWatchTest, EndsWhenAskedToAndWhenTheFolderGoes) {
    open();
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(watch->wait(stopped.get_token()).value());
    fs::remove_all(folder);
    for (;;) {
        const auto told = watch->wait({});
        if (told) continue;  // of what was in it
        EXPECT_EQ(told.error().code(), ErrorCode::kNotFound);
        return;
    }
}

TEST(FolderWatch, OfNoFolderIsNone) {
    const testing::TemporaryDirectory directory;
    std::ofstream(directory.path() + "/file") << "x";
    EXPECT_FALSE(FolderWatch::open(directory.path() + "/none", {}));
    EXPECT_FALSE(FolderWatch::open(directory.path() + "/file", {}));
}

}  // namespace
}  // namespace sokkuri
