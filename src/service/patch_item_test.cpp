// Goal: a vector inside a patch is stored as one put is, together with the rest of the patch or not
// at all, and leaves nothing in the document. Method: a library of vectors, one patch after the
// other.
#include "service/patch_item.h"

#include "base/testing/temporary_directory.h"
#include "collection/verify.h"
#include "service/import_target.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <functional>

namespace sokkuri::service {
namespace {

using Vector = std::vector<float>;

class PatchItem : public ::testing::Test {
 protected:
    PatchItem() {
        library_ = std::make_unique<Library>(
            Library::open(posix_file_system(), folder_.path(), "", LibraryAccess::kWrite).value());
        EXPECT_TRUE(collection().add_field({.name = "v", .dimension = 2}));
        const std::vector<collection::PutRecord> records = {
            {.id = "a", .document = R"({"price":1.50,"crop":[9,9]})", .vectors = {{"v", {1, 2}}}},
            {.id = "b"}};
        EXPECT_TRUE(collection().put(records));
        EXPECT_TRUE(collection().add_field({.name = "crop", .dimension = 2}));
    }

    collection::Collection& collection() const { return library_->collection(); }
    Vector vector(const std::string& id, const std::string& field) const {
        return collection().vector_of(id, field).value_or(Vector());
    }
    collection::Record record(const std::string& id) const {
        return *collection().get({&id, 1}).value().front();
    }

