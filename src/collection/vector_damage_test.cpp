// Damaged vectors are told and change no answer that is given of all of them, and come back when
// they are given again. Method: a small collection in which bytes of vectors are flipped, or the
// end of their file is cut off.
#include "collection/testing/vector_damage.h"

#include "base/testing/faulty_file_system.h"
#include "collection/backup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::kDirectory;
using testing::kOfOneBlock;
using testing::kRowBytes;
using testing::kVectors;
using testing::make_small;
using testing::open_small;
using testing::small_record;
using testing::text_of;

class VectorDamage : public ::testing::Test, protected testing::DamagedVectors {};

TEST_F(VectorDamage, GivenAgainComesBack) {
    const std::string before = everything_in(files_, kDirectory);
    flip(26);
    EXPECT_FALSE(verified().is_whole());
    {
        const auto collection = open_small(files_, kDirectory);
        EXPECT_FALSE(collection->compact({})) << "others of the block are not proven";
        const auto outcome = load_again(*collection, kOfOneBlock);
        ASSERT_TRUE(outcome) << outcome.error().message();
        EXPECT_EQ(outcome->replaced, std::size(kOfOneBlock)) << "also those that look the same";
        EXPECT_EQ(load_again(*collection, kOfOneBlock)->unchanged, std::size(kOfOneBlock));
    }
    const VerifyReport report = verified();
    EXPECT_TRUE(report.is_whole()) << text_of(report);
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_NE(report.findings[0].what.find("slots 24 to 31"), std::string::npos);
    EXPECT_TRUE(open_small(files_, kDirectory)->compact({}));
    EXPECT_EQ(text_of(verified()), "");
    EXPECT_TRUE(back_up_local_collection(files_, kDirectory, "/copy/.sokkuri", {}));
    const auto lines_of = [](const std::string& said) { return std::ranges::count(said, '\n'); };
    EXPECT_EQ(lines_of(everything_in(files_, kDirectory)), lines_of(before));
}

TEST_F(VectorDamage, ThatComesBetweenTwoLoadsIsNoticedByTheSecond) {
    const auto collection = open_small(files_, kDirectory);
    EXPECT_EQ(load_again(*collection, kOfOneBlock)->unchanged, std::size(kOfOneBlock));
    flip(28);
    EXPECT_EQ(load_again(*collection, kOfOneBlock)->replaced, std::size(kOfOneBlock));
}

