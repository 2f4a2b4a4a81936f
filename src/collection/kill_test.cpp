// A real process that is killed with SIGKILL while it puts, replaces, removes, seals, merges and
// compacts: what it acknowledged is there, what was in flight is there whole or not at all, and
// every file is whole. SOKKURI_KILLS says how many times (30 unless given).
#include "base/testing/temporary_directory.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace sokkuri::collection {
namespace {

using testing::open_small;
using testing::small_record;

constexpr std::size_t kRecords = 60;

/// Number of the round in which each record was last put.
using Model = std::map<std::size_t, std::size_t>;

struct Change {
    std::map<std::size_t, std::size_t> puts;
    std::vector<std::size_t> removals;
    bool seals = false;
    bool compacts = false;
};

/// The same for the process that makes it and the one that looks after it.
Change change_number(std::uint64_t number) {
    std::mt19937_64 random(number * 7'919 + 13);
    Change change;
    const std::uint64_t kind = random() % 20;
    if (kind == 0) {
        change.compacts = true;
    } else if (kind <= 3) {
        change.seals = true;
    } else if (kind <= 7) {
        for (std::uint64_t i = 0; i < 1 + random() % 3; ++i)
            change.removals.push_back(random() % kRecords);
    } else {
        for (std::uint64_t i = 0; i < 1 + random() % 6; ++i)
            change.puts[random() % kRecords] = number;
    }
    return change;
}

Model after(Model model, const Change& change) {
    for (const auto& [record, round] : change.puts)
        model[record] = round;
    for (const std::size_t record : change.removals)
        model.erase(record);
    return model;
}

bool apply(Collection& collection, const Change& change) {
    if (change.compacts) return collection.compact({}).has_value();
    if (change.seals) return collection.optimize({}).has_value();
    if (!change.removals.empty()) {
        std::vector<std::string> ids;
        for (const std::size_t record : change.removals)
            ids.push_back(small_record(record).id);
        return collection.remove(ids).has_value();
    }
    std::vector<PutRecord> records;
    for (const auto& [record, round] : change.puts)
        records.push_back(small_record(record, round));
    return collection.put(records).has_value();
}

/// The child's work, told through the pipe when acknowledged. Never returns.
[[noreturn]] void change_until_killed(const std::string& folder, std::uint64_t first, int done) {
    const auto collection = open_small(posix_file_system(), folder);
    for (std::uint64_t number = first; collection; ++number) {
        if (!apply(*collection, change_number(number))) break;
        if (write(done, &number, sizeof number) != sizeof number) break;
    }
    _exit(1);
}

/// Starts a writer, kills it after some changes, and returns the number behind the last
/// acknowledged one.
std::uint64_t run_and_kill(const std::string& folder, std::uint64_t first,
                           std::mt19937_64& random) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) change_until_killed(folder, first, ends[1]);
    close(ends[1]);
    const std::uint64_t wanted = first + 1 + random() % 12;
    std::uint64_t behind_last = first;
    std::uint64_t number = 0;
    while (behind_last < wanted && read(ends[0], &number, sizeof number) == sizeof number) {
        behind_last = number + 1;
    }
    // Some way into the next change.
    for (std::uint64_t spin = random() % 2'000'000; spin > 0; --spin) {
        asm volatile("" ::: "memory");
    }
    EXPECT_EQ(kill(child, SIGKILL), 0);
    while (read(ends[0], &number, sizeof number) == sizeof number) {
        behind_last = number + 1;
    }
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    return behind_last;
}

/// A record or vector that is not as it was put is told here.
Model read_all(const std::string& folder) {
    const auto collection =
        open_local_collection(posix_file_system(), folder, {.search_threads = 1});
    EXPECT_TRUE(collection) << collection.error().message();
    Model model;
    if (!collection) return model;
    const auto scanned = (*collection)->scan({.field = "picture"}, [&](const ScannedRecord& row) {
        std::size_t number = 0;
        std::size_t round = 0;
        const int read = std::sscanf(row.record.document.c_str(), R"({"number": %zu, "round": %zu)",
                                     &number, &round);
        EXPECT_EQ(read, 2) << row.record.document;
        const PutRecord expected = small_record(number, round);
        EXPECT_EQ(row.record.id, expected.id);
        EXPECT_EQ(row.record.document, expected.document);
        EXPECT_TRUE(std::equal(row.vector.begin(), row.vector.end(),
                               expected.vectors[0].values.begin(),
                               expected.vectors[0].values.end()));
        model[number] = round;
        return true;
    });
    EXPECT_TRUE(scanned) << scanned.error().message();
    return model;
}

void expect_whole(const std::string& folder) {
    const auto report = verify_local_collection(posix_file_system(), folder,
                                                {.depth = VerifyOptions::Depth::kDeep});
    ASSERT_TRUE(report) << report.error().message();
    for (const Finding& finding : report->findings) {
        EXPECT_EQ(finding.kind, Finding::Kind::kNote) << finding.file << ": " << finding.what;
    }
}

TEST(CollectionKill, EveryAcknowledgedChangeIsThereAndEveryFileIsWhole) {
    const char* wanted = std::getenv("SOKKURI_KILLS");
    const int kills = wanted != nullptr ? std::atoi(wanted) : 30;
    const sokkuri::testing::TemporaryDirectory place;
    const std::string folder = join_path(place.path(), ".sokkuri");
    std::mt19937_64 random(20'261'122);
    Model model;
    std::uint64_t next = 0;
    for (int round = 0; round < kills && !HasFailure(); ++round) {
        SCOPED_TRACE(fmt::format("kill {} of {}, from change {} on", round + 1, kills, next));
        const std::uint64_t behind_last = run_and_kill(folder, next, random);
        for (; next < behind_last; ++next) {
            model = after(model, change_number(next));
        }
        const Model seen = read_all(folder);
        const Model with_change_in_flight = after(model, change_number(next));
        ASSERT_TRUE(seen == model || seen == with_change_in_flight)
            << "a record was lost, or half a change is there";
        expect_whole(folder);
        model = seen;
        ++next;  // whatever became of it
    }
    std::printf("%d kills, %d changes acknowledged\n", kills, static_cast<int>(next));
}

}  // namespace
}  // namespace sokkuri::collection
