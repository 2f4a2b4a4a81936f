// Goal: after a run the collection says what the folder says, whatever happened to the files since
// the last one, with no more inference than needed. Method: a real small model, pictures drawn from
// seeds, one kind of change at a time.
#include "service/ingest.h"

#include "service/stats.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using testing::IndexedPictures;
using testing::PictureFolder;

class Ingest : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    }

    void draw_three() const {
        folder.draw("a.jpg", 1);
        folder.draw("sub/b.jpg", 2);
        folder.draw("sub/c.jpg", 3);
    }

    /// Says how many pictures went through the model.
    std::pair<IngestReport, std::uint64_t> index_counting() const {
        auto library = folder.open(LibraryAccess::kWrite);
        std::uint64_t embedded = 0;
        const auto report =
            ingest(library, folder.request(),
                   [&](const IngestProgress& progress) { embedded = progress.embedded; }, {});
        EXPECT_TRUE(report) << report.error().message();
        return {report ? *report : IngestReport{}, embedded};
    }

    PictureFolder folder;
};

TEST_F(Ingest, AddsEveryPictureOnce) {
    draw_three();
    const IngestReport report = folder.index();
    EXPECT_EQ(report.found, 3U);
    EXPECT_EQ(report.added, 3U);
    EXPECT_TRUE(report.failures.empty());
    EXPECT_FALSE(report.was_interrupted);
    EXPECT_EQ(report.model, "squeezenet1.1");
    EXPECT_EQ(report.precision, "f32");
    const IndexedPictures pictures = folder.pictures();
    ASSERT_EQ(pictures.size(), 3U);
    EXPECT_EQ(pictures.at("sub/b.jpg").vector.size(), 512U);
    EXPECT_NE(pictures.at("sub/b.jpg").vector, pictures.at("sub/c.jpg").vector);
    EXPECT_EQ(pictures.at("a.jpg").id.size(), 22U);
    EXPECT_NE(pictures.at("a.jpg").document.find(R"("width":96,"height":72,"format":"jpeg")"),
              std::string::npos);
}

TEST_F(Ingest, LoadsNoModelWhenNothingHasChanged) {
    draw_three();
    folder.index();
    const IndexedPictures before = folder.pictures();
    const auto [report, embedded] = index_counting();
    EXPECT_EQ(report.unchanged, 3U);
    EXPECT_EQ(report.added + report.replaced + report.removed, 0U);
    EXPECT_EQ(embedded, 0U);
    EXPECT_EQ(report.precision, "");
    EXPECT_EQ(folder.pictures(), before);
}

TEST_F(Ingest, ReplacesAChangedFileUnderItsId) {
    draw_three();
    folder.index();
    const IndexedPictures before = folder.pictures();
    folder.draw("sub/b.jpg", 20, hours(9));
    const auto [report, embedded] = index_counting();
    EXPECT_EQ(report.replaced, 1U);
    EXPECT_EQ(report.unchanged, 2U);
    EXPECT_EQ(embedded, 1U);
    const IndexedPictures after = folder.pictures();
    EXPECT_EQ(after.at("sub/b.jpg").id, before.at("sub/b.jpg").id);
    EXPECT_NE(after.at("sub/b.jpg").vector, before.at("sub/b.jpg").vector);
    EXPECT_EQ(after.at("a.jpg"), before.at("a.jpg"));
}

TEST_F(Ingest, LooksAtTheContentWhenOnlyTheTimeDiffers) {
    draw_three();
    folder.index();
    const IndexedPictures before = folder.pictures();
    folder.draw("a.jpg", 1, hours(1));
    const auto [report, embedded] = index_counting();
    EXPECT_EQ(report.unchanged, 3U);
    EXPECT_EQ(embedded, 0U);
    const IndexedPictures after = folder.pictures();
    EXPECT_EQ(after.at("a.jpg").id, before.at("a.jpg").id);
    EXPECT_NE(after.at("a.jpg").document, before.at("a.jpg").document);  // its time is another
    EXPECT_EQ(folder.index().unchanged, 3U);
}

TEST_F(Ingest, DistrustsTimesAsYoungAsTheRun) {
    constexpr std::size_t kSize = 100'000;  // zeros after a JPEG's end do no harm
    folder.draw("a.jpg", 1);
    folder.draw("b", 2);
    fs::resize_file(folder.path("a.jpg"), kSize);
    fs::resize_file(folder.path("b"), kSize);
    const auto time = fs::last_write_time(folder.path("a.jpg"));
    folder.index();
    const IndexedPictures before = folder.pictures();
    // Same size, same time, other content: what a coarse clock hides.
    fs::rename(folder.path("b"), folder.path("a.jpg"));
    fs::last_write_time(folder.path("a.jpg"), time);
    EXPECT_EQ(folder.index().replaced, 1U);
    EXPECT_NE(folder.pictures().at("a.jpg").vector, before.at("a.jpg").vector);
}

