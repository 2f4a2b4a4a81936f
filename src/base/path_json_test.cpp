#include "base/path_json.h"

#include <gtest/gtest.h>

namespace sokkuri {
namespace {

std::string object_with(std::string_view path) {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_path(json, "path", path);
    json.end_object();
    return text;
}

TEST(PathJson, WritesUtf8AsItIs) {
    EXPECT_EQ(object_with("ねこ \"1\".jpg"), "{\"path\":\"ねこ \\\"1\\\".jpg\"}");
    EXPECT_EQ(path_bytes("a.jpg"), "");
}

TEST(PathJson, AddsTheBytesWhereTextWouldLoseThem) {
    EXPECT_EQ(object_with("a\xff"), "{\"path\":\"a\\\\xff\",\"path_bytes\":\"Yf8=\"}");
    EXPECT_EQ(path_bytes("\xff"), "/w==");
    EXPECT_EQ(path_bytes("ab\xff"), "YWL/");
}

}  // namespace
}  // namespace sokkuri
