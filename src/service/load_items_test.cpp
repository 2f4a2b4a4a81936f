// Goal: what comes in bulk never takes away what sokkuri says of files and of pictures that it
// keeps. Method: an indexed folder and a picture of its own, loads and imports over both.
#include "service/load_items.h"

#include "base/testing/temporary_directory.h"
#include "service/import.h"
#include "service/items.h"
#include "service/picture_document.h"
#include "service/picture_files.h"
#include "service/testing/picture_folder.h"
#include "service/vector_fields.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

using testing::PictureFolder;

class LoadItems : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("a.jpg", 1);
        folder.index();
        library = std::make_unique<Library>(folder.open(LibraryAccess::kWrite));
        dimension = field_meant(*library, "").value().dimension;
        id = testing::indexed_pictures(*library).at("a.jpg").id;
        const PictureFolder elsewhere;
        elsewhere.draw("p.jpg", 2);
        auto bytes = read_file(posix_file_system(), elsewhere.path("p.jpg"), 1U << 20).value();
        const auto put = put_item(
            *library, {.id = "sent", .source = std::move(bytes), .model = folder.request().model});
        ASSERT_TRUE(put) << put.error().message();
    }
    ItemsToLoad items(const std::string& which, std::string document) const {
        return {.dimension = dimension,
                .ids = {"new", which},
                .vectors = std::vector<float>(2 * dimension, 0.5F),
                .documents = {"", std::move(document)}};
    }
    std::string document_of(const std::string& which) const {
        return get_item(*library, which).value().document;
    }
    std::string write(const std::string& name, std::string_view text) const {
        const std::string path = directory_.path() + "/" + name;
        EXPECT_TRUE(replace_file(posix_file_system(), path, std::as_bytes(std::span(text))));
        return path;
    }

    PictureFolder folder;
    std::unique_ptr<Library> library;
    std::uint32_t dimension = 0;
    std::string id;

 private:
    sokkuri::testing::TemporaryDirectory directory_;
};

TEST_F(LoadItems, AFileLooksLikeWhatItHolds) {
    const std::string document = document_of(id);
    for (const char* users : {"", R"({"price":1})"}) {
        const auto refused = load_items(*library, "", items(id, users));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
        EXPECT_NE(refused.error().message().find("a.jpg"), std::string::npos);
    }
    const std::string line = fmt::format(R"({{"id":"{}","vector":[{}]}})", id,
                                         fmt::join(std::vector<float>(dimension, 1.0F), ","));
    const auto refused =
        import_vectors(*library, {.from = {.files = {write("v.ndjson", line)}}}, nullptr, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(document_of(id), document);
    EXPECT_FALSE(get_item(*library, "new")) << "all or none";
}

TEST_F(LoadItems, AFileTakesFurtherVectorsAndWhatPeopleSay) {
    ASSERT_TRUE(add_vector_field(*library, {.name = "own", .dimension = 2}));
    const auto vector = library->collection().vector_of(id, kPictureField).value();
    const auto loaded = load_items(*library, "own",
                                   {.dimension = 2,
                                    .ids = {id},
                                    .vectors = {1, 2},
                                    .documents = {R"({"price":1,"width":7})"}});
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(library->collection().vector_of(id, "own").value(), (std::vector<float>{1, 2}));
    EXPECT_EQ(library->collection().vector_of(id, kPictureField).value(), vector);
    const std::string document = document_of(id);
    for (const char* part : {R"("path":"a.jpg")", R"("width":96)", R"("preview")", R"("price":1)"})
        EXPECT_NE(document.find(part), std::string::npos) << part << " in " << document;
    EXPECT_TRUE(original_file(*library, id));
    const std::string inside =
        fmt::format(R"({{"picture":[{}]}})", fmt::join(std::vector<float>(dimension, 1.0F), ","));
    const auto refused = load_items(
        *library, "own", {.dimension = 2, .ids = {id}, .vectors = {3, 4}, .documents = {inside}});
    ASSERT_FALSE(refused) << "a vector of the main field inside of the document";
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(ingest(*library, folder.request(), nullptr, {})->unchanged, 1U);
}

TEST_F(LoadItems, ImportedDocumentsJoinThoseOfPictures) {
    const std::string metadata =
        fmt::format("{{\"id\":\"{}\",\"price\":3}}\n{{\"id\":\"sent\",\"price\":4}}\n", id);
    const std::string line = fmt::format(R"({{"id":"new","vector":[{}]}})",
                                         fmt::join(std::vector<float>(dimension, 1.0F), ","));
    const auto imported = import_vectors(
        *library,
        {.from = {.files = {write("v.ndjson", line)}}, .metadata_file = write("m.jsonl", metadata)},
        nullptr, {});
    ASSERT_TRUE(imported) << imported.error().message();
    EXPECT_EQ(imported->documents, 2U);
    EXPECT_NE(document_of(id).find(R"("price":3)"), std::string::npos);
    EXPECT_TRUE(original_file(*library, id));
    EXPECT_NE(document_of("sent").find(R"("price":4)"), std::string::npos);
    EXPECT_TRUE(original_file(*library, "sent"));
}

TEST_F(LoadItems, AKeptPictureStaysWithItsItem) {
    const auto loaded = load_items(*library, "", items("sent", R"({"price":2})"));
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_NE(document_of("sent").find(R"("price":2)"), std::string::npos);
    EXPECT_EQ(library->collection().vector_of("sent", kPictureField).value(),
              std::vector<float>(dimension, 0.5F));
    EXPECT_TRUE(original_file(*library, "sent"));
    const auto& kept = library->workspace().kept_pictures();
    const auto content = file_of(document_of("sent")).value().content;
    ASSERT_TRUE(content);
    ASSERT_TRUE(forget_item(*library, "sent"));
    EXPECT_TRUE(kept.of_content(*content, 2).value().empty());
    EXPECT_FALSE(library->pictures().open(*content)) << "nothing is left behind";
}

}  // namespace
}  // namespace sokkuri::service
