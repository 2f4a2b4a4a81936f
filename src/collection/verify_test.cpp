// No byte of a collection can change unseen. Method: a small collection with everything in it;
// bytes of all its files are flipped, the files cut short and removed, one at a time; verification
// must name the file, and repairing must bring back what can be had from the rest.
// SOKKURI_EVERY_BYTE=1 flips every single byte instead of a sample.
#include "collection/verify.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/workspace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::files_below;
using testing::make_small;
using testing::open_small;

constexpr const char* kDirectory = "/pictures/.sokkuri";
constexpr std::uint64_t kFileBytesMax = 1U << 30;

VerifyReport verified(FileSystem& files, VerifyOptions::Depth depth) {
    const auto report = verify_local_collection(files, kDirectory, {.depth = depth});
    EXPECT_TRUE(report) << report.error().message();
    return report.value_or(VerifyReport());
}

bool is_told_of(const VerifyReport& report, const std::string& file) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
        return finding.kind != Finding::Kind::kNote && finding.file == file;
    });
}

std::string text_of(const VerifyReport& report) {
    std::string text;
    for (const Finding& finding : report.findings) {
        text += fmt::format("{}: {}\n", finding.file, finding.what);
    }
    return text;
}

class VerifyTest : public ::testing::Test {
 protected:
    VerifyTest() {
        make_small(files_, kDirectory);
        const auto workspace = Workspace::open(files_, kDirectory, WorkspaceAccess::kWrite).value();
        EXPECT_TRUE(workspace->exclude(workspace->add_root(".").value(), "unwanted.jpg"));
    }

