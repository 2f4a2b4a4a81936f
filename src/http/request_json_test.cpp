#include "http/request_json.h"

#include <gtest/gtest.h>

#include <array>

namespace sokkuri::http {
namespace {

constexpr std::array<std::string_view, 3> kMembers = {"id", "vector", "picture"};

std::string refusal(std::string_view text, const Limits& limits = {}) {
    const auto json = RequestJson::parse(text, limits, kMembers);
    EXPECT_FALSE(json) << text;
    return json ? "" : json.error().message();
}

std::string refusal_of_vector(std::string_view vector) {
    const std::string text = "{\"vector\":" + std::string(vector) + "}";
    const auto json = RequestJson::parse(text, {}, kMembers);
    if (!json) return json.error().message();
    const auto values = json->vector("vector");
    EXPECT_FALSE(values) << text;
    EXPECT_EQ(values.error().code(), ErrorCode::kInvalidArgument);
    return values ? "" : values.error().message();
}

bool holds(const std::string& message, std::string_view part) {
    return message.find(part) != std::string::npos;
}

TEST(RequestJson, ReadsWhatIsThereAndNothingElse) {
    const std::string text = R"({ "id" : "a\"b", "vector":[1,-2.5,3e-2] })";
    const RequestJson json = RequestJson::parse(text, {}, kMembers).value();
    EXPECT_EQ(json.string("id").value(), "a\"b");
    EXPECT_EQ(json.vector("vector").value(), (std::vector<float>{1, -2.5F, 3e-2F}));
    EXPECT_EQ(json.text_of("vector"), "[1,-2.5,3e-2]");
    EXPECT_EQ(json.bytes("picture").value(), std::nullopt);
    EXPECT_EQ(json.text_of("picture"), "");
}

TEST(RequestJson, RefusesUnknownAndRepeatedMembersByName) {
    EXPECT_TRUE(holds(refusal(R"({"id":1,"shade\n":2})"), "\"shade\\n\"; it may have: id, vector"))
        << refusal(R"({"id":1,"shade\n":2})");
    EXPECT_TRUE(holds(refusal(R"({"id":"a","i\u0064":"b"})"), "\"id\" is there twice"));
    EXPECT_LT(refusal("{\"" + std::string(100'000, 'x') + "\":1}").size(), 300U);
}

TEST(RequestJson, RefusesWhatIsNoObjectOrNoJson) {
    EXPECT_TRUE(holds(refusal("[]"), "an object is expected, not an array"));
    EXPECT_TRUE(holds(refusal(""), "body"));
    EXPECT_TRUE(holds(refusal("{\"id\":}"), "body"));
    EXPECT_TRUE(holds(refusal("{\"id\":\"\xff\"}"), "body"));
}

TEST(RequestJson, RefusesTooDeepAndTooLargeOnesByTheNameOfTheLimit) {
    const std::string deep = "{\"id\":" + std::string(70, '[') + std::string(70, ']') + "}";
    const auto too_deep = RequestJson::parse(deep, {}, kMembers);
    ASSERT_FALSE(too_deep);
    EXPECT_EQ(too_deep.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(holds(too_deep.error().message(), "64")) << too_deep.error().message();
    const Limits small{.json_bytes_max = 10};
    const auto too_large = RequestJson::parse(R"({"id":"abcdef"})", small, kMembers);
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code(), ErrorCode::kExhausted);
    EXPECT_TRUE(holds(too_large.error().message(), "json_bytes_max 10"));
}

TEST(RequestJson, RefusesVectorsThatAreNone) {
    EXPECT_TRUE(holds(refusal_of_vector("\"1,2\""), "vector: an array of numbers is expected"));
    EXPECT_TRUE(holds(refusal_of_vector("[]"), "0 components: must be 1 to 16000"));
    EXPECT_TRUE(holds(refusal_of_vector("[1,null]"), "component 1"));
    EXPECT_TRUE(holds(refusal_of_vector("[1,2,1e39]"), "component 2: 1e+39 is beyond float32"));
    EXPECT_TRUE(holds(refusal_of_vector("[1e999]"), "component 0"));
    EXPECT_TRUE(holds(refusal_of_vector("[NaN]"), "body"));
    std::string many = "[0";
    for (int i = 0; i < 16'000; ++i) {
        many += ",0";
    }
    EXPECT_TRUE(holds(refusal_of_vector(many + "]"), "16001 components"));
}

TEST(RequestJson, NamesTheMemberOfAWrongKind) {
    const std::string text = R"({"id":5,"picture":[1]})";
    const RequestJson json = RequestJson::parse(text, {}, kMembers).value();
    EXPECT_TRUE(holds(json.string("id").error().message(), "id: a string is expected"));
    EXPECT_TRUE(holds(json.bytes("picture").error().message(), "picture: a string of base64"));
    const std::string bad = R"({"picture":"Zm9v!"})";
    const RequestJson broken = RequestJson::parse(bad, {}, kMembers).value();
    EXPECT_TRUE(holds(broken.bytes("picture").error().message(), "picture: base64: byte 0x21"));
}

}  // namespace
}  // namespace sokkuri::http
