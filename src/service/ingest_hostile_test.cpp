// Goal: files and folders that change, vanish or refuse while a run reads them cost at most
// themselves, and the next run puts everything right. Method: hooks in the file system that strike
// when a chosen file is opened or a chosen folder is listed.
#include "base/testing/forwarding_file_system.h"
#include "service/ingest.h"
#include "service/stats.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <new>
#include <string>
#include <sys/stat.h>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::ForwardingFileSystem;
using std::chrono::hours;
using testing::IndexedPictures;
using testing::PictureFolder;

class HostileFolder : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("a.jpg", 1);
        folder.draw("m/b.jpg", 2);
        folder.draw("m/c.jpg", 3);
        folder.draw("z.jpg", 4);
    }

    IngestReport index() { return folder.index(folder.request(), files, {}); }

    /// Runs `action` once, when that file is about to be read.
    void strike_on_read(const std::string& name, std::function<Result<void>()> action) {
        files.on_read([path = folder.path(name), action](const std::string& opened) {
            return opened == path ? action() : Result<void>();
        });
    }
    void refuse_list(const std::string& name) {
        files.on_list([path = folder.path(name)](const std::string& listed) -> Result<void> {
            if (listed != path) return {};
            return fail(ErrorCode::kIo, "list {}: permission denied", path);
        });
    }

    PictureFolder folder;
    ForwardingFileSystem files{posix_file_system()};
};

TEST_F(HostileFolder, PassesOverAFileThatVanishesBeforeItIsRead) {
    strike_on_read("m/b.jpg", [&]() -> Result<void> {
        folder.remove("m/b.jpg");
        return {};
    });
    const IngestReport report = index();
    EXPECT_EQ(report.added, 3U);
    EXPECT_TRUE(report.failures.empty());
}

TEST_F(HostileFolder, RemovesAKnownFileThatVanishesBeforeItIsRead) {
    folder.index();
    folder.draw("m/b.jpg", 20, hours(9));
    strike_on_read("m/b.jpg", [&]() -> Result<void> {
        folder.remove("m/b.jpg");
        return {};
    });
    EXPECT_EQ(index().removed, 1U);
    EXPECT_EQ(folder.pictures().size(), 3U);
}

TEST_F(HostileFolder, LooksAgainAtAFileThatChangedWhileItWasRead) {
    strike_on_read("m/b.jpg", [&]() -> Result<void> {
        folder.draw("m/b.jpg", 20, hours(9));
        return {};
    });
    index();
    const IngestReport next = folder.index();
    EXPECT_EQ(next.unchanged, 4U);
    EXPECT_EQ(folder.pictures().size(), 4U);
    PictureFolder calm;
    calm.draw("m/b.jpg", 20, hours(9));
    calm.index();
    EXPECT_EQ(folder.pictures().at("m/b.jpg").vector, calm.pictures().at("m/b.jpg").vector);
}

TEST_F(HostileFolder, ListsAFileCutOffWhileItWasReadAndTakesItWhenWhole) {
    strike_on_read("m/b.jpg", [&]() -> Result<void> {
        fs::resize_file(folder.path("m/b.jpg"), 30);
        return {};
    });
    const IngestReport report = index();
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].path, "m/b.jpg");
    folder.draw("m/b.jpg", 2);
    EXPECT_EQ(folder.index().added, 1U);
}

TEST_F(HostileFolder, RetriesAFileThatCouldNotBeOpenedThoughItHasNotChanged) {
    strike_on_read("m/b.jpg", []() -> Result<void> { return fail(ErrorCode::kIo, "denied"); });
    IngestReport report = index();
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].reason, "denied");
    EXPECT_TRUE(report.failures[0].is_new);
    report = index();
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_FALSE(report.failures[0].is_new);
    report = folder.index();  // a permission is given back without a trace in size and time
    EXPECT_EQ(report.added, 1U);
    EXPECT_TRUE(report.failures.empty());
}

TEST_F(HostileFolder, ListsAFolderThatCannotBeReadAndKeepsWhatIsKnownOfIt) {
    folder.index();
    const IndexedPictures before = folder.pictures();
    refuse_list("m/");
    const IngestReport report = index();
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].path, "m/");
    EXPECT_EQ(report.removed, 0U);
    EXPECT_EQ(folder.pictures(), before);
    EXPECT_EQ(stats(folder.open())->failed, 1U);
    EXPECT_FALSE(index().failures.at(0).is_new);
    const IngestReport after = folder.index();
    EXPECT_EQ(after.unchanged, 4U);
    EXPECT_EQ(stats(folder.open())->failed, 0U);
}