TEST_F(Ingest, KeepsTheRecordOfAMovedFileWithoutInference) {
    draw_three();
    folder.index();
    const IndexedPictures before = folder.pictures();
    folder.move("a.jpg", "sub/deep/z.jpg");  // forwards in the order of the walk
    folder.move("sub/c.jpg", "C.jpg");       // backwards
    const auto [report, embedded] = index_counting();
    EXPECT_EQ(report.moved, 2U);
    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_EQ(report.removed + report.added, 0U);
    EXPECT_EQ(embedded, 0U);
    const IndexedPictures after = folder.pictures();
    ASSERT_EQ(after.size(), 3U);
    EXPECT_EQ(after.at("sub/deep/z.jpg").id, before.at("a.jpg").id);
    EXPECT_EQ(after.at("sub/deep/z.jpg").vector, before.at("a.jpg").vector);
    EXPECT_EQ(after.at("C.jpg").id, before.at("sub/c.jpg").id);
    EXPECT_EQ(folder.index().unchanged, 3U);
}

TEST_F(Ingest, GivesACopyARecordOfItsOwnWithoutInference) {
    draw_three();
    folder.index();
    folder.copy("a.jpg", "sub/copy.jpg");
    const auto [report, embedded] = index_counting();
    EXPECT_EQ(report.added, 1U);
    EXPECT_EQ(embedded, 0U);
    const IndexedPictures pictures = folder.pictures();
    ASSERT_EQ(pictures.size(), 4U);
    EXPECT_NE(pictures.at("sub/copy.jpg").id, pictures.at("a.jpg").id);
    EXPECT_EQ(pictures.at("sub/copy.jpg").vector, pictures.at("a.jpg").vector);
}

TEST_F(Ingest, GivesAFileThatComesBackAnIdOfItsOwn) {
    draw_three();
    folder.index();
    const std::string id = folder.pictures().at("a.jpg").id;
    folder.move("a.jpg", "moved.jpg");
    folder.index();
    folder.copy("moved.jpg", "a.jpg");
    folder.index();
    const IndexedPictures pictures = folder.pictures();
    ASSERT_EQ(pictures.size(), 4U);
    EXPECT_EQ(pictures.at("moved.jpg").id, id);
    EXPECT_NE(pictures.at("a.jpg").id, id);
}

TEST_F(Ingest, CopesWithFilesThatChangePlaces) {
    draw_three();
    folder.index();
    const IndexedPictures before = folder.pictures();
    folder.move("a.jpg", "t");
    folder.move("sub/b.jpg", "a.jpg");
    folder.move("t", "sub/b.jpg");
    EXPECT_EQ(folder.index().replaced, 2U);
    const IndexedPictures after = folder.pictures();
    ASSERT_EQ(after.size(), 3U);
    EXPECT_EQ(after.at("a.jpg").vector, before.at("sub/b.jpg").vector);
    EXPECT_EQ(after.at("sub/b.jpg").vector, before.at("a.jpg").vector);
    EXPECT_EQ(after.at("a.jpg").id, before.at("a.jpg").id);
}

TEST_F(Ingest, RemovesWhatHasVanishedUnlessAskedToKeepIt) {
    draw_three();
    folder.index();
    folder.remove("sub");
    IngestRequest keeping = folder.request();
    keeping.missing = MissingFiles::kKeep;
    const IngestReport kept = folder.index(keeping);
    EXPECT_EQ(kept.kept_missing, 2U);
    EXPECT_EQ(folder.pictures().size(), 3U);
    const IngestReport removed = folder.index();
    EXPECT_EQ(removed.removed, 2U);
    EXPECT_EQ(folder.pictures().size(), 1U);
    EXPECT_EQ(folder.index().removed, 0U);
}

TEST_F(Ingest, RemembersFailuresAndRetriesThemOnlyWhenTheyChange) {
    folder.draw("a.jpg", 1);
    folder.write("bad.jpg", "this is no picture");
    folder.write("empty.jpg", "");
    const IngestReport first = folder.index();
    ASSERT_EQ(first.failures.size(), 2U);
    EXPECT_EQ(first.failures[0].path, "bad.jpg");
    EXPECT_FALSE(first.failures[0].reason.empty());
    EXPECT_TRUE(first.failures[0].is_new);
    const IngestReport second = folder.index();
    ASSERT_EQ(second.failures.size(), 2U);
    EXPECT_FALSE(second.failures[0].is_new);
    EXPECT_EQ(second.failures[0].reason, first.failures[0].reason);
    EXPECT_EQ(stats(folder.open())->failed, 2U);
    EXPECT_EQ(failures(folder.open(), "bad.jpg", 10)->size(), 1U);

    folder.draw("bad.jpg", 5, hours(9));
    folder.remove("empty.jpg");
    const IngestReport third = folder.index();
    EXPECT_EQ(third.added, 1U);
    EXPECT_TRUE(third.failures.empty());
    EXPECT_EQ(stats(folder.open())->failed, 0U);
}

TEST_F(Ingest, BringsARecordBackUnderItsIdWhenABrokenFileIsWholeAgain) {
    folder.draw("a.jpg", 1);
    folder.index();
    const std::string id = folder.pictures().at("a.jpg").id;
    folder.write("a.jpg", "broken", hours(9));
    EXPECT_EQ(folder.index().failures.size(), 1U);
    EXPECT_TRUE(folder.pictures().empty());
    folder.draw("a.jpg", 2, hours(8));
    EXPECT_EQ(folder.index().added, 1U);
    EXPECT_EQ(folder.pictures().at("a.jpg").id, id);
}

