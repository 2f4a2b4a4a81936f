// Goal: jobs run one after the other in each library, can be watched and stopped, and leave what
// they have committed. Method: real ingests of drawn pictures; a file system that holds a run where
// the test wants it.
#include "service/jobs.h"

#include "base/testing/forwarding_file_system.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <thread>

namespace sokkuri::service {
namespace {

using sokkuri::testing::ForwardingFileSystem;
using testing::PictureFolder;

/// Stops whoever passes until it is opened.
class Gate {
 public:
    void pass() {
        entered_.set_value_once();
        opened_.wait();
    }
    void wait_until_entered() { entered_.wait(); }
    void open() { opened_.set_value_once(); }

 private:
    struct Event {
        void set_value_once() {
            *is_set.lock() = true;
            changed.notify_all();
        }
        void wait() {
            auto locked = is_set.lock();
            changed.wait(locked.lock(), [&] { return *locked; });
        }
        Guarded<bool> is_set{false};
        std::condition_variable changed;
    };
    Event entered_;
    Event opened_;
};

class JobsTest : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("a.jpg", 1);
        folder.draw("b.jpg", 2);
        libraries = Libraries::open(files, {{.folder = folder.path()}}, "").value();
        name = libraries->all().front()->name;
    }
    void hold_at_the_folder(Gate& gate) {
        files.on_list([this, &gate](const std::string& path) -> Result<void> {
            if (path == folder.path() + "/") gate.pass();
            return {};
        });
    }
    JobStatus ended(Jobs& jobs, const std::string& id) {
        for (;;) {
            const JobStatus status = jobs.find(id).value();
            if (status.finished_s != 0) return status;
            std::this_thread::yield();
        }
    }

    PictureFolder folder;
    ForwardingFileSystem files{posix_file_system()};
    std::unique_ptr<Libraries> libraries;
    std::string name;
};

TEST_F(JobsTest, AnIndexJobDoesWhatIngestDoes) {
    const auto jobs = Jobs::create(*libraries);
    const JobStatus queued = jobs->index(name, folder.request()).value();
    EXPECT_EQ(queued.kind, "index");
    EXPECT_EQ(queued.collection, name);
    const JobStatus status = ended(*jobs, queued.id);
    EXPECT_EQ(status.state, JobState::kDone);
    ASSERT_TRUE(status.report);
    EXPECT_EQ(status.report->added, 2U);
    EXPECT_EQ(status.progress.done, 2U);
    EXPECT_GT(status.revision, queued.revision);
    EXPECT_GE(status.finished_s, status.created_s);
    EXPECT_EQ(libraries->find(name).value()->collection().count().value(), 2U);
}

TEST_F(JobsTest, WaitInLineAndAreNotQueuedTwice) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    const std::string running = jobs->index(name, folder.request()).value().id;
    gate.wait_until_entered();
    const JobStatus waiting = jobs->index(name, folder.request()).value();
    EXPECT_NE(waiting.id, running) << "files may have come since the running one looked";
    EXPECT_EQ(waiting.state, JobState::kQueued);
    EXPECT_EQ(jobs->index(name, folder.request()).value().id, waiting.id);
    IngestRequest other = folder.request();
    other.missing = MissingFiles::kKeep;
    EXPECT_NE(jobs->index(name, other).value().id, waiting.id);
    EXPECT_EQ(jobs->find(running).value().state, JobState::kRunning);
    EXPECT_EQ(jobs->all().size(), 3U);
    EXPECT_EQ(jobs->all().back().id, running);
    gate.open();
    EXPECT_EQ(ended(*jobs, waiting.id).report->unchanged, 2U);
}

TEST_F(JobsTest, TheLineHasAnEnd) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    ASSERT_TRUE(jobs->index(name, folder.request()));
    gate.wait_until_entered();
    IngestRequest request = folder.request();
    for (std::size_t i = 0; i < Jobs::kQueuedMax; ++i) {
        request.batch_rows = static_cast<std::uint32_t>(i + 1);  // another wish each time
        ASSERT_TRUE(jobs->index(name, request));
    }
    request.batch_rows = 1000;
    EXPECT_EQ(jobs->index(name, request).error().code(), ErrorCode::kExhausted);
    gate.open();
    jobs->stop();
    EXPECT_EQ(jobs->index(name, request).error().code(), ErrorCode::kUnavailable);
    for (const JobStatus& status : jobs->all())
        EXPECT_NE(status.finished_s, 0) << status.id;
}

