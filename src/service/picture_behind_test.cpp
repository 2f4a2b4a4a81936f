// Goal: an imported document that speaks of a file makes its item none: what is done to the item
// never reaches the file, nor the item whose file it is. Method: a folder that is indexed, and an
// item loaded with the path of one of its files.
#include "service/picture_behind.h"

#include "service/items.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

using testing::PictureFolder;

class PictureBehindTest : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("sub/0.jpg", 0);
        folder.draw("sub/1.jpg", 1);
        folder.index();
    }
    std::uint32_t dimension(const Library& library) const {
        return library.collection().fields().value().front().dimension;
    }
    void import_ghost(const Library& library) const {
        const std::vector<std::string> ids = {"ghost"};
        const std::vector<float> vector(dimension(library), 1.0F);
        const std::vector<std::string> documents = {R"({"path":"sub/0.jpg"})"};
        ASSERT_TRUE(
            library.collection().load({.ids = ids, .vectors = vector, .documents = documents}));
    }
    static PictureBehind behind(const Library& library, const std::string& id) {
        const auto records = library.collection().get(std::span(&id, 1)).value();
        return picture_behind(library, *records.front()).value();
    }

    PictureFolder folder;
};

TEST_F(PictureBehindTest, TellsFilesFromWhatSpeaksOfThem) {
    const std::string id = folder.pictures().at("sub/0.jpg").id;
    Library library = folder.open(LibraryAccess::kWrite);
    import_ghost(library);
    EXPECT_EQ(behind(library, id), PictureBehind::kFile);
    EXPECT_EQ(behind(library, "ghost"), PictureBehind::kNone);
    const PictureFolder elsewhere;
    elsewhere.draw("p.jpg", 7);
    auto bytes = read_file(posix_file_system(), elsewhere.path("p.jpg"), 1U << 20).value();
    ASSERT_TRUE(put_item(
        library, {.id = "sent", .source = std::move(bytes), .model = folder.request().model}));
    EXPECT_EQ(behind(library, "sent"), PictureBehind::kOriginal);
}

TEST_F(PictureBehindTest, ForgettingWhatSpeaksOfAFileLeavesTheFile) {
    const auto before = folder.pictures();
    Library library = folder.open(LibraryAccess::kWrite);
    import_ghost(library);
    ASSERT_TRUE(forget_item(library, "ghost").value());
    const auto report = ingest(library, folder.request(), nullptr, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->excluded, 0U);
    EXPECT_EQ(report->unchanged, 2U);
    EXPECT_EQ(testing::indexed_pictures(library), before) << "and the item is gone";
    ASSERT_TRUE(forget_item(library, before.at("sub/0.jpg").id).value());
    EXPECT_EQ(ingest(library, folder.request(), nullptr, {})->excluded, 1U) << "as its own item";
}

TEST_F(PictureBehindTest, WhatSpeaksOfAFileCanBeGivenVectors) {
    Library library = folder.open(LibraryAccess::kWrite);
    import_ghost(library);
    std::vector<float> vector(dimension(library), 0.0F);
    vector[0] = 1;
    const auto put = put_item(library, {.id = "ghost", .source = vector});
    ASSERT_TRUE(put) << put.error().message();
    EXPECT_EQ(library.collection().vector_of("ghost", kPictureField).value(), vector);
    import_ghost(library);
    PutItemRequest named{.id = "ghost"};
    named.vectors.push_back({.field = kPictureField, .values = vector});
    ASSERT_TRUE(put_item(library, named));
    EXPECT_EQ(library.collection().vector_of("ghost", kPictureField).value(), vector);
}

}  // namespace
}  // namespace sokkuri::service