TEST_F(Ingest, TakesPathsOfAnyBytes) {
    const std::string long_name =
        std::string(200, 'l') + "/" + std::string(200, 'm') + "/" + std::string(240, 'n') + ".jpg";
    const std::vector<std::string> names = {
        "\xff\xfe.jpg",         "new\nline.jpg", "-rf.jpg",    "\xf0\x9f\x90\x88 cat.jpg",
        "caf\xe9/\xc3\xa9.jpg", " .jpg",         "tab\t.JPEG", long_name};
    unsigned seed = 1;
    for (const std::string& name : names)
        folder.draw(name, seed++);
    EXPECT_EQ(folder.index().added, names.size());
    const IndexedPictures pictures = folder.pictures();
    for (const std::string& name : names)
        EXPECT_TRUE(pictures.contains(name)) << name;
    EXPECT_EQ(folder.index().unchanged, names.size());
}

TEST_F(Ingest, LeavesLinksOutThatLeaveTheFolder) {
    const PictureFolder elsewhere;
    elsewhere.draw("secret.jpg", 9);
    folder.draw("real.jpg", 1);
    fs::create_symlink(elsewhere.path("secret.jpg"), folder.path("outside.jpg"));
    fs::create_symlink("real.jpg", folder.path("inside.jpg"));
    fs::create_directory_symlink(elsewhere.path(), folder.path("folder"));
    const IngestReport report = folder.index();
    EXPECT_EQ(report.links_left_out, 2U);
    EXPECT_EQ(report.added, 2U);
    EXPECT_TRUE(folder.pictures().contains("inside.jpg"));
}

TEST_F(Ingest, KeepsTheCollectionWhereAskedTo) {
    const sokkuri::testing::TemporaryDirectory elsewhere;
    draw_three();
    {
        auto library = Library::open(posix_file_system(), folder.path(), elsewhere.path() + "/x",
                                     LibraryAccess::kWrite);
        ASSERT_TRUE(library) << library.error().message();
        ASSERT_TRUE(ingest(*library, folder.request(), nullptr, {}));
    }
    EXPECT_FALSE(fs::exists(folder.path(".sokkuri")));
    const auto library =
        Library::open(posix_file_system(), "", elsewhere.path() + "/x", LibraryAccess::kRead);
    ASSERT_TRUE(library) << library.error().message();
    EXPECT_EQ(library->folder(), folder.path());
    EXPECT_EQ(testing::indexed_pictures(*library).size(), 3U);
    const PictureFolder other;
    const auto refused = Library::open(posix_file_system(), other.path(), elsewhere.path() + "/x",
                                       LibraryAccess::kWrite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
}

TEST_F(Ingest, RefusesToMixTheVectorsOfTwoModels) {
    draw_three();
    folder.index();
    {
        const auto library = folder.open();
        auto card = *indexed_model(library.collection());
        ASSERT_TRUE(card);
        card->crop_fraction = 0.5;
        card->input_size = 128;
        card->name = "other";
        const auto chosen = choose_model(posix_file_system(), folder.request().model, card);
        ASSERT_FALSE(chosen);
        EXPECT_EQ(chosen.error().code(), ErrorCode::kConflict);
        EXPECT_NE(chosen.error().message().find("other"), std::string::npos);
        EXPECT_NE(chosen.error().message().find("squeezenet1.1"), std::string::npos);
    }
    IngestRequest request = folder.request();
    request.model.name = "";
    EXPECT_EQ(folder.index(request).model, "squeezenet1.1");  // the collection's own
}

TEST_F(Ingest, OtherFieldsMayComeBeforeThePictures) {
    draw_three();
    {
        const auto library = folder.open(LibraryAccess::kWrite);
        ASSERT_TRUE(library.collection().add_field({.name = "own", .dimension = 2}));
    }
    EXPECT_EQ(folder.index().added, 3U);
    EXPECT_EQ(folder.index().unchanged, 3U);
    EXPECT_EQ(folder.pictures().size(), 3U);
}

TEST_F(Ingest, ShowsProgressThatEndsWithEverythingDone) {
    draw_three();
    folder.write("bad.jpg", "no");
    auto library = folder.open(LibraryAccess::kWrite);
    IngestProgress last;
    const auto report = ingest(library, folder.request(),
                               [&](const IngestProgress& progress) { last = progress; }, {});
    ASSERT_TRUE(report);
    EXPECT_TRUE(last.walk_is_done);
    EXPECT_EQ(last.found, 4U);
    EXPECT_EQ(last.done, 4U);
    EXPECT_EQ(last.embedded, 3U);
    EXPECT_EQ(last.failed, 1U);
}

TEST_F(Ingest, RefusesBatchesOfNoRows) {
    auto library = folder.open(LibraryAccess::kWrite);
    IngestRequest request = folder.request();
    request.batch_rows = 0;
    const auto report = ingest(library, request, nullptr, {});
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message().find("batch_rows"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri::service
