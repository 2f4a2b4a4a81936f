// Goal: a backup that is made while rows move together is one generation, whole to the last page,
// and has every record that was acknowledged before it began. Method: a compaction at each step of
// a backup in turn; then both at once, in threads of their own, beside a writer that counts.
#include "base/testing/memory_file_system.h"
#include "collection/backup.h"
#include "collection/testing/small_collection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::is_whole;
using testing::make_small;
using testing::open_small;
using testing::small_record;

constexpr const char* kSource = "/pictures/.sokkuri";
constexpr const char* kTarget = "/backup/.sokkuri";

/// Something for a compaction to drop.
void replace_some(Collection& collection, std::size_t round) {
    for (const std::size_t number : {1U, 9U, 28U}) {
        const PutRecord record = small_record(number, round);
        ASSERT_TRUE(collection.put({&record, 1}));
    }
}

TEST(BackupBesideCompaction, IsOneGenerationAtWhateverStepTheRowsMove) {
    for (std::size_t step = 0;; ++step) {
        SCOPED_TRACE(step);
        MemoryFileSystem files;
        make_small(files, kSource);
        const auto writer = open_small(files, kSource);
        std::vector<std::string> states{everything_in(files, kSource)};
        std::size_t steps = 0;
        const auto move_rows = [&](std::string_view) {
            if (steps++ != step) return;
            replace_some(*writer, 2);
            const auto compacted = writer->compact({});
            ASSERT_TRUE(compacted) << compacted.error().message();
            EXPECT_GT(compacted->rows_dropped, 0U);
            states.push_back(everything_in(files, kSource));
        };
        const auto report =
            back_up_local_collection(files, kSource, kTarget, {.progress = move_rows});
        ASSERT_TRUE(report) << report.error().message();
        ASSERT_TRUE(is_whole(files, kTarget));
        const std::string said = everything_in(files, kTarget);
        ASSERT_TRUE(said == states.front() || said == states.back());
        // Made again, it is as the collection is now, and without what is old.
        ASSERT_TRUE(back_up_local_collection(files, kSource, kTarget, {}));
        ASSERT_EQ(everything_in(files, kTarget), states.back());
        ASSERT_TRUE(is_whole(files, kTarget));
        if (steps <= step) return;
    }
}

/// Puts, replaces, removes and compacts until it is asked to stop.
class Writer {
 public:
    static constexpr std::size_t kReplaced = 5;  // "record-0" … with the number of their round

    explicit Writer(MemoryFileSystem& files) : collection_(open_small(files, kSource)) {}

    void run(const std::stop_token& stop) {
        for (std::size_t round = 1; !stop.stop_requested(); ++round) {
            std::vector<PutRecord> records;
            for (std::size_t number = 0; number < kReplaced; ++number)
                records.push_back(small_record(number, round));
            records.push_back(small_record(1'000 + round));  // stays
            ASSERT_TRUE(collection_->put(records));
            rounds_ = round;
            if (round % 4 != 0) continue;
            const auto compacted = collection_->compact({});
            ASSERT_TRUE(compacted) << compacted.error().message();
            EXPECT_EQ(compacted->later_error, "");
            ++compactions_;
        }
    }
    std::size_t rounds() const { return rounds_; }
    std::size_t compactions() const { return compactions_; }

 private:
    std::unique_ptr<Collection> collection_;
    std::atomic<std::size_t> rounds_ = 0;  // acknowledged
    std::atomic<std::size_t> compactions_ = 0;
};

/// All rounds up to one that is at least `acknowledged`, and nothing of those behind it.
void expect_one_moment(FileSystem& files, std::size_t acknowledged) {
    const auto copy = open_local_collection(files, kTarget, {.search_threads = 1}).value();
    const std::size_t round = copy->count().value() - Writer::kReplaced;
    EXPECT_GE(round, acknowledged);
    std::vector<PutRecord> expected;
    for (std::size_t number = 0; number < Writer::kReplaced; ++number)
        expected.push_back(small_record(number, round));
    for (std::size_t kept = 1; kept <= round; ++kept)
        expected.push_back(small_record(1'000 + kept));
    for (const PutRecord& record : expected) {
        const auto found = copy->get({&record.id, 1}).value().front();
        ASSERT_TRUE(found) << record.id;
        ASSERT_EQ(found->document, record.document);
        ASSERT_EQ(copy->vector_of(record.id, "picture").value(), record.vectors[0].values);
    }
}

TEST(BackupBesideCompaction, HasAllThatWasAcknowledgedWhileBothGoOn) {
    constexpr std::size_t kBackups = 8;
    constexpr std::size_t kCompactions = 8;
    MemoryFileSystem files;
    Writer writer(files);
    std::jthread thread([&](const std::stop_token& stop) { writer.run(stop); });
    while (writer.rounds() == 0)
        std::this_thread::yield();
    for (std::size_t made = 0; made < kBackups || writer.compactions() < kCompactions; ++made) {
        const std::size_t acknowledged = writer.rounds();
        const auto report = back_up_local_collection(files, kSource, kTarget, {});
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_EQ(report->segments_left_out, 0U);
        ASSERT_TRUE(is_whole(files, kTarget)) << "backup " << made;
        ASSERT_NO_FATAL_FAILURE(expect_one_moment(files, acknowledged)) << "backup " << made;
    }
}

}  // namespace
}  // namespace sokkuri::collection