TEST_F(HostileFolder, NeverTakesALostDiskForAnEmptyFolder) {
    folder.index();
    const std::string hidden = folder.path() + "-elsewhere";
    files.on_list([&](const std::string& listed) -> Result<void> {
        if (listed == folder.path("m/")) fs::rename(folder.path(), hidden);
        return {};
    });
    {
        auto library = Library::open(files, folder.path(), "", LibraryAccess::kWrite);
        ASSERT_TRUE(library);
        const auto report = ingest(*library, folder.request(), nullptr, {});
        EXPECT_FALSE(report);
    }
    fs::rename(hidden, folder.path());
    EXPECT_EQ(folder.pictures().size(), 4U);
}

TEST_F(HostileFolder, ForgetsAFolderThatIsRemovedInMidRun) {
    folder.index();
    files.on_list([&](const std::string& listed) -> Result<void> {
        if (listed == folder.path("m/")) folder.remove("m");
        return {};
    });
    EXPECT_EQ(index().removed, 2U);
    EXPECT_EQ(folder.pictures().size(), 2U);
}

TEST_F(HostileFolder, ListsPipesAndNeverOpensThem) {
    ASSERT_EQ(mkfifo(folder.path("pipe.jpg").c_str(), 0600), 0);
    folder.draw("folder.jpg/inside.jpg", 5);
    std::atomic<bool> was_opened = false;
    strike_on_read("pipe.jpg", [&]() -> Result<void> {
        was_opened = true;
        return {};
    });
    const IngestReport report = index();
    EXPECT_EQ(report.added, 5U);
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].path, "pipe.jpg");
    EXPECT_EQ(report.failures[0].reason, "not a regular file");
    EXPECT_FALSE(was_opened);
    EXPECT_FALSE(index().failures.at(0).is_new);
}

TEST_F(HostileFolder, RefusesFilesLargerThanAllowedBeforeReadingThem) {
    folder.write("huge.jpg", std::string(10'000, 'x'));
    fs::resize_file(folder.path("huge.jpg"), 1ULL << 40);  // a hole
    const IngestReport report = folder.index();
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].path, "huge.jpg");
    EXPECT_EQ(report.added, 4U);
}

TEST_F(HostileFolder, GoesOnAfterAnInterruptionAsIfThereHadBeenNone) {
    for (unsigned i = 0; i < 40; ++i)
        folder.draw(fmt::format("more/{:02}.jpg", i), 100 + i);
    folder.write("bad.jpg", "no picture");
    std::stop_source stop;
    std::atomic<int> reads = 0;
    files.on_read([&](const std::string& path) -> Result<void> {
        if (path.ends_with(".jpg") && ++reads == 20) stop.request_stop();
        return {};
    });
    const IngestReport report = folder.index(folder.request(), files, stop.get_token());
    EXPECT_TRUE(report.was_interrupted);
    EXPECT_LT(report.added, 44U);
    EXPECT_EQ(folder.pictures().size(), report.added);
    EXPECT_FALSE(folder.index().was_interrupted);
    const IndexedPictures interrupted = folder.pictures();

    folder.remove(".sokkuri");
    folder.index();
    EXPECT_EQ(folder.pictures(), interrupted);
}

/// In each of the run's threads.
TEST_F(HostileFolder, EndsTheRunAndNotTheProgramWhereMemoryRunsOut) {
    const auto fails = [&] {
        Library library = Library::open(files, folder.path(), "", LibraryAccess::kWrite).value();
        const auto outcome = ingest(library, folder.request(), nullptr, {});
        return !outcome && outcome.error().code() == ErrorCode::kExhausted;
    };
    const auto strike_at = [](std::string place) {
        return [place = std::move(place)](const std::string& path) -> Result<void> {
            if (path.find(place) != std::string::npos) throw std::bad_alloc();
            return {};
        };
    };
    files.on_list(strike_at(folder.path("m")));
    EXPECT_TRUE(fails()) << "the one that walks";
    files.on_list(nullptr);
    files.on_read(strike_at("b.jpg"));
    EXPECT_TRUE(fails()) << "the one that reads";
    files.on_read(nullptr);
    files.on_write(strike_at("/vectors/"));
    EXPECT_TRUE(fails()) << "the one that writes";
    files.on_write(nullptr);
    EXPECT_TRUE(index().failures.empty());
    EXPECT_EQ(folder.pictures().size(), 4U);
}

TEST_F(HostileFolder, RemovesNothingWhenInterrupted) {
    folder.index();
    folder.remove("m");
    folder.draw("y.jpg", 9);
    std::stop_source stop;
    strike_on_read("y.jpg", [&]() -> Result<void> {
        stop.request_stop();
        return {};
    });
    const IngestReport report = folder.index(folder.request(), files, stop.get_token());
    EXPECT_TRUE(report.was_interrupted);
    EXPECT_EQ(report.removed, 0U);
    EXPECT_EQ(folder.index().removed, 2U);
}

}  // namespace
}  // namespace sokkuri::service