TEST_F(JobsTest, TheLineOfOneCollectionHoldsUpNoOther) {
    constexpr std::size_t kFolders = Jobs::kQueuedMax + 8;
    const sokkuri::testing::TemporaryDirectory many;
    std::vector<LibraryPlace> places;
    for (std::size_t i = 0; i < kFolders; ++i) {
        places.push_back({.folder = fmt::format("{}/{}", many.path(), i)});
        std::filesystem::create_directory(places.back().folder);
    }
    Gate gate;
    files.on_list([&](const std::string& path) -> Result<void> {
        if (path.starts_with(many.path()) && path.ends_with('/')) gate.pass();
        return {};
    });
    const auto folders = Libraries::open(files, places, "").value();
    const auto jobs = Jobs::create(*folders);
    IngestRequest request = folder.request();
    for (const auto& entry : folders->all()) {
        for (const std::uint32_t rows : {1U, 2U, 3U}) {  // one runs, two wait
            request.batch_rows = rows;
            const auto job = jobs->index(entry->name, request);
            ASSERT_TRUE(job) << job.error().message();
        }
    }
    gate.open();
    jobs->stop();
}

TEST_F(JobsTest, OnesThatWaitAndOnesThatRunAreCancelled) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    const std::string running = jobs->index(name, folder.request()).value().id;
    gate.wait_until_entered();
    const std::string waiting = jobs->index(name, folder.request()).value().id;
    EXPECT_EQ(jobs->cancel(waiting).value().state, JobState::kCancelled);
    EXPECT_EQ(jobs->cancel(running).value().state, JobState::kRunning);
    gate.open();
    const JobStatus status = ended(*jobs, running);
    EXPECT_EQ(status.state, JobState::kCancelled);
    ASSERT_TRUE(status.report);
    EXPECT_TRUE(status.report->was_interrupted);
    EXPECT_TRUE(jobs->cancel(running)) << "it has ended";
    EXPECT_EQ(jobs->cancel("none").error().code(), ErrorCode::kNotFound);
}

TEST_F(JobsTest, OneThatWaitsStaysForTheOthersWhoAskedForIt) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    const std::string running = jobs->index(name, folder.request()).value().id;
    gate.wait_until_entered();
    const std::string waiting = jobs->index(name, folder.request()).value().id;
    ASSERT_EQ(jobs->index(name, folder.request()).value().id, waiting);
    EXPECT_EQ(jobs->cancel(waiting).value().state, JobState::kQueued);
    ASSERT_EQ(jobs->index(name, folder.request()).value().id, waiting);
    gate.open();
    EXPECT_EQ(ended(*jobs, waiting).state, JobState::kDone);
}

TEST_F(JobsTest, OneThatRunsIsLeftToTheOthersWhoAskedForIt) {
    Gate first;
    Gate second;
    std::atomic<int> jobs_begun = 0;
    files.on_list([&](const std::string& path) -> Result<void> {
        if (path == folder.path() + "/") (++jobs_begun == 1 ? first : second).pass();
        return {};
    });
    const auto jobs = Jobs::create(*libraries);
    const std::string before = jobs->index(name, folder.request()).value().id;
    first.wait_until_entered();
    const std::string id = jobs->index(name, folder.request()).value().id;
    ASSERT_EQ(jobs->index(name, folder.request()).value().id, id);
    ASSERT_EQ(jobs->index(name, folder.request()).value().id, id);
    EXPECT_FALSE(jobs->leave(id).value().is_stopping) << "while it waits";
    first.open();
    second.wait_until_entered();
    const JobStatus left = jobs->leave(id).value();
    EXPECT_EQ(left.state, JobState::kRunning);
    EXPECT_FALSE(left.is_stopping) << "one who has asked is left";
    second.open();
    EXPECT_EQ(ended(*jobs, id).state, JobState::kDone);
    EXPECT_EQ(jobs->leave("none").error().code(), ErrorCode::kNotFound);
}

TEST_F(JobsTest, OneThatRunsEndsWithTheLastWhoLeavesItAndForWhoeverCancelsIt) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    const std::string id = jobs->index(name, folder.request()).value().id;
    gate.wait_until_entered();
    const JobStatus left = jobs->leave(id).value();
    EXPECT_TRUE(left.is_stopping);
    EXPECT_EQ(left.state, JobState::kRunning);
    const std::string shared = jobs->index(name, folder.request()).value().id;
    ASSERT_EQ(jobs->index(name, folder.request()).value().id, shared);
    EXPECT_FALSE(jobs->cancel(shared).value().is_stopping);
    EXPECT_TRUE(jobs->cancel(shared).value().is_stopping);
    gate.open();
    EXPECT_EQ(ended(*jobs, id).state, JobState::kCancelled);
    EXPECT_EQ(ended(*jobs, shared).state, JobState::kCancelled);
}

TEST_F(JobsTest, OfACollectionThatGetsTheNameAreDone) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    ASSERT_TRUE(jobs->index(name, folder.request()));
    gate.wait_until_entered();
    const std::string waiting = jobs->index(name, folder.request()).value().id;
    std::jthread ending([&] { jobs->end(name); });
    ended(*jobs, waiting);
    const std::string next = jobs->index(name, folder.request()).value().id;
    gate.open();
    EXPECT_EQ(ended(*jobs, next).state, JobState::kDone);
}

