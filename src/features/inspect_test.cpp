#include "features/inspect.h"

#include "base/file_system.h"
#include "base/testing/temporary_directory.h"
#include "features/testing/onnx_writer.h"
#include "features/testing/test_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace sokkuri::features {
namespace {

using testing::OnnxWriter;

Result<Inspection> inspect(const OnnxWriter& model, const std::string& name = "some.onnx") {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string bytes = model.bytes();
    const auto written = replace_file(posix_file_system(), join_path(folder.path(), name),
                                      std::as_bytes(std::span(bytes)));
    EXPECT_TRUE(written);
    return inspect_model(join_path(folder.path(), name));
}

bool assumes(const Inspection& inspection, std::string_view words) {
    return std::any_of(
        inspection.assumptions.begin(), inspection.assumptions.end(),
        [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

TEST(Inspect, TakesThePoolBeforeTheClassifier) {
    const auto found = inspect(testing::small_classifier(96), "My Net (v2).onnx");
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->card.name, "my-net-v2");
    EXPECT_EQ(found->card.input_tensor, "picture");
    EXPECT_EQ(found->card.output_tensor, "flat");
    EXPECT_EQ(found->card.dimension, 8U);
    EXPECT_EQ(found->card.input_size, 96U);
    EXPECT_EQ(found->card.resize_size, 110U);
    EXPECT_EQ(found->card.layout, Layout::kNchw);
    EXPECT_TRUE(assumes(*found, "the global average pool before the classifier"));
    EXPECT_TRUE(assumes(*found, "ImageNet's usual ones: the file does not say"));
}

TEST(Inspect, PassesOverThePoolsOfSqueezeAndExciteBlocks) {
    OnnxWriter model("excited");
    model.input("x", {1, 3, 64, 64})
        .weights("kernel", {8, 3, 3, 3})
        .weights("gate", {8, 8, 1, 1})
        .weights("matrix", {8, 10})
        .node("Conv", {"x", "kernel"}, "convolved")
        .node("GlobalAveragePool", {"convolved"}, "squeezed")
        .node("Conv", {"squeezed", "gate"}, "gated")
        .node("Sigmoid", {"gated"}, "excited")
        .node("Mul", {"convolved", "excited"}, "scaled")
        .node("GlobalAveragePool", {"scaled"}, "pooled")
        .node("Flatten", {"pooled"}, "flat")
        .node("MatMul", {"flat", "matrix"}, "scores")
        .output("scores", {1, 10});
    const auto found = inspect(model);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->card.output_tensor, "flat");
}

TEST(Inspect, ReadsNetworksWithColorsLast) {
    OnnxWriter model("mobilenet_v3_large");
    model.input("x", {-1, 128, 128, 3})
        .weights("kernel", {8, 3, 3, 3})
        .weights("matrix", {8, 10})
        .node("Transpose", {"x"}, "first", {{"perm", {0, 3, 1, 2}}})
        .node("Conv", {"first", "kernel"}, "convolved")
        .node("Transpose", {"convolved"}, "last", {{"perm", {0, 2, 3, 1}}})
        .node("ReduceMean", {"last"}, "mean", {{"axes", {1, 2}}, {"keepdims", {0}}})
        .node("MatMul", {"mean", "matrix"}, "scores")
        .output("scores", {-1, 10});
    const auto found = inspect(model);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->card.layout, Layout::kNhwc);
    EXPECT_EQ(found->card.input_size, 128U);
    EXPECT_EQ(found->card.output_tensor, "mean");
    EXPECT_TRUE(assumes(*found, "This is MobileNetV3, going by its name."));
    EXPECT_EQ(found->card.std[0], 1.0F);
}

TEST(Inspect, SaysWhenThePoolMayBeTheScores) {
    OnnxWriter model("scores-only");
    model.input("x", {1, 3, 64, 64})
        .weights("kernel", {8, 3, 3, 3})
        .node("Conv", {"x", "kernel"}, "convolved")
        .node("GlobalAveragePool", {"convolved"}, "pooled")
        .node("Flatten", {"pooled"}, "scores")
        .output("scores", {1, 8});
    const auto found = inspect(model);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->card.output_tensor, "scores");
    EXPECT_TRUE(assumes(*found, "if these are class scores"));
}

