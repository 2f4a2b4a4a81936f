// Goal: a run that is killed at any moment loses nothing that was committed, and the next run ends
// where an undisturbed one does: same ids, documents and vectors. Method: a child process brings a
// collection up to date with a folder in which files were added, changed, moved, copied and
// removed; SIGKILL after a random time, several times; then a run to the end, compared with one
// that was left alone. Seeds are fixed and printed on failure.
#include "base/module.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using testing::IndexedPictures;
using testing::PictureFolder;

constexpr int kKillsWanted = 20;
constexpr int kKillsPerRound = 3;
constexpr int kRoundsMax = 60;

class KilledIngest : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        for (unsigned i = 0; i < 24; ++i)
            folder.draw(fmt::format("{}/{}.jpg", i % 3, i), i);
        folder.write("1/bad.jpg", "no picture");
        folder.index();
        fs::copy(folder.path(".sokkuri"), saved.path() + "/first", fs::copy_options::recursive);
        change();
    }

    /// From the first state of the folder to the second.
    void change() const {
        for (unsigned i = 0; i < 30; ++i)
            folder.draw(fmt::format("new/{}.jpg", i), 1'000 + i);
        for (unsigned i = 0; i < 5; ++i)
            folder.draw(fmt::format("{}/{}.jpg", i % 3, i), 2'000 + i, hours(9));
        for (unsigned i = 6; i < 10; ++i)
            folder.move(fmt::format("{}/{}.jpg", i % 3, i), fmt::format("moved/{}.jpg", i));
        for (unsigned i = 10; i < 14; ++i)
            folder.copy(fmt::format("{}/{}.jpg", i % 3, i), fmt::format("copies/{}.jpg", i));
        for (unsigned i = 14; i < 18; ++i)
            folder.remove(fmt::format("{}/{}.jpg", i % 3, i));
        folder.draw("1/bad.jpg", 3'000, hours(9));
        folder.write("2/20.jpg", "broken now", hours(9));
    }

    void restore_first_state() const {
        folder.remove(".sokkuri");
        fs::copy(saved.path() + "/first", folder.path(".sokkuri"), fs::copy_options::recursive);
    }

    pid_t start_child() const {
        const std::string program = *program_directory() + "/ingest_child";
        std::vector<std::string> words = {program, folder.path(), testing::models_folder()};
        std::vector<char*> arguments;
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_t child = 0;
        EXPECT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ),
                  0);
        return child;
    }

    /// How the child ended; killed when it is still there after `patience`.
    int run_child(std::chrono::duration<double, std::milli> patience) const {
        const pid_t child = start_child();
        std::this_thread::sleep_for(patience);
        kill(child, SIGKILL);
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        return status;
    }

    PictureFolder folder;
    sokkuri::testing::TemporaryDirectory saved;
};

TEST_F(KilledIngest, EndsWhereAnUndisturbedOneDoes) {
    const auto started = std::chrono::steady_clock::now();
    const pid_t child = start_child();
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    // How long a whole run takes says when killing hurts.
    double whole_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started)
            .count();
    const IndexedPictures undisturbed = folder.pictures();
    ASSERT_EQ(undisturbed.size(), 54U);

    std::mt19937 random(20261121);
    int killed = 0;
    for (int round = 0; round < kRoundsMax && killed < kKillsWanted; ++round) {
        SCOPED_TRACE(round);
        restore_first_state();
        for (int i = 0; i < kKillsPerRound; ++i) {
            const double part = static_cast<double>(random() % 1'000) / 1'000;
            if (WIFSIGNALED(
                    run_child(std::chrono::duration<double, std::milli>(part * whole_ms)))) {
                ++killed;
            } else {
                whole_ms *= 0.9;  // the machine has become quicker, or there is less to do
            }
            // Whatever is there opens and can be read.
            testing::indexed_pictures(folder.open());
        }
        folder.index();
        ASSERT_EQ(folder.pictures(), undisturbed);
        EXPECT_EQ(folder.index().unchanged, undisturbed.size());
    }
    EXPECT_GE(killed, kKillsWanted);
}

}  // namespace
}  // namespace sokkuri::service
