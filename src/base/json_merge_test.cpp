// Goal: merging is what RFC 7396 says, and touches no text that it was not asked to. Method: the
// RFC's own cases, and a model on trees over random objects.
#include "base/json_merge.h"

#include "base/json.h"
#include "base/json_members.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri {
namespace {

std::string merge(std::string_view target, std::string_view patch) {
    return merge_json(target, patch).value();
}

/// MergePatch of RFC 7396 §2, on trees; members in the order that merge_json promises.
JsonValue model(const JsonValue& target, const JsonValue& patch) {
    if (!patch.is_object()) return patch;
    JsonObject result;
    for (const auto& [name, value] : target.members()) {
        const JsonValue* wanted = patch.find(name);
        if (wanted == nullptr) result.emplace_back(name, value);
        if (wanted != nullptr && !wanted->is_null())
            result.emplace_back(name, model(value, *wanted));
    }
    for (const auto& [name, value] : patch.members()) {
        if (target.find(name) != nullptr || value.is_null()) continue;
        result.emplace_back(name, model(JsonValue(JsonObject()), value));
    }
    return JsonValue(std::move(result));
}

JsonValue random_object(std::mt19937& random, int depth) {
    JsonObject object;
    for (char name = 'a'; name <= 'd'; ++name) {
        const auto kind = random() % 6;
        if (kind == 0) object.emplace_back(std::string(1, name), JsonValue());
        if (kind == 1)
            object.emplace_back(std::string(1, name),
                                JsonValue(static_cast<std::int64_t>(random() % 3)));
        if (kind == 2)
            object.emplace_back(std::string(1, name), JsonValue(JsonArray(random() % 3)));
        if (kind == 3 && depth > 0) {
            object.emplace_back(std::string(1, name), random_object(random, depth - 1));
        }
    }
    return JsonValue(std::move(object));
}

std::string text_of(const JsonValue& value) {
    std::string text;
    JsonWriter(text).value(value);
    return text;
}

TEST(JsonMerge, DoesWhatTheStandardSays) {
    EXPECT_EQ(merge(R"({"a":"b"})", R"({"a":"c"})"), R"({"a":"c"})");
    EXPECT_EQ(merge(R"({"a":"b"})", R"({"b":"c"})"), R"({"a":"b","b":"c"})");
    EXPECT_EQ(merge(R"({"a":"b"})", R"({"a":null})"), "{}");
    EXPECT_EQ(merge(R"({"a":"b","b":"c"})", R"({"a":null})"), R"({"b":"c"})");
    EXPECT_EQ(merge(R"({"a":["b"]})", R"({"a":"c"})"), R"({"a":"c"})");
    EXPECT_EQ(merge(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})"), R"({"a":{"b":"d"}})");
    EXPECT_EQ(merge(R"({"a":[{"b":"c"}]})", R"({"a":[1]})"), R"({"a":[1]})");
    EXPECT_EQ(merge(R"({"e":null})", R"({"a":1})"), R"({"e":null,"a":1})");
    EXPECT_EQ(merge("{}", R"({"a":{"bb":{"ccc":null}}})"), R"({"a":{"bb":{}}})");
}

TEST(JsonMerge, AgreesWithAModelOnTrees) {
    constexpr unsigned kSeed = 11;
    std::mt19937 random(kSeed);
    for (int round = 0; round < 2'000; ++round) {
        const JsonValue target = random_object(random, 2);
        const JsonValue patch = random_object(random, 2);
        ASSERT_EQ(merge(text_of(target), text_of(patch)), text_of(model(target, patch)))
            << text_of(target) << ' ' << text_of(patch) << " seed " << kSeed;
    }
}

TEST(JsonMerge, LeavesTextsAloneThatItIsNotAskedToChange) {
    const std::string target = R"({ "n" : 1.50, "\u0061": { "x": 1e2 }, "n2":0.10 })";
    EXPECT_EQ(merge(target, "{}"), target);
    EXPECT_EQ(merge(target, R"({"n":1.50,"zz":null})"), target) << "nothing changes";
    EXPECT_EQ(merge(target, R"({"a":{"y":2.0}})"),
              R"({"n":1.50,"\u0061":{"x":1e2,"y":2.0},"n2":0.10})");
}

TEST(JsonMerge, OfNamesThatRepeatTheLastOneCounts) {
    EXPECT_EQ(merge(R"({"a":1,"a":2})", R"({"a":null})"), "{}");
    EXPECT_EQ(merge(R"({"a":1,"b":0,"a":2})", R"({"a":3})"), R"({"b":0,"a":3})");
    EXPECT_EQ(merge("{}", R"({"a":1,"a":2})"), R"({"a":2})");
}

/// Many minutes, if each member were looked for among all others.
TEST(JsonMerge, ManyMembersCostNoMoreThanTheirTexts) {
    constexpr int kMembers = 300'000;
    const auto members = [](int first) {
        std::string text = "{";
        for (int i = first; i < first + kMembers; ++i)
            text += fmt::format("{}\"{}\":{}", i == first ? "" : ",", i, first);
        return text + "}";
    };
    const std::string old_half = members(0);
    const std::string new_half = members(kMembers / 2);
    const std::string text = merge(old_half, new_half);
    const auto merged = json_members(text);  // views of it
    ASSERT_EQ(merged.size(), kMembers + kMembers / 2);
    EXPECT_EQ(merged.front().value, "0");
    EXPECT_EQ(merged[kMembers / 2].value, std::to_string(kMembers / 2));
    EXPECT_EQ(merged.back().name, std::to_string(kMembers + kMembers / 2 - 1));
}

TEST(JsonMerge, RefusesWhatIsNoObject) {
    EXPECT_EQ(merge_json("[]", "{}").error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(merge_json("{}", "null").error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(merge_json("{}", "{").error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sokkuri