TEST(Inspect, TakesTheInputOfTheLastFullyConnectedLayerOfVgg16) {
    OnnxWriter model("vgg16");
    model.input("x", {1, 3, 32, 32})
        .weights("kernel", {4, 3, 3, 3})
        .weights("one", {3600, 16})
        .weights("two", {16, 10})
        .node("Conv", {"x", "kernel"}, "convolved")
        .node("Flatten", {"convolved"}, "flat")
        .node("MatMul", {"flat", "one"}, "product")
        .node("Relu", {"product"}, "hidden")
        .node("MatMul", {"hidden", "two"}, "scores")
        .output("scores", {1, 10});
    const auto found = inspect(model);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->card.output_tensor, "hidden");
    EXPECT_EQ(found->card.dimension, 16U);
}

TEST(Inspect, RefusesModelsWithoutAPoolAndListsTheirOutputs) {
    OnnxWriter model("segmenter");
    model.input("x", {1, 3, 64, 64})
        .weights("kernel", {8, 3, 3, 3})
        .node("Conv", {"x", "kernel"}, "mask")
        .output("mask", {1, 8, 62, 62});
    const auto found = inspect(model);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(found.error().message().find("mask f32 [1,8,62,62]"), std::string::npos)
        << found.error().message();
}

TEST(Inspect, RefusesModelsWithoutAPictureInput) {
    OnnxWriter text("text");
    text.input("tokens", {1, 77}).node("Relu", {"tokens"}, "out").output("out", {1, 77});
    OnnxWriter two("two");
    two.input("a", {1, 3, 64, 64}).input("b", {1, 3, 64, 64});
    two.node("Add", {"a", "b"}, "out").output("out", {1, 3, 64, 64});
    OnnxWriter gray("gray");
    gray.input("x", {1, 1, 64, 64}).node("Relu", {"x"}, "out").output("out", {1, 1, 64, 64});
    OnnxWriter huge("huge");
    huge.input("x", {1, 3, 100'000, 100'000})
        .node("GlobalAveragePool", {"x"}, "out")
        .output("out", {1, 3, 1, 1});
    for (const OnnxWriter& model : {text, two, gray, huge}) {
        const auto found = inspect(model);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code(), ErrorCode::kUnsupported) << found.error().message();
    }
}

TEST(Inspect, RefusesFilesThatAreNoModels) {
    const sokkuri::testing::TemporaryDirectory folder;
    for (const std::string_view text : {"", "hello", "\x89PNG\r\n"}) {
        ASSERT_TRUE(replace_file(posix_file_system(), join_path(folder.path(), "x.onnx"),
                                 std::as_bytes(std::span(text))));
        const auto found = inspect_model(join_path(folder.path(), "x.onnx"));
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code(), ErrorCode::kCorruption) << found.error().message();
    }
    EXPECT_EQ(inspect_model(join_path(folder.path(), "none.onnx")).error().code(),
              ErrorCode::kNotFound);
}

TEST(Inspect, KnowsTheModelsOfTheTestData) {
    if (!testing::exists(testing::test_data_folder())) GTEST_SKIP() << "test data not found";
    struct Expected {
        const char* file;
        std::uint32_t dimension;
        float mean;
    };
    for (const Expected& expected :
         {Expected{"squeezenet1.1.onnx", 512, 0.485F}, Expected{"mobilenetv2.onnx", 1280, 0.485F},
          Expected{"mobilenet_edgetpu_224_1.0_uint8_deq.onnx", 1280, 0.5F}}) {
        const auto card = testing::card_of_test_model(expected.file);
        ASSERT_TRUE(card) << card.error().message();
        EXPECT_EQ(card->output_tensor, "embedding");
        EXPECT_EQ(card->dimension, expected.dimension);
        EXPECT_EQ(card->mean[0], expected.mean);
        EXPECT_EQ(card->resize_rule, ResizeRule::kResizeThenCrop);
    }
}

TEST(Inspect, ProposesTheCardThatTheDefaultModelHas) {
    auto card = testing::default_model_card();
    ASSERT_TRUE(card) << card.error().message();
    const auto found = inspect_model(join_path(testing::default_model_folder(), card->file));
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(fingerprint(found->card), fingerprint(*card));
}

}  // namespace
}  // namespace sokkuri::features
