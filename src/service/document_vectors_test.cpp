#include "service/document_vectors.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;
using collection::FieldVector;

const std::vector<FieldSpec> kFields = {{.name = "picture", .dimension = 3},
                                        {.name = "crop", .dimension = 2}};

TEST(DocumentVectors, AreCutOutAndTheRestStaysAsWritten) {
    const auto cut = cut_vectors(
        R"({ "price" : 1.50, "picture":[1, -2.5e0,3] ,"sizes":[1,2], "crop":[0.1,7]})", kFields);
    ASSERT_TRUE(cut) << cut.error().message();
    EXPECT_EQ(cut->document, R"({"price":1.50,"sizes":[1,2]})");
    ASSERT_EQ(cut->vectors.size(), 2U);
    EXPECT_EQ(cut->vectors[0].field, "picture");
    EXPECT_EQ(cut->vectors[0].values, (std::vector<float>{1, -2.5F, 3}));
    EXPECT_EQ(cut->vectors[1].field, "crop");
    EXPECT_EQ(cut->vectors[1].values, (std::vector<float>{0.1F, 7}));
    // A name is what it stands for.
    EXPECT_EQ(cut_vectors("{\"cr\\u006fp\":[1,2]}", kFields)->vectors.size(), 1U);
}

TEST(DocumentVectors, LeaveWhatIsNoVector) {
    for (const std::string text :
         {R"({"picture": "a.jpg"})", R"({ "picture":[] })", R"({"picture":[1,"2"]})",
          R"({"picture":[[1]]})", R"({"a":{"picture":[1,2,3]}})", R"({"Picture":[1,2,3]})", "{}",
          R"({"other":[1,2]})"}) {
        const auto cut = cut_vectors(text, kFields);
        ASSERT_TRUE(cut);
        EXPECT_EQ(cut->document, text);
        EXPECT_TRUE(cut->vectors.empty());
    }
    EXPECT_EQ(cut_vectors(R"({"picture":[1]})", {})->vectors.size(), 0U);
}

TEST(DocumentVectors, BeyondFloatAreRefusedByName) {
    const auto cut = cut_vectors(R"({"crop":[1,1e39]})", kFields);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(cut.error().message().find("crop: component 1"), std::string::npos)
        << cut.error().message();
}

TEST(DocumentVectors, ComeBackBitByBit) {
    std::mt19937 random(77);
    for (int round = 0; round < 200; ++round) {
        FieldVector vector{.field = "crop"};
        for (int i = 0; i < 40; ++i) {
            const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
            vector.values.push_back(std::isfinite(value) ? value : -0.0F);
        }
        const std::string whole = with_vectors(R"({"a": 1.0})", std::span(&vector, 1));
        const auto cut = cut_vectors(whole, kFields);
        ASSERT_TRUE(cut) << cut.error().message();
        EXPECT_EQ(cut->document, R"({"a":1.0})");
        ASSERT_EQ(cut->vectors.size(), 1U);
        for (std::size_t i = 0; i < vector.values.size(); ++i) {
            EXPECT_EQ(std::bit_cast<std::uint32_t>(cut->vectors[0].values[i]),
                      std::bit_cast<std::uint32_t>(vector.values[i]));
        }
    }
    const FieldVector vector{.field = "crop", .values = {1, 2}};
    EXPECT_EQ(with_vectors("{}", std::span(&vector, 1)), R"({"crop":[1,2]})");
    EXPECT_EQ(with_vectors(R"({"crop": "own"})", std::span(&vector, 1)), R"({"crop": "own"})");
    EXPECT_EQ(with_vectors(R"({ "a":1 })", {}), R"({ "a":1 })");
    EXPECT_EQ(with_vectors("", {}), "");  // documents that nobody asked for
}

}  // namespace
}  // namespace sokkuri::service