TEST_F(VectorDamage, MakesVectorsOfItsBlockOnesToWriteToThoseWhoCompare) {
    const auto collection = open_small(files_, kDirectory);
    const auto has_to_be_written = [&](const PutRecord& record) {
        const auto stored = collection->begin_comparison();
        return !stored->changed(record.id, record.vectors).value().empty();
    };
    EXPECT_TRUE(has_to_be_written(small_record(26, 7))) << "another vector";
    EXPECT_TRUE(has_to_be_written(small_record(1'000))) << "there is no such record";
    for (const std::size_t number : kOfOneBlock)
        EXPECT_FALSE(has_to_be_written(small_record(number))) << number;
    flip(26);
    for (const std::size_t number : kOfOneBlock)
        EXPECT_TRUE(has_to_be_written(small_record(number))) << number;
    EXPECT_FALSE(has_to_be_written(small_record(1))) << "of another block";
}

TEST_F(VectorDamage, IsCompactedAwayWhereNoLiveVectorIsLeft) {
    std::vector<std::string> ids;
    for (const std::size_t number : kOfOneBlock)
        ids.push_back(small_record(number).id);
    ASSERT_TRUE(open_small(files_, kDirectory)->remove(ids));
    const std::string before = everything_in(files_, kDirectory);
    flip(26);
    EXPECT_TRUE(verified().is_whole()) << text_of(verified());
    const auto report = open_small(files_, kDirectory)->compact({});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(everything_in(files_, kDirectory), before);
    EXPECT_EQ(text_of(verified()), "");
}

TEST_F(VectorDamage, EndsAScanBeforeItIsGiven) {
    flip(26);
    const auto collection =
        open_local_collection(files_, kDirectory, {.search_threads = 1}).value();
    std::vector<std::string> seen;
    const auto scanned = collection->scan({.field = "picture"}, [&](const ScannedRecord& row) {
        seen.push_back(row.record.id);
        return true;
    });
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().code(), ErrorCode::kCorruption);
    const std::string& message = scanned.error().message();
    EXPECT_NE(message.find("fields/0/vectors/0000"), std::string::npos) << message;
    EXPECT_NE(message.find("slots 24 to 31"), std::string::npos) << message;
    EXPECT_EQ(std::ranges::count(seen, "record-24"), 0) << "of the same block";
    EXPECT_EQ(std::ranges::count(seen, "record-2"), 1);
}

/// As copies are that were made while somebody wrote. Slots 32 to 40 are one block: those of the
/// records 32 to 39 and the newer one of record 3; slots 0 to 23 are in a segment.
class ShortVectors : public VectorDamage {
 protected:
    /// In the middle of the row behind.
    void cut_off_behind(std::uint64_t slots) {
        const auto chunk =
            files_.open(join_path(kDirectory, kVectors), OpenMode::kReadWrite).value();
        ASSERT_TRUE(chunk->truncate(4'096 + slots * kRowBytes + 5));
    }
    std::set<std::string> found(index::Effort effort) {
        const auto collection =
            open_local_collection(files_, kDirectory, {.search_threads = 1}).value();
        const auto answer =
            collection->search({.field = "picture",
                                .query = std::vector<float>(testing::kSmallDimension, 0.5F),
                                .k = 100,
                                .effort = effort});
        EXPECT_TRUE(answer) << answer.error().message();
        std::set<std::string> ids;
        for (const Hit& hit : answer.value_or(SearchAnswer()).hits)
            ids.insert(hit.id);
        return ids;
    }
    /// Of make_small, those whose vector lies before that slot.
    static std::set<std::string> ids_before(std::size_t slots) {
        std::set<std::string> ids;
        for (std::size_t number = 0; number < std::min<std::size_t>(slots, 40); ++number) {
            if (number != 5 && number != 30) ids.insert(small_record(number).id);
        }
        if (slots <= 40) ids.erase("record-3");
        return ids;
    }
};

TEST_F(ShortVectors, LeaveAllOthersToBeFoundAndRead) {
    for (const std::size_t slots : {40U, 38U, 32U, 30U, 10U, 1U}) {
        SCOPED_TRACE(slots);
        cut_off_behind(slots);
        EXPECT_EQ(found({.kind = index::Effort::Kind::kExact}), ids_before(slots));
        EXPECT_EQ(found({}), ids_before(slots));
        const auto collection =
            open_local_collection(files_, kDirectory, {.search_threads = 1}).value();
        EXPECT_EQ(collection->count().value(), 38U);
        const std::string lost = "record-3";
        EXPECT_TRUE(collection->get({&lost, 1}).value().front());
        EXPECT_EQ(collection->vector_of(lost, "picture").error().code(), ErrorCode::kCorruption);
        EXPECT_EQ(collection->vector_of("record-0", "picture").value(),
                  small_record(0).vectors[0].values);
        EXPECT_EQ(
            collection->scan({.field = "picture"}, [](const auto&) { return true; }).error().code(),
            ErrorCode::kCorruption);
    }
}

TEST_F(ShortVectors, AreNamedWithTheirRecordsAndDropped) {
    cut_off_behind(32);  // between two blocks
    const VerifyReport report = verified();
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_EQ(report.findings[0].file, kVectors);
    for (const char* id : {"\"record-3\"", "\"record-32\"", "\"record-39\""}) {
        EXPECT_NE(report.findings[0].what.find(id), std::string::npos) << text_of(report);
    }
    const auto repaired = repair_local_collection(files_, kDirectory, report);
    ASSERT_TRUE(repaired) << repaired.error().message();
    EXPECT_TRUE(verified().is_whole()) << text_of(verified());
    EXPECT_EQ(found({}), ids_before(32));
    const PutRecord again = small_record(33);
    {
        const auto collection = open_small(files_, kDirectory);
        EXPECT_EQ(collection->vector_of("record-3", "picture").error().code(),
                  ErrorCode::kNotFound);
        EXPECT_EQ(collection->count().value(), 38U) << "the records stay";
        EXPECT_TRUE(collection->put({&again, 1}));
        EXPECT_TRUE(collection->compact({}));
    }
    EXPECT_EQ(text_of(verified()), "");
    std::set<std::string> expected = ids_before(32);
    expected.insert(again.id);
    EXPECT_EQ(found({}), expected);
}

TEST_F(ShortVectors, WhoseBlockIsLostInPartKeepTheRestOfItUnproven) {
    cut_off_behind(38);
    const auto repaired = repair_local_collection(files_, kDirectory, verified());
    ASSERT_TRUE(repaired) << repaired.error().message();
    EXPECT_EQ(found({}), ids_before(38));
    const VerifyReport report = verified();
    EXPECT_FALSE(report.is_whole());
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_NE(report.findings[0].what.find("\"record-32\""), std::string::npos) << text_of(report);
    const auto collection = open_small(files_, kDirectory);
    const std::size_t of_the_block[] = {3, 32, 33, 34, 35, 36, 37, 38, 39};
    ASSERT_TRUE(load_again(*collection, of_the_block));
    EXPECT_TRUE(verified().is_whole()) << text_of(verified());
    EXPECT_EQ(found({}), ids_before(41));
}

/// Copies are completed later: what was lost for now is not left out for good.
TEST_F(ShortVectors, ThatAreGivenBackAreFoundWhateverWasSealedMeanwhile) {
    const std::string path = join_path(kDirectory, kVectors);
    const auto whole = read_file(files_, path, 1U << 20).value();
    const auto seal = [&] {
        LocalOptions options{.access = LocalOptions::Access::kWrite, .search_threads = 1};
        options.keeper.limits.tail_rows_min = 4;
        options.keeper.threads = 1;
        const auto sealed = open_local_collection(files_, kDirectory, options).value();
        EXPECT_TRUE(sealed->optimize({}));
        return sealed->stats().value().fields[0].index;
    };
    for (const std::size_t slots : {10U, 38U, 30U}) {
        SCOPED_TRACE(slots);
        cut_off_behind(slots);
        seal();
        EXPECT_EQ(found({.kind = index::Effort::Kind::kExact}), ids_before(slots));
        ASSERT_TRUE(replace_file(files_, path, whole));
        for (int round = 0; round < 2; ++round) {
            EXPECT_EQ(found({.kind = index::Effort::Kind::kExact}), ids_before(41));
            EXPECT_EQ(found({}), ids_before(41));
            EXPECT_TRUE(verified().is_whole()) << text_of(verified());
            if (round == 0) seal();
        }
    }
    EXPECT_EQ(seal().tail_rows, 0U);
}

/// Nobody ever takes zeros for a vector.
TEST_F(ShortVectors, AreDroppedWholeOrNotWhereverThatFails) {
    for (std::uint64_t at = 0;; at += 3) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        make_small(memory, kDirectory);
        {
            const auto chunk =
                memory.open(join_path(kDirectory, kVectors), OpenMode::kReadWrite).value();
            ASSERT_TRUE(chunk->truncate(4'096 + 32 * kRowBytes));
            ASSERT_TRUE(chunk->sync());
        }
        const auto report = verify_local_collection(memory, kDirectory, {});
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const bool is_repaired =
            repair_local_collection(files, kDirectory, *report) && !files.has_failed();
        if (at % 2 == 1) memory.crash(at);
        const auto collection =
            open_local_collection(memory, kDirectory, {.search_threads = 1}).value();
        const auto answer =
            collection->search({.field = "picture",
                                .query = std::vector<float>(testing::kSmallDimension, 0.0F),
                                .k = 100});
        ASSERT_TRUE(answer) << answer.error().message();
        ASSERT_EQ(answer->hits.size(), ids_before(32).size());
        const auto after = verify_local_collection(memory, kDirectory, {});
        ASSERT_TRUE(after) << after.error().message();
        ASSERT_TRUE(repair_local_collection(memory, kDirectory, *after));
        ASSERT_TRUE(verify_local_collection(memory, kDirectory, {})->is_whole());
        if (is_repaired) return;
    }
}

}  // namespace
}  // namespace sokkuri::collection
