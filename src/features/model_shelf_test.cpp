#include "features/model_shelf.h"

#include "base/testing/temporary_directory.h"
#include "features/testing/onnx_writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

namespace sokkuri::features {
namespace {

using sokkuri::testing::TemporaryDirectory;

FileSystem& files() {
    return posix_file_system();
}

void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(create_directories(files(), path.substr(0, path.rfind('/'))));
    ASSERT_TRUE(replace_file(files(), path, std::as_bytes(std::span(text))));
}

/// A card that parses; no model behind it.
std::string card_text(const std::string& name, float near = 0.9F) {
    ModelCard card;
    card.name = name;
    card.file = "model.onnx";
    card.sha256 = std::string(64, '0');
    card.input_tensor = "in";
    card.output_tensor = "out";
    card.dimension = 8;
    card.bands.near = near;
    return to_json(card);
}

TEST(ModelShelf, ListsByNameAndTheFirstFolderWins) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "a/zebra/card.json"), card_text("zebra", 0.9F));
    write(join_path(folder.path(), "b/zebra/card.json"), card_text("zebra", 0.8F));
    write(join_path(folder.path(), "b/ant/card.json"), card_text("ant"));
    write(join_path(folder.path(), "b/no-model/readme"), "x");
    const ModelShelf shelf(files(),
                           {join_path(folder.path(), "a"), join_path(folder.path(), "missing"),
                            join_path(folder.path(), "b")});
    const auto models = shelf.list().value();
    ASSERT_EQ(models.size(), 2U);
    EXPECT_EQ(models[0]->card.name, "ant");
    EXPECT_EQ(models[1]->card.name, "zebra");
    EXPECT_EQ(models[1]->card.bands.near, 0.9F);
    EXPECT_EQ(shelf.find("zebra")->directory, join_path(folder.path(), "a/zebra"));
}

TEST(ModelShelf, ShowsBrokenCardsWithTheirReason) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "broken/card.json"), "{\"card\": 1,");
    write(join_path(folder.path(), "moved/card.json"), card_text("other-name"));
    write(join_path(folder.path(), "good/card.json"), card_text("good"));
    const ModelShelf shelf(files(), {folder.path()});
    const auto models = shelf.list().value();
    ASSERT_EQ(models.size(), 3U);
    EXPECT_NE(models[0].error().message().find("broken/card.json: JSON: line 1"), std::string::npos)
        << models[0].error().message();
    EXPECT_TRUE(models[1]);
    EXPECT_NE(models[2].error().message().find("name: other-name in a folder called moved"),
              std::string::npos);
    EXPECT_FALSE(shelf.find("broken"));
}

TEST(ModelShelf, NamesWhatThereIsWhenAModelIsMissing) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "ant/card.json"), card_text("ant"));
    const ModelShelf shelf(files(), {folder.path()});
    const auto found = shelf.find("bee");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(found.error().message(),
              "model bee: not found. There is: ant. Looked in: " + folder.path());
    EXPECT_EQ(shelf.find("../ant").error().code(), ErrorCode::kInvalidArgument);
}

TEST(ModelShelf, UsesTheNamedDefaultElseOurs) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "a/ant/card.json"), card_text("ant"));
    write(join_path(folder.path(), "a/efficientnet-lite0/card.json"),
          card_text("efficientnet-lite0"));
    ModelShelf shelf(files(), {join_path(folder.path(), "first"), join_path(folder.path(), "a")});
    EXPECT_EQ(shelf.find("")->card.name, "efficientnet-lite0");
    ASSERT_TRUE(shelf.use("ant"));
    EXPECT_EQ(shelf.find("")->card.name, "ant");
    EXPECT_TRUE(shelf.find("ant")->is_default);
    EXPECT_FALSE(shelf.find("efficientnet-lite0")->is_default);
    EXPECT_EQ(shelf.use("bee").error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(shelf.find("")->card.name, "ant");
}

TEST(ModelShelf, AddsAModelByInspectionAndByCard) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "in/net.onnx"), testing::small_classifier(32).bytes());
    ModelShelf shelf(files(), {join_path(folder.path(), "shelf")});
    const auto added = shelf.add(join_path(folder.path(), "in/net.onnx"), {});
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_EQ(added->card.name, "net");
    EXPECT_EQ(added->card.output_tensor, "flat");
    EXPECT_EQ(shelf.find("net")->card, added->card);
    EXPECT_TRUE(shelf.add(join_path(folder.path(), "in/net.onnx"), {}))
        << "the same again is no error";

    ModelCard card = added->card;
    card.name = "mine";
    card.output_tensor = "pooled";
    EXPECT_EQ(shelf.add(join_path(folder.path(), "in/net.onnx"), card)->card.output_tensor,
              "pooled");
    card.name = "net";
    EXPECT_EQ(shelf.add(join_path(folder.path(), "in/net.onnx"), card).error().code(),
              ErrorCode::kAlreadyExists);
}

TEST(ModelShelf, LeavesNothingBehindOfAModelThatDoesNotWork) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "in/net.onnx"), testing::small_classifier(32).bytes());
    write(join_path(folder.path(), "in/bad.onnx"), "hello");
    ModelShelf shelf(files(), {join_path(folder.path(), "shelf")});
    ModelCard card = shelf.add(join_path(folder.path(), "in/net.onnx"), {})->card;
    card.name = "wrong";
    card.output_tensor = "nothing";
    EXPECT_EQ(shelf.add(join_path(folder.path(), "in/net.onnx"), card).error().code(),
              ErrorCode::kUnsupported);
    EXPECT_EQ(shelf.add(join_path(folder.path(), "in/bad.onnx"), {}).error().code(),
              ErrorCode::kCorruption);
    EXPECT_EQ(files().list(join_path(folder.path(), "shelf"))->size(), 1U);
}

TEST(ModelShelf, AddsToTheNextFolderWhenTheFirstCannotBeWritten) {
    const TemporaryDirectory folder;
    write(join_path(folder.path(), "net.onnx"), testing::small_classifier(32).bytes());
    write(join_path(folder.path(), "file"), "x");
    ModelShelf shelf(files(),
                     {join_path(folder.path(), "file/models"), join_path(folder.path(), "shelf")});
    const auto added = shelf.add(join_path(folder.path(), "net.onnx"), {});
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_EQ(added->directory, join_path(folder.path(), "shelf/net"));
    EXPECT_TRUE(shelf.use("net"));
    EXPECT_EQ(shelf.find("")->card.name, "net");
}

TEST(ModelShelf, LooksWhereFlagEnvironmentAndProgramSay) {
    ::setenv("SOKKURI_MODELS", "/from/environment", 1);
    ::setenv("XDG_DATA_HOME", "/data", 1);
    const auto folders = ModelShelf::standard_folders("/from/flag");
    ::unsetenv("SOKKURI_MODELS");
    ::unsetenv("XDG_DATA_HOME");
    ASSERT_EQ(folders.size(), 5U);
    EXPECT_EQ(folders[0], "/from/flag");
    EXPECT_EQ(folders[1], "/from/environment");
    EXPECT_EQ(folders[2], "/data/sokkuri/models");
    EXPECT_TRUE(folders[3].ends_with("/models"));
    EXPECT_TRUE(folders[4].ends_with("/../share/sokkuri/models"));
}

}  // namespace
}  // namespace sokkuri::features
