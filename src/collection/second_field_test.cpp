// A field whose vector files are damaged stops nothing that does not need it. Method: a small
// collection with a second field, whose file is cut off, overwritten or gone.
#include "collection/testing/vector_damage.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using testing::everything_in;
using testing::kDirectory;
using testing::kOfOneBlock;
using testing::kRowBytes;
using testing::kVectors;
using testing::open_small;
using testing::small_record;
using testing::text_of;

/// Two fields: the second one's vectors, one of each record that has number 0 to 19, came one by
/// one.
class SecondField : public ::testing::Test, protected testing::DamagedVectors {
 protected:
    static constexpr const char* kSecond = "fields/1/vectors/0000";
    static constexpr std::size_t kRows = 20;

    SecondField() {
        const auto collection = open_small(files_, kDirectory);
        EXPECT_TRUE(collection->add_field({.name = "second", .dimension = 3}));
        for (std::size_t number = 0; number < kRows; ++number) {
            if (number == 5) continue;
            const PutVectors put{.id = small_record(number).id,
                                 .vectors = {{.field = "second", .values = {1, 2, 3}}}};
            EXPECT_TRUE(collection->put_vectors({&put, 1}));
        }
    }
    void damage(const std::string& how) {
        const std::string path = join_path(kDirectory, kSecond);
        if (how == "missing") {
            ASSERT_TRUE(files_.remove_file(path));
            return;
        }
        const auto chunk = files_.open(path, OpenMode::kReadWrite).value();
        if (how == "cut off in its header") {
            ASSERT_TRUE(chunk->truncate(100));
            return;
        }
        const std::byte other{7};
        ASSERT_TRUE(chunk->write_at(how == "of a newer format" ? 8 : 20, {&other, 1}));
    }
    SearchAnswer found_in(const Collection& collection, const std::string& field) {
        const std::size_t dimension = field == "second" ? 3 : testing::kSmallDimension;
        const auto answer = collection.search(
            {.field = field, .query = std::vector<float>(dimension, 0.5F), .k = 100});
        if (answer) return *answer;
        EXPECT_NE(answer.error().message().find("field \"second\""), std::string::npos)
            << answer.error().message();
        EXPECT_NE(answer.error().message().find(kSecond), std::string::npos)
            << answer.error().message();
        return {};
    }
};

TEST_F(SecondField, ThatIsDamagedLeavesTheFirstAsItWas) {
    const std::string before = everything_in(files_, kDirectory);
    const std::vector<std::byte> whole =
        read_file(files_, join_path(kDirectory, kSecond), 1 << 20).value();
    for (const char* how :
         {"missing", "cut off in its header", "wrong in its header", "of a newer format"}) {
        SCOPED_TRACE(how);
        damage(how);
        EXPECT_EQ(everything_in(files_, kDirectory), before);
        {
            const auto collection = open_small(files_, kDirectory);
            EXPECT_EQ(found_in(*collection, "picture").hits.size(), 38U);
            EXPECT_TRUE(found_in(*collection, "second").hits.empty());
            EXPECT_NE(collection->vector_of("record-1", "second").error().message().find(kSecond),
                      std::string::npos);
            EXPECT_FALSE(collection->scan({.field = "second"}, [](const auto&) { return true; }));
            EXPECT_FALSE(collection->scan({.field = "picture", .further = {"second"}},
                                          [](const auto&) { return true; }));
            EXPECT_TRUE(collection->scan({}, [](const ScannedRecord& row) {
                EXPECT_TRUE(row.vector.empty()) << "of documents alone";
                return true;
            }));
            const CollectionStats stats = collection->stats().value();
            ASSERT_EQ(stats.fields.size(), 2U);
            EXPECT_EQ(stats.fields[1].spec.name, "second");
            EXPECT_EQ(stats.fields[1].vectors, kRows - 1);
            EXPECT_TRUE(stats.fields[0].index.is_readable) << how;
            EXPECT_FALSE(stats.fields[1].index.is_readable) << how;
            EXPECT_NE(stats.fields[1].index.state.find(kSecond), std::string::npos) << how;
            // Written to, as long as its own vectors are not: the same vector as ever.
            const PutRecord again = small_record(7);
            EXPECT_EQ(load_again(*collection, kOfOneBlock)->unchanged, std::size(kOfOneBlock));
            EXPECT_TRUE(collection->optimize({}));
            EXPECT_EQ(collection->vector_of(again.id, "picture").value(), again.vectors[0].values);
        }
        const auto chunk = files_.open(join_path(kDirectory, kSecond), OpenMode::kCreate).value();
        ASSERT_TRUE(chunk->write_at(0, whole));
        EXPECT_EQ(found_in(*open_small(files_, kDirectory), "second").hits.size(), kRows - 1);
    }
    ASSERT_TRUE(files_.remove_file(join_path(kDirectory, kSecond)));
    EXPECT_TRUE(open_small(files_, kDirectory)->drop_field("second"));
    EXPECT_TRUE(verified().is_whole()) << text_of(verified());
}

TEST_F(SecondField, ThatIsMissingIsToldOnceAndDoesNotKeepTheFirstFromRepair) {
    damage("missing");
    {
        const auto chunk =
            files_.open(join_path(kDirectory, kVectors), OpenMode::kReadWrite).value();
        ASSERT_TRUE(chunk->truncate(4'096 + 32 * kRowBytes));
    }
    const VerifyReport report = verified();
    ASSERT_EQ(report.findings.size(), 2U) << text_of(report);
    EXPECT_EQ(report.findings[1].file, kSecond);
    EXPECT_EQ(report.findings[1].what,
              "fields/1/vectors/0000: is missing; holds vectors of \"record-0\", \"record-1\", "
              "\"record-2\" and more records");
    const auto repaired = repair_local_collection(files_, kDirectory, report);
    ASSERT_TRUE(repaired) << repaired.error().message();
    const VerifyReport after = verified();
    ASSERT_EQ(after.findings.size(), 2U) << text_of(after);
    EXPECT_EQ(after.findings[0].kind, Finding::Kind::kNote) << "the lost block";
    EXPECT_EQ(after.findings[1].what, report.findings[1].what);
}

}  // namespace
}  // namespace sokkuri::collection