    bool is_whole() const {
        const auto report =
            collection::verify_local_collection(posix_file_system(), library_->directory(),
                                                {.depth = collection::VerifyOptions::Depth::kDeep});
        return report && report->is_whole();
    }
    /// One bit of the vector in that slot of field `v`.
    void flip(std::uint64_t slot) const {
        const std::string path = join_path(library_->directory(), "fields/0/vectors/0000");
        const auto chunk = posix_file_system().open(path, OpenMode::kReadWrite).value();
        const std::uint64_t at = 4'096 + slot * 2 * sizeof(float);
        std::byte byte{};
        EXPECT_EQ(chunk->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= std::byte{1};
        EXPECT_TRUE(chunk->write_at(at, {&byte, 1}));
    }

    sokkuri::testing::TemporaryDirectory folder_;
    std::unique_ptr<Library> library_;
};

TEST_F(PatchItem, StoresVectorsAndKeepsNothingOfThemInTheDocument) {
    const auto patched =
        patch_item(*library_, {.id = "a", .patch = R"({"new":true,"crop":[3,-0.0],"v":[4,5]})"});
    ASSERT_TRUE(patched) << patched.error().message();
    EXPECT_EQ(patched->item.document, R"({"price":1.50,"new":true})")
        << "also what was there before the field";
    EXPECT_EQ(patched->item.version, 2U);
    EXPECT_EQ(vector("a", "crop"), (Vector{3, -0.0F}));
    EXPECT_EQ(vector("a", "v"), (Vector{4, 5}));
    const auto again = patch_item(*library_, {.id = "a", .patch = R"({"v":[4,5],"new":true})"});
    EXPECT_EQ(again->item.version, 2U) << "nothing has changed";
    EXPECT_EQ(patch_item(*library_, {.id = "a", .patch = R"({"v":[4,6]})"})->item.version, 3U);
    EXPECT_EQ(patch_item(*library_, {.id = "a", .patch = R"({"v":null})"})->item.version, 3U)
        << "null is about members, and there is none";
    EXPECT_EQ(vector("a", "v"), (Vector{4, 6}));
    EXPECT_EQ(patch_item(*library_, {.id = "a", .patch = R"({"sizes":[1,2]})"})->item.document,
              R"({"price":1.50,"new":true,"sizes":[1,2]})");
}

TEST_F(PatchItem, RefusesWhatDoesNotFitWithAllThatCameWithIt) {
    const auto refused = patch_item(*library_, {.id = "a", .patch = R"({"new":1,"v":[1,2,3]})"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(refused.error().message().find("\"v\""), std::string::npos)
        << refused.error().message();
    EXPECT_FALSE(patch_item(*library_, {.id = "a", .patch = R"({"v":[1,1e39]})"}));
    EXPECT_EQ(record("a").version, 1U);
    const std::vector<ItemPatch> patches = {{.id = "a", .patch = R"({"v":[1]})"},
                                            {.id = "b", .patch = R"({"v":[7,8],"x":1})"},
                                            {.id = "a", .patch = R"({"v":[5,5]})"},
                                            {.id = "a", .patch = R"({"v":[1,2]})"}};
    const auto report = patch_items(*library_, patches);
    ASSERT_TRUE(report) << report.error().message();
    ASSERT_EQ(report->refused.size(), 1U);
    EXPECT_EQ(report->refused.front().position, 0U);
    EXPECT_EQ(report->changed, 3U);
    EXPECT_EQ(vector("b", "v"), (Vector{7, 8}));
    EXPECT_EQ(record("b").document, R"({"x":1})");
    EXPECT_EQ(vector("a", "v"), (Vector{1, 2})) << "the last one counts";
}

TEST_F(PatchItem, AFileKeepsTheVectorThatFollowsFromIt) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const testing::PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    Library library = folder.open(LibraryAccess::kWrite);
    const std::string id = testing::indexed_pictures(library).at("a.jpg").id;
    const collection::FieldSpec main = library.collection().fields()->front();
    std::string values = "[0";
    for (std::uint32_t i = 1; i < main.dimension; ++i)
        values += ",1";
    const auto refused =
        patch_item(library, {.id = id, .patch = fmt::format(R"({{"{}":{}]}})", main.name, values)});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("a.jpg"), std::string::npos);
    ASSERT_TRUE(library.collection().add_field({.name = "own", .dimension = 2}));
    EXPECT_TRUE(patch_item(library, {.id = id, .patch = R"({"own":[1,2]})"}));
    EXPECT_EQ(library.collection().vector_of(id, "own").value(), (Vector{1, 2}));
}

/// Rows are proven by the block that came with them: also the one of the two that looks the same
/// is written anew.
TEST_F(PatchItem, GivesVectorsOfADamagedBlockAnewOnEveryWay) {
    const std::string b = R"({"v":[3,4]})";
    const std::string c = R"({"v":[5,6]})";
    const std::function<void()> ways[] = {
        [&] {
            EXPECT_TRUE(patch_item(*library_, {.id = "b", .patch = b}));
            EXPECT_TRUE(patch_item(*library_, {.id = "c", .patch = c}));
        },
        [&] {
            const std::vector<ItemPatch> both = {{.id = "b", .patch = b}, {.id = "c", .patch = c}};
            EXPECT_EQ(patch_items(*library_, both).value().changed, 2U);
            EXPECT_EQ(patch_items(*library_, both).value().unchanged, 2U);
        },
        [&] {
            LibraryTarget target = LibraryTarget::open(*library_).value();
            const std::vector<NamedDocument> both = {{.id = "b", .document = b},
                                                     {.id = "c", .document = c}};
            EXPECT_EQ(target.put_documents(both).value().changed, 2U);
            EXPECT_EQ(target.put_documents(both).value().unchanged, 2U);
        }};
    const std::vector<collection::PutRecord> pair = {{.id = "b", .vectors = {{"v", {3, 4}}}},
                                                     {.id = "c", .vectors = {{"v", {5, 6}}}}};
    for (const auto& give_again : ways) {
        const collection::CollectionStats::Field before = collection().stats().value().fields[0];
        ASSERT_TRUE(collection().put(pair));
        ASSERT_TRUE(is_whole());
        flip(before.vectors + before.tombstones);
        ASSERT_FALSE(is_whole());
        give_again();
        EXPECT_TRUE(is_whole());
        EXPECT_EQ(vector("b", "v"), (Vector{3, 4}));
        EXPECT_EQ(vector("c", "v"), (Vector{5, 6}));
    }
}

TEST_F(PatchItem, OfDocumentsThatComeTwiceTheLastCounts) {
    LibraryTarget target = LibraryTarget::open(*library_).value();
    const std::string before = record("b").document;
    const auto outcome = target.put_documents(
        {{.id = "b", .document = R"({"n":1})"}, {.id = "b", .document = before}});
    ASSERT_TRUE(outcome) << outcome.error().message();
    EXPECT_EQ(record("b").document, before);
    const auto again = target.put_documents({{.id = "b", .document = R"({"v":[7,8]})"}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->changed, 1U);
    EXPECT_EQ(target.put_documents({{.id = "b", .document = R"({"v":[7,8]})"}})->unchanged, 1U);
}

}  // namespace
}  // namespace sokkuri::service