TEST_F(JobsTest, AFailureIsTold) {
    const auto jobs = Jobs::create(*libraries);
    IngestRequest request = folder.request();
    request.model.name = "no-such-model";
    const JobStatus status = ended(*jobs, jobs->index(name, request).value().id);
    EXPECT_EQ(status.state, JobState::kFailed);
    EXPECT_NE(status.error.find("no-such-model"), std::string::npos);
    EXPECT_FALSE(status.report);
    EXPECT_EQ(jobs->index("nowhere", request).error().code(), ErrorCode::kNotFound);
    request.batch_rows = 0;
    EXPECT_EQ(jobs->index(name, request).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(JobsTest, OnlyTheNewestNamesTheFilesThatStillFail) {
    std::ofstream(folder.path("c.jpg")) << "no picture";
    std::ofstream(folder.path("d.jpg")) << "neither";
    const auto jobs = Jobs::create(*libraries);
    std::string last;
    for (int run = 0; run < 3; ++run) {
        last = jobs->index(name, folder.request()).value().id;
        ended(*jobs, last);
    }
    for (const JobStatus& status : jobs->all()) {
        ASSERT_TRUE(status.report);
        EXPECT_EQ(status.progress.failed, 2U);
        EXPECT_EQ(status.report->failures.size(), status.id == last ? 2U : 0U);
        EXPECT_EQ(status.report->failures_forgotten, status.id == last ? 0U : 2U);
    }
}

TEST_F(JobsTest, MemoryThatRunsOutFailsThem) {
    const auto jobs = Jobs::create(*libraries);
    files.on_list([](const std::string&) -> Result<void> { throw std::bad_alloc(); });
    const JobStatus status = ended(*jobs, jobs->verify(name, {}).value().id);
    files.on_list([](const std::string&) -> Result<void> { return {}; });
    EXPECT_EQ(status.state, JobState::kFailed);
    EXPECT_NE(status.error.find("memory"), std::string::npos) << status.error;
}

TEST_F(JobsTest, OldOnesAreForgotten) {
    const auto jobs = Jobs::create(*libraries);
    IngestRequest request = folder.request();
    request.model.name = "no-such-model";  // ends at once
    std::string last;
    for (std::size_t i = 0; i < Jobs::kRememberedMax + 5; ++i) {
        last = jobs->index(name, request).value().id;
        ended(*jobs, last);
    }
    EXPECT_EQ(jobs->all().size(), Jobs::kRememberedMax);
    EXPECT_EQ(jobs->all().front().id, last);
}

TEST_F(JobsTest, StoppingLeavesWhatWasCommitted) {
    for (unsigned i = 0; i < 40; ++i)
        folder.draw(fmt::format("{}.jpg", i), 100 + i);
    const auto library = libraries->find(name).value();
    const auto jobs = Jobs::create(*libraries);
    ASSERT_TRUE(jobs->index(name, folder.request()));
    while (library->collection().count().value_or(0) < 4)
        std::this_thread::yield();
    jobs->stop();
    const std::uint64_t committed = library->collection().count().value();
    EXPECT_GE(committed, 4U);
    const auto again = Jobs::create(*libraries);
    const JobStatus status = ended(*again, again->index(name, folder.request()).value().id);
    EXPECT_EQ(status.report->unchanged, committed);
    EXPECT_EQ(status.report->added, 42 - committed);
}

TEST_F(JobsTest, ARunAndAQueryShareOneExtractor) {
    const auto library = libraries->find(name).value();
    const ModelChoice choice = folder.request().model;
    const auto model = choose_model(files, choice, std::nullopt).value();
    const auto before = library->extractors().get(model, choice, features::Urgency::kInteractive);
    const long owners = before.value().use_count();
    Gate gate;
    files.on_read([&](const std::string& path) -> Result<void> {
        if (path.ends_with("/b.jpg")) gate.pass();
        return {};
    });
    const auto jobs = Jobs::create(*libraries);
    const std::string id = jobs->index(name, folder.request()).value().id;
    gate.wait_until_entered();
    EXPECT_GT(before.value().use_count(), owners) << "the run holds the one that we have";
    gate.open();
    EXPECT_EQ(ended(*jobs, id).state, JobState::kDone);
}

TEST_F(JobsTest, OfACollectionThatGoesTheyEnd) {
    Gate gate;
    hold_at_the_folder(gate);
    const auto jobs = Jobs::create(*libraries);
    const JobStatus running = jobs->index(name, folder.request()).value();
    gate.wait_until_entered();
    std::jthread dropper([&] { EXPECT_TRUE(libraries->drop(name, [&] { jobs->end(name); })); });
    while (libraries->find(name))
        std::this_thread::yield();
    EXPECT_FALSE(jobs->index(name, folder.request()));
    gate.open();
    dropper.join();
    const JobState state = ended(*jobs, running.id).state;
    EXPECT_TRUE(state == JobState::kCancelled || state == JobState::kDone);
}

}  // namespace
}  // namespace sokkuri::service