    std::string path(const std::string& file) const { return join_path(kDirectory, file); }
    std::vector<std::byte> content(const std::string& file) const {
        return read_file(files_, path(file), kFileBytesMax).value();
    }
    void write(const std::string& file, std::span<const std::byte> bytes) {
        ASSERT_TRUE(replace_file(files_, path(file), bytes));
    }
    void flip(const std::string& file, std::uint64_t at, std::byte bits) {
        const auto opened = files_.open(path(file), OpenMode::kReadWrite).value();
        std::byte byte{};
        ASSERT_EQ(opened->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= bits;
        ASSERT_TRUE(opened->write_at(at, {&byte, 1}));
    }
    std::string segment_file() const {
        for (const std::string& file : files_below(files_, kDirectory)) {
            if (file.ends_with(".seg")) return file;
        }
        return "";
    }

    MemoryFileSystem files_;
};

std::size_t bytes_between_flips() {
    if (std::getenv("SOKKURI_EVERY_BYTE") != nullptr) return 1;
#ifdef SOKKURI_SANITIZED
    return 1'511;
#else
    return 127;
#endif
}

TEST_F(VerifyTest, WhatIsWholeIsFoundWhole) {
    for (const auto depth : {VerifyOptions::Depth::kChecksums, VerifyOptions::Depth::kDeep}) {
        const VerifyReport report = verified(files_, depth);
        EXPECT_TRUE(report.is_whole()) << text_of(report);
        EXPECT_GE(report.files, 3U);
        EXPECT_GT(report.bytes, 50'000U);
    }
    ASSERT_EQ(files_below(files_, kDirectory).size(), 4U) << "catalog, workspace, vectors, segment";
}

TEST_F(VerifyTest, EveryByteThatChangesIsNoticedAndItsFileNamed) {
    for (const std::string& file : files_below(files_, kDirectory)) {
        const std::uint64_t size = content(file).size();
        for (std::uint64_t at = 0; at < size; at += bytes_between_flips()) {
            SCOPED_TRACE(fmt::format("{}, byte {} of {}", file, at, size));
            const auto bits = static_cast<std::byte>(1U << at % 8);
            flip(file, at, bits);
            const VerifyReport report = verified(files_, VerifyOptions::Depth::kChecksums);
            flip(file, at, bits);
            // Frees the files of SQLite that came and went.
            ASSERT_TRUE(files_.sync_directory(kDirectory));
            ASSERT_TRUE(is_told_of(report, file)) << text_of(report);
        }
    }
    EXPECT_TRUE(verified(files_, VerifyOptions::Depth::kDeep).is_whole());
}

TEST_F(VerifyTest, FilesThatAreShorterLongerOrMissingAreNoticed) {
    for (const std::string& file : files_below(files_, kDirectory)) {
        const std::vector<std::byte> whole = content(file);
        for (const std::size_t length :
             {whole.size() - 1, whole.size() / 2, std::size_t{100}, std::size_t{0}}) {
            SCOPED_TRACE(fmt::format("{}, {} of {} bytes", file, length, whole.size()));
            write(file, std::span(whole).first(length));
            const auto report = verify_local_collection(files_, kDirectory, {});
            ASSERT_TRUE(report) << report.error().message();
            EXPECT_TRUE(is_told_of(*report, file)) << text_of(*report);
        }
        ASSERT_TRUE(files_.remove_file(path(file)));
        const auto report = verify_local_collection(files_, kDirectory, {});
        if (file != "workspace.db") {  // what is true of this machine: made anew
            EXPECT_TRUE(is_told_of(*report, file)) << text_of(*report);
        }
        write(file, whole);
    }
    EXPECT_TRUE(verified(files_, VerifyOptions::Depth::kDeep).is_whole());
}

TEST_F(VerifyTest, DamageOfTheWorkspaceHidesNoOtherDamage) {
    flip("fields/0/vectors/0000", 4'096 + 30 * 4 * testing::kSmallDimension, std::byte{1});
    flip(segment_file(), 20, std::byte{1});
    flip("workspace.db", 5'000, std::byte{1});
    const std::vector<std::byte> damaged = content("workspace.db");
    for (const std::size_t length : {damaged.size(), damaged.size() / 2, std::size_t{100}}) {
        SCOPED_TRACE(length);
        write("workspace.db", std::span(damaged).first(length));
        const VerifyReport report = verified(files_, VerifyOptions::Depth::kDeep);
        EXPECT_TRUE(is_told_of(report, "workspace.db")) << text_of(report);
        EXPECT_TRUE(is_told_of(report, "fields/0/vectors/0000")) << text_of(report);
        EXPECT_TRUE(is_told_of(report, segment_file())) << text_of(report);
        EXPECT_EQ(text_of(report).find("PRAGMA"), std::string::npos) << text_of(report);
    }
}

TEST_F(VerifyTest, ADatabaseThatIsCutOffIsToldAsThat) {
    for (const char* file : {"catalog.db", "workspace.db"}) {
        const std::vector<std::byte> whole = content(file);
        write(file, std::span(whole).first(2 * 4'096));
        const VerifyReport report = verified(files_, VerifyOptions::Depth::kChecksums);
        const std::string wanted =
            fmt::format("ends at byte 8192, but has {} pages", whole.size() / 4'096);
        EXPECT_NE(text_of(report).find(wanted), std::string::npos) << text_of(report);
        write(file, whole);
    }
}

TEST_F(VerifyTest, RepairBuildsADamagedSegmentAnew) {
    const std::string before = everything_in(files_, kDirectory);
    const std::string file = segment_file();
    const std::uint64_t size = content(file).size();
    for (const std::uint64_t at : {std::uint64_t{20}, size / 2, size - 1}) {
        SCOPED_TRACE(at);
        const std::string damaged = segment_file();
        flip(damaged, std::min(at, content(damaged).size() - 1), std::byte{4});
        const VerifyReport report = verified(files_, VerifyOptions::Depth::kChecksums);
        ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
        EXPECT_EQ(report.findings[0].kind, Finding::Kind::kRebuilt);
        const auto repaired = repair_local_collection(files_, kDirectory, report);
        ASSERT_TRUE(repaired) << repaired.error().message();
        const VerifyReport after = verified(files_, VerifyOptions::Depth::kDeep);
        EXPECT_TRUE(after.is_whole()) << text_of(after);
        EXPECT_EQ(everything_in(files_, kDirectory), before);
        EXPECT_NE(segment_file(), "");
    }
}

TEST_F(VerifyTest, ADamagedVectorIsToldWithTheRecordsThatItMayBelongTo) {
    flip("fields/0/vectors/0000", 4'096 + 30 * 4 * testing::kSmallDimension, std::byte{1});
    const VerifyReport report = verified(files_, VerifyOptions::Depth::kChecksums);
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_EQ(report.findings[0].kind, Finding::Kind::kDamage);
    EXPECT_NE(report.findings[0].what.find("slots 24 to 31"), std::string::npos);
    EXPECT_NE(report.findings[0].what.find("\"record-24\""), std::string::npos);
    EXPECT_TRUE(repair_local_collection(files_, kDirectory, report)) << "nothing can be rebuilt";
}

TEST_F(VerifyTest, RowsBeyondTheCommittedMarkAreNoted) {
    std::vector<std::byte> longer = content("fields/0/vectors/0000");
    longer.resize(longer.size() + 5 * 4 * testing::kSmallDimension);
    write("fields/0/vectors/0000", longer);
    const VerifyReport report = verified(files_, VerifyOptions::Depth::kDeep);
    EXPECT_TRUE(report.is_whole());
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_NE(report.findings[0].what.find("5 rows"), std::string::npos) << text_of(report);
}

TEST_F(VerifyTest, AFieldThatTheCatalogDoesNotKnowIsNoted) {
    // As when the first log of a new collection is lost.
    ASSERT_TRUE(create_directories(files_, path("fields/7/vectors")));
    write("fields/7/vectors/0000", content("fields/0/vectors/0000"));
    const VerifyReport report = verified(files_, VerifyOptions::Depth::kDeep);
    EXPECT_TRUE(report.is_whole());
    ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
    EXPECT_EQ(report.findings[0].file, "fields/7");
    const std::string bytes = fmt::format("{} bytes", content("fields/0/vectors/0000").size());
    EXPECT_NE(report.findings[0].what.find(bytes), std::string::npos) << text_of(report);
}

TEST_F(VerifyTest, WorksBesideAWriter) {
    const auto writer = open_small(files_, kDirectory);
    const PutRecord record = testing::small_record(77);
    ASSERT_TRUE(writer->put({&record, 1}));
    const VerifyReport report = verified(files_, VerifyOptions::Depth::kDeep);
    EXPECT_TRUE(report.is_whole()) << text_of(report);
    flip(segment_file(), 20, std::byte{1});
    const auto repaired = repair_local_collection(
        files_, kDirectory, verified(files_, VerifyOptions::Depth::kChecksums));
    ASSERT_FALSE(repaired);
    EXPECT_EQ(repaired.error().code(), ErrorCode::kConflict) << "one writer at a time";
}

TEST(Verify, ReadsAnIndexThatWasKilledWhereNothingCanBeWritten) {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    {
        const auto writer = open_small(files, kDirectory);
        const PutRecord record = testing::small_record(5);
        ASSERT_TRUE(writer->put({&record, 1}));
        files.set_fault({.at = 0, .effect = FaultEffect::kCutOff});
    }
    files.set_fault({.at = 0, .effect = FaultEffect::kRefuseChanges});
    for (const auto depth : {VerifyOptions::Depth::kChecksums, VerifyOptions::Depth::kDeep}) {
        const VerifyReport report = verified(files, depth);
        EXPECT_TRUE(report.is_whole()) << text_of(report);
        ASSERT_EQ(report.findings.size(), 1U) << text_of(report);
        EXPECT_NE(report.findings[0].what.find("private copy"), std::string::npos);
    }
    {
        const auto chunk =
            memory.open(join_path(kDirectory, "fields/0/vectors/0000"), OpenMode::kReadWrite);
        const std::byte other{77};
        ASSERT_TRUE((*chunk)->write_at(4'100, {&other, 1}));
    }
    EXPECT_TRUE(is_told_of(verified(files, VerifyOptions::Depth::kDeep), "fields/0/vectors/0000"));
}

TEST(Verify, SaysThatThereIsNoCollection) {
    MemoryFileSystem files;
    EXPECT_EQ(verify_local_collection(files, "/nowhere/.sokkuri", {}).error().code(),
              ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sokkuri::collection
