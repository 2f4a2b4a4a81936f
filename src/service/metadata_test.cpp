// Goal: what a file says of items is said of them, whatever it is called and however it is written;
// and it stays said while files change, move and are renamed. Method: files of our own; drawn
// pictures indexed by a small real model.
#include "base/json.h"
#include "service/apply_metadata.h"
#include "service/items.h"
#include "service/metadata_file.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

using std::chrono::hours;
using testing::PictureFolder;

class Metadata : public ::testing::Test {
 protected:
    std::vector<MetadataRow> rows(const std::string& name, const std::string& text) {
        folder.write(name, text);
        auto file = MetadataFile::open(posix_file_system(), folder.path(name)).value();
        std::vector<MetadataRow> found;
        for (;;) {
            auto row = file.next();
            EXPECT_TRUE(row) << row.error().message();
            if (!row || !*row) return found;
            found.push_back(std::move(**row));
        }
    }
    std::string refusal(const std::string& name, const std::string& text) {
        folder.write(name, text);
        auto file = MetadataFile::open(posix_file_system(), folder.path(name));
        if (!file) return file.error().message();
        auto row = file->next();
        return row ? "" : row.error().message();
    }
    static MetadataReport apply(Library& library, const std::string& file) {
        auto opened = MetadataFile::open(posix_file_system(), file).value();
        return apply_metadata(opened, [&](auto patches) { return patch_items(library, patches); },
                              {})
            .value();
    }

    PictureFolder folder;
};

TEST_F(Metadata, CellsAreWhatTheyReadAs) {
    const auto found =
        rows("m.csv",
             "path,price,tag,sizes,note,zip\n"
             "a.jpg,1.50,true,\"[\"\"S\"\",1e400]\",,007\n"
             "sub/b.jpg,cheap,\"a \"\"b\"\"\", {} ,\"two\nlines\",12345678901234567890123\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].path, "a.jpg");
    EXPECT_EQ(
        found[0].document,
        R"({"path":"a.jpg","price":1.50,"tag":true,"sizes":["S",1e400],"note":null,"zip":"007"})");
    EXPECT_EQ(found[1].document,
              R"({"path":"sub/b.jpg","price":"cheap","tag":"a \"b\"","sizes":{},)"
              R"("note":"two\nlines","zip":12345678901234567890123})");
    EXPECT_EQ(found[1].line, 3U);
}

TEST_F(Metadata, LinesKeepTheirTextButForTheFirstId) {
    const auto found = rows("m.jsonl", R"({"id":"x", "n" : 1.0, "id":"own"})"
                                       "\n\n"
                                       R"({"n":1, "id":17})"
                                       "\n"
                                       R"({ "id":"only" })"
                                       "\n"
                                       R"({"path":"a.jpg","n":2e999})");
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].id, "x");
    EXPECT_EQ(found[0].document, R"({"n" : 1.0, "id":"own"})");
    EXPECT_EQ(found[1].id, "17");
    EXPECT_EQ(found[1].document, R"({"n":1})");
    EXPECT_EQ(found[2].document, "{  }");
    EXPECT_EQ(found[3].path, "a.jpg");
    EXPECT_EQ(found[3].document, R"({"path":"a.jpg","n":2e999})");
}

TEST_F(Metadata, SaysWhatIsWrongAndWhere) {
    EXPECT_NE(refusal("m.txt", "").find(".csv"), std::string::npos);
    EXPECT_NE(refusal("m.csv", "name,price\n").find("name, price"), std::string::npos);
    EXPECT_NE(refusal("m.csv", "id,a,a\n").find("twice"), std::string::npos);
    EXPECT_NE(refusal("m.csv", "id,a\nx\n").find("line 2: 1 cells, but there are 2"),
              std::string::npos);
    EXPECT_NE(refusal("m.csv", "id,a\n,1\n").find("line 2: neither path nor id"),
              std::string::npos);
    EXPECT_NE(refusal("m.jsonl", "{\"id\":\"x\"").find("line 1"), std::string::npos);
    EXPECT_NE(refusal("m.jsonl", "[]").find("an object is expected"), std::string::npos);
}

class MetadataOfPictures : public Metadata {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        folder.draw("a.jpg", 1);
        folder.draw("sub/b.jpg", 2);
        folder.index();
    }
    std::string document(const std::string& path) const {
        return folder.pictures().at(path).document;
    }
};

TEST_F(MetadataOfPictures, IsSaidOfTheItemsThatItNames) {
    const std::string id = folder.pictures().at("sub/b.jpg").id;
    folder.write("m.csv", "path,id,price,width\na.jpg,shop-1,12,\n," + id +
                              ",13,\nnowhere.jpg,,1,\na.jpg,,1,5\n");
    Library library = folder.open(LibraryAccess::kWrite);
    const MetadataReport report = apply(library, folder.path("m.csv"));
    EXPECT_EQ(report.missing, 1U);
    // An empty cell takes away, and the picture's width cannot be taken away.
    EXPECT_EQ(report.refused, 3U);
    ASSERT_EQ(report.failures.size(), 4U);
    EXPECT_EQ(report.failures[0].line, 2U);
    EXPECT_NE(report.failures[0].reason.find("width"), std::string::npos);
    folder.write("m.csv", "path,id,price\na.jpg,shop-1,12\n," + id + ",13.0\n");
    EXPECT_EQ(apply(library, folder.path("m.csv")).changed, 2U);
    EXPECT_EQ(apply(library, folder.path("m.csv")).unchanged, 2U);
    EXPECT_NE(document("a.jpg").find(R"(,"price":12})"), std::string::npos) << document("a.jpg");
    EXPECT_NE(document("sub/b.jpg").find(R"(,"price":13.0})"), std::string::npos);
}

TEST_F(MetadataOfPictures, StaysWhileFilesChangeMoveAndAreRenamed) {
    {
        Library library = folder.open(LibraryAccess::kWrite);
        folder.write("m.jsonl",
                     R"({"path":"a.jpg","shop":{"n":1.50},"link":"https://shop.example/1"})");
        ASSERT_EQ(apply(library, folder.path("m.jsonl")).changed, 1U);
    }
    const std::string said = R"("shop":{"n":1.50},"link":"https://shop.example/1"})";
    folder.draw("a.jpg", 9, hours(5));
    EXPECT_EQ(folder.index().replaced, 1U);
    EXPECT_NE(document("a.jpg").find(said), std::string::npos) << document("a.jpg");
    folder.move("a.jpg", "sub/renamed.jpg");
    EXPECT_EQ(folder.index().moved, 1U);
    EXPECT_NE(document("sub/renamed.jpg").find(said), std::string::npos);
    folder.copy("sub/renamed.jpg", "copy.jpg");
    EXPECT_EQ(folder.index().added, 1U);
    EXPECT_EQ(document("copy.jpg").find("shop"), std::string::npos) << "a copy is another item";
}

}  // namespace
}  // namespace sokkuri::service
