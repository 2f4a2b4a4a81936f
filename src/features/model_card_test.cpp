#include "features/model_card.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

namespace sokkuri::features {
namespace {

ModelCard sample() {
    ModelCard card;
    card.name = "efficientnet-lite0";
    card.file = "model.onnx";
    card.sha256 = std::string(64, 'a');
    card.license = "Apache-2.0";
    card.source = "somewhere";
    card.mean = {0.498F, 0.498F, 0.498F};
    card.std = {0.502F, 0.502F, 0.502F};
    card.input_tensor = "input";
    card.output_tensor = "embedding";
    card.dimension = 1280;
    return card;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

TEST(ModelCard, ReadsBackWhatItWrote) {
    ModelCard card = sample();
    EXPECT_EQ(parse_model_card(to_json(card)).value(), card);
    card.resize_rule = ResizeRule::kResizeThenCrop;
    card.resize_size = 300;
    card.layout = Layout::kNhwc;
    EXPECT_EQ(parse_model_card(to_json(card)).value(), card);
    card.resize_rule = ResizeRule::kStretch;
    card.resize_size = ModelCard().resize_size;
    EXPECT_EQ(parse_model_card(to_json(card)).value(), card);
}

TEST(ModelCard, ErrorsNameTheMemberItsValueAndItsBound) {
    const std::string good = to_json(sample());
    const std::pair<std::string, std::string> cases[] = {
        {replaced(good, "\"input_size\": 224", "\"input_size\": 4096"),
         "input_size: 4096 is not between 16 and 2048"},
        {replaced(good, "\"input_size\": 224", "\"input_size\": -1"),
         "input_size: -1 is out of range"},
        {replaced(good, "\"input_size\": 224", "\"input_size\": \"224\""),
         "input_size: an integer of at least 0 is expected, not a string"},
        {replaced(good, "\"nchw\"", "\"nchv\""), "layout: \"nchv\" is neither nchw nor nhwc"},
        {replaced(good, "0.875", "0"), "resize: crop_fraction: 0 is not above 0.01 and at most 1"},
        {replaced(good, "\"dimension\": 1280", "\"dimension\": 0"),
         "dimension: 0 is not between 1 and 65536"},
        {replaced(good, "\"model.onnx\"", "\"../model.onnx\""),
         "file: \"../model.onnx\" is not the name of a file beside the card"},
        {replaced(good, "[0.498, 0.498, 0.498]", "[0.498]"),
         "mean: three numbers are expected: red, green, blue"},
        {replaced(good, "0.502, 0.502]", "0.502, 0]"), "std: 0 is not between 1e-6 and 1e6"},
        {replaced(good, "\"dimension\"", "\"dimensions\""), "unknown member: dimensions"},
        {replaced(good, "\"layout\": \"nchw\",\n", ""), "missing: layout"},
        {replaced(good, "\"card\": 1", "\"card\": 2"),
         "card: format 2; this program reads format 1"},
        {replaced(good, "\"near\": 0.9", "\"near\": 0.999"),
         "bands: 1 >= identical 0.99 >= near 0.999 >= similar 0.55 >= -1 does not hold"},
        {"[]", "an object is expected, not an array"},
    };
    for (const auto& [json, message] : cases) {
        const auto card = parse_model_card(json);
        ASSERT_FALSE(card) << message;
        EXPECT_EQ(card.error().message(), message);
    }
}

TEST(ModelCard, TakesWhatAPersonLeftOutFromTheDefaults) {
    const auto card =
        parse_model_card(R"({"mean": [0, 0, 0], "resize": {"rule": "stretch"}})", sample());
    ASSERT_TRUE(card) << card.error().message();
    EXPECT_EQ(card->mean[1], 0);
    EXPECT_EQ(card->resize_rule, ResizeRule::kStretch);
    EXPECT_EQ(card->std, sample().std);
    EXPECT_EQ(card->name, "efficientnet-lite0");
}

TEST(ModelCard, SurvivesEveryCutAndFlippedByte) {
    const std::string good = to_json(sample());
    for (std::size_t i = 0; i < good.size(); ++i) {
        // The last byte is only a line end.
        EXPECT_EQ(parse_model_card(good.substr(0, i)).has_value(), i == good.size() - 1) << i;
        std::string flipped = good;
        flipped[i] = static_cast<char>(flipped[i] ^ 4);
        if (const auto card = parse_model_card(flipped)) {
            EXPECT_TRUE(validate(*card));
        }
    }
}

TEST(ModelCard, FingerprintFollowsWhatDecidesTheVectors) {
    const std::string before = fingerprint(sample());
    EXPECT_EQ(before.size(), 22U);
    const std::vector<std::function<void(ModelCard&)>> deciding{
        [](ModelCard& card) { card.sha256[0] = 'b'; },
        [](ModelCard& card) { card.input_size = 240; },
        [](ModelCard& card) { card.crop_fraction = 0.9; },
        [](ModelCard& card) { card.resize_rule = ResizeRule::kStretch; },
        [](ModelCard& card) { card.layout = Layout::kNhwc; },
        [](ModelCard& card) { card.mean[2] = 0.5F; },
        [](ModelCard& card) { card.std[0] = 0.5F; },
        [](ModelCard& card) { card.output_tensor = "pool"; },
        [](ModelCard& card) { card.dimension = 640; },
    };
    for (const auto& change : deciding) {
        ModelCard card = sample();
        change(card);
        EXPECT_NE(fingerprint(card), before);
    }
    ModelCard renamed = sample();
    renamed.name = "mine";
    renamed.license = renamed.source = "";
    renamed.bands.near = 0.8F;
    renamed.resize_size = 999;  // of another rule
    EXPECT_EQ(fingerprint(renamed), before);
}

TEST(ModelCard, FingerprintStaysTheSameFromReleaseToRelease) {
    EXPECT_EQ(fingerprint(sample()), "7oSnEEOW5XjD-Vp9cNFn5Q");
}

}  // namespace
}  // namespace sokkuri::features
