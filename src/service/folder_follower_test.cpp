// Goal: what comes into a followed folder can be found, what goes cannot, and neither needs to be
// asked for. Method: a real folder and model; waits for what must come.
#include "service/folder_follower.h"

#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <new>
#include <thread>

namespace sokkuri::service {
namespace {

using testing::PictureFolder;

TEST(FolderFollower, WhatComesAndGoesIsIndexedByItself) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    const auto libraries =
        Libraries::open(posix_file_system(), {{.folder = folder.path()}}, "").value();
    const auto jobs = Jobs::create(*libraries);
    const auto library = libraries->all().front();
    auto follower = FolderFollower::start(*libraries, *jobs, folder.request());
    ASSERT_TRUE(follower) << follower.error().message();
    const auto wait_for = [&](std::uint64_t items) {
        while (library->library.collection().count().value() != items)
            std::this_thread::yield();
    };
    folder.draw("b.jpg", 2);
    wait_for(2);
    std::filesystem::create_directories(folder.path("new/deep"));
    folder.draw("new/deep/c.jpg", 3);
    wait_for(3);
    folder.remove("a.jpg");
    wait_for(2);
    EXPECT_EQ(testing::indexed_pictures(library->library).begin()->first, "b.jpg");
}

TEST(FolderFollower, AFolderThatWasAwayIsFollowedAgain) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    const auto libraries =
        Libraries::open(posix_file_system(), {{.folder = folder.path()}}, "").value();
    const auto jobs = Jobs::create(*libraries);
    const auto library = libraries->all().front();
    const auto follower = FolderFollower::start(*libraries, *jobs, folder.request()).value();
    const std::string away = folder.path() + "-away";
    for (const char* name : {"b.jpg", "c.jpg"}) {
        const std::uint64_t items = library->library.collection().count().value() + 1;
        std::filesystem::rename(folder.path(), away);
        follower->look();
        std::filesystem::rename(away, folder.path());
        folder.draw(name, static_cast<unsigned>(items));
        while (library->library.collection().count().value() != items) {
            follower->look();
            std::this_thread::yield();
        }
    }
}

/// Takes wishes, and does nothing. The first one finds no memory.
class WishList final : public Jobs {
 public:
    std::size_t wishes() const { return wishes_; }

    Result<JobStatus> index(const std::string& /*collection*/,
                            const IngestRequest& /*request*/) override {
        if (++wishes_ == 1) throw std::bad_alloc();
        return JobStatus{};
    }
    Result<JobStatus> switch_model(const std::string& /*collection*/,
                                   const SwitchRequest& /*request*/) override {
        return JobStatus{};
    }
    Result<JobStatus> compact(const std::string& /*collection*/) override { return JobStatus{}; }
    Result<JobStatus> verify(const std::string& /*collection*/,
                             const VerifyRequest& /*request*/) override {
        return JobStatus{};
    }
    Result<JobStatus> back_up(const std::string& /*collection*/,
                              const std::string& /*target*/) override {
        return JobStatus{};
    }
    Result<JobStatus> find(const std::string& /*id*/) const override { return JobStatus{}; }
    std::vector<JobStatus> all() const override { return {}; }
    Result<JobStatus> cancel(const std::string& /*id*/) override { return JobStatus{}; }
    Result<JobStatus> leave(const std::string& /*id*/) override { return JobStatus{}; }
    void end(const std::string& /*collection*/) override {}
    void stop() override {}

 private:
    std::atomic<std::size_t> wishes_ = 0;
};

TEST(FolderFollower, AsksAgainWhereMemoryRunsOut) {
    const PictureFolder folder;
    const auto libraries =
        Libraries::open(posix_file_system(), {{.folder = folder.path()}}, "").value();
    WishList jobs;
    const auto follower = FolderFollower::start(*libraries, jobs, folder.request());
    ASSERT_TRUE(follower) << follower.error().message();
    folder.draw("a.jpg", 1);
    while (jobs.wishes() < 2)
        std::this_thread::yield();
}

TEST(FolderFollower, AFolderThatIsDroppedIsFollowedNoMore) {
    const PictureFolder folder;
    const auto libraries =
        Libraries::open(posix_file_system(), {{.folder = folder.path()}}, "").value();
    const auto jobs = Jobs::create(*libraries);
    const std::string name = libraries->all().front()->name;
    const auto follower = FolderFollower::start(*libraries, *jobs, folder.request());
    ASSERT_TRUE(follower);
    ASSERT_TRUE(libraries->drop(name, [&] { jobs->end(name); }));
    folder.draw("a.jpg", 1);
    EXPECT_TRUE(jobs->all().empty());
}

std::size_t open_watches() {
    std::size_t watches = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        watches += std::filesystem::read_symlink(entry, gone) == "anon_inode:inotify" ? 1 : 0;
    }
    return watches;
}

TEST(FolderFollower, FollowsCollectionsThatComeAndLeavesThoseThatGo) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    folder.draw("b.jpg", 2);  // after the last look at the folder
    const sokkuri::testing::TemporaryDirectory data;
    const auto libraries = Libraries::open(posix_file_system(), {}, "", data.path()).value();
    const auto jobs = Jobs::create(*libraries);
    const auto follower = FolderFollower::start(*libraries, *jobs, folder.request()).value();
    const std::size_t watches = open_watches();
    const std::string copied = data.path() + "/pictures";
    for (int round = 0; round < 2; ++round) {
        std::filesystem::copy(folder.path(), copied, std::filesystem::copy_options::recursive);
        while (libraries->all().empty())
            ASSERT_TRUE(libraries->look([](const std::string&) {}));
        follower->look();
        EXPECT_EQ(open_watches(), watches + 1);
        const auto library = libraries->all().front();
        const auto wait_for = [&](std::uint64_t items) {
            while (library->library.collection().count().value() != items)
                std::this_thread::yield();
        };
        wait_for(2);
        std::filesystem::copy(copied + "/a.jpg", copied + "/c.jpg");
        wait_for(3);
        std::filesystem::remove_all(copied);
        std::vector<std::string> gone;
        ASSERT_TRUE(libraries->look([&](const std::string& name) {
            gone.push_back(name);
            jobs->end(name);
        }));
        EXPECT_EQ(gone, std::vector<std::string>{"pictures"});
        follower->look();
        EXPECT_EQ(open_watches(), watches);
    }
}

}  // namespace
}  // namespace sokkuri::service
