#include "service/picture_document.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <string>

namespace sokkuri::service {
namespace {

PictureDocument example(std::string path) {
    Hash128 content{};
    content[0] = std::byte{0xab};
    content[15] = std::byte{0x01};
    return {.path = std::move(path),
            .size = {4000, 3000},
            .format = image::Format::kJpeg,
            .size_bytes = 123'456,
            .modified_ns = 1'700'000'000'123'456'789,
            .content = content,
            .preview = {.size = {2, 1}, .rgb = {0, 1, 2, 253, 254, 255}}};
}

TEST(PictureDocument, SaysWhatAHitNeedsWithoutTheFile) {
    EXPECT_EQ(to_json(example("a/b.jpg")),
              R"({"path":"a/b.jpg","width":4000,"height":3000,"format":"jpeg","bytes":123456,)"
              R"("modified":"2023-11-14T22:13:20.123456789Z",)"
              R"("content":"ab000000000000000000000000000001",)"
              R"("preview":{"width":2,"height":1,"rgb":"AAEC_f7_"}})");
}

TEST(PictureDocument, KeepsPathsOfAnyBytes) {
    for (const std::string path :
         {"plain.jpg", "new\nline\"quoted\\.jpg", "\xff\xfe.jpg", "caf\xe9/\xc3\xa9.jpg",
          "\xf0\x9f\x90\x88.jpg", "-x.jpg", "\x01\x7f.jpg"}) {
        const std::string json = to_json(example(path));
        ASSERT_TRUE(is_utf8(json));
        const auto file = file_of(json);
        ASSERT_TRUE(file) << file.error().message();
        EXPECT_EQ(file->path, path);
        EXPECT_EQ(file->content, example("").content);
        EXPECT_EQ(parse_json(json)->find("path_bytes") != nullptr, !is_utf8(path));
    }
}

TEST(PictureDocument, MovesToAnotherPathAndKeepsWhatOthersAdded) {
    const std::string json =
        R"({"label":"cat","path":"\\xff","path_bytes":"_w","modified":"old","size":1.5})";
    const auto moved = with_file(json, "b.jpg", 0);
    ASSERT_TRUE(moved);
    EXPECT_EQ(*moved,
              R"({"label":"cat","path":"b.jpg","modified":"1970-01-01T00:00:00.000000000Z",)"
              R"("size":1.5})");
}

TEST(PictureDocument, IsTheSameTextWhetherMadeOrMoved) {
    const auto moved =
        with_file(to_json(example("old\xff.jpg")), "new.jpg", example("").modified_ns);
    ASSERT_TRUE(moved);
    EXPECT_EQ(*moved, to_json(example("new.jpg")));
}

TEST(PictureDocument, RefusesWhatItNeverWrote) {
    for (const char* json : {"", "[]", "{", R"({"path_bytes":"?"})", R"({"content":"ab"})",
                             R"({"content":"zz000000000000000000000000000001"})"}) {
        EXPECT_FALSE(file_of(json)) << json;
    }
    EXPECT_FALSE(with_file("{}", "a.jpg", 0));
    const auto other = file_of(R"({"title":"no file"})");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->path, "");
    EXPECT_FALSE(other->content);
}

TEST(PictureDocument, PeoplesMembersFollowOursAndNeverReplaceThem) {
    EXPECT_EQ(
        with_members(R"({"path":"a","width":3})", R"({"z":1,"width":4,"a":[1.5,null]})").value(),
        R"({"path":"a","width":3,"z":1,"a":[1.5,null]})");
    EXPECT_EQ(with_members(R"({"path":"a","old":1})", "{}").value(), R"({"path":"a"})");
    EXPECT_EQ(with_members("{}", R"({"path":"x","content":"y","n":1})").value(), R"({"n":1})");
    EXPECT_EQ(with_members("{}", "[]").error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(with_members("[]", "{}").error().code(), ErrorCode::kCorruption);
}

TEST(PictureDocument, OnlyClaimsToBeAFileAreTakenOut) {
    EXPECT_EQ(without_claims(R"({ "width": 3,  "n": 1.0 })").value(),
              R"({ "width": 3,  "n": 1.0 })");
    EXPECT_EQ(without_claims(R"({"path":"a","path_bytes":"b","content":"c","width":3})").value(),
              R"({"width":3})");
    EXPECT_EQ(without_claims("3").error().code(), ErrorCode::kInvalidArgument);
}

TEST(PictureDocument, APictureWithoutAFileHasNoPathAndNoTime) {
    const std::string json = to_json({.size = {4, 3}, .format = image::Format::kPng});
    EXPECT_EQ(json.find("path"), std::string::npos);
    EXPECT_EQ(json.find("modified"), std::string::npos);
    EXPECT_EQ(file_of(json).value().path, "");
    EXPECT_TRUE(file_of(json).value().content);
}

}  // namespace
}  // namespace sokkuri::service
