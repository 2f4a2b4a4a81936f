#include "service/collection_name.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

TEST(CollectionName, FollowsTheRulesOfIndexNames) {
    for (const char* good :
         {"a", "shoes", "写真", "a.b", "9", ".hidden", "été", "a_b-c+d", "a&b=c"}) {
        EXPECT_TRUE(validate_collection_name(good)) << good;
    }
    EXPECT_TRUE(validate_collection_name(std::string(255, 'a')));
    for (const char* bad : {"",     ".",    "..",   "-a",       "_a",
                            "+a",   "A",    "aB",   "Été",      "a/b",
                            "a\\b", "a*",   "a?",   "a\"",      "a<",
                            "a>",   "a|",   "a b",  "a,b",      "#a",
                            "a:b",  "a\nb", "\x7f", ".sokkuri", ".sokkuri-new-x",
                            "\xff"}) {
        const auto refused = validate_collection_name(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument) << bad;
    }
    EXPECT_FALSE(validate_collection_name(std::string(256, 'a')));
    EXPECT_FALSE(validate_collection_name(std::string("a\0b", 3)));
}

TEST(SlugOf, KeepsToTheRulesOfIndexNames) {
    EXPECT_EQ(slug_of("/a/me/Pictures"), "pictures");
    EXPECT_EQ(slug_of("/a/me/Holiday 2024, Rome/"), "holiday-2024--rome");
    EXPECT_EQ(slug_of("relative"), "relative");
    EXPECT_EQ(slug_of("/a/__-+x"), "x");
    EXPECT_EQ(slug_of("/a/写真"), "写真");
    EXPECT_EQ(slug_of("/a/École"), "école");
    EXPECT_EQ(slug_of("/a/r\\e*s?t\"<>|#:"), "r-e-s-t------");
    EXPECT_EQ(slug_of("/a/with\nline"), "with-line");
    for (const char* nothing : {"", "/", "/a/..", "/a/.", "/a/---", "/a/ , "}) {
        EXPECT_EQ(slug_of(nothing), "pictures") << nothing;
    }
    const std::string bytes = slug_of("/a/\xff");
    EXPECT_EQ(bytes, "xff");
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "写";
    EXPECT_EQ(slug_of(many).size(), 255U) << "cut between characters: 85 of 3 bytes";
}

TEST(SlugOf, IsAlwaysAName) {
    std::uint32_t state = 7;
    for (int round = 0; round < 2'000; ++round) {
        std::string folder = "/";
        for (int i = 0; i < 8; ++i) {
            state = state * 1'664'525U + 1'013'904'223U;
            folder += static_cast<char>(state >> 24U);
        }
        const auto valid = validate_collection_name(slug_of(folder));
        EXPECT_TRUE(valid) << valid.error().message();
    }
}

TEST(FreeName, CountsUpWithinTheLimit) {
    const std::string longest(255, 'a');
    const auto is_taken = [&](const std::string& name) { return name == longest || name == "a"; };
    EXPECT_EQ(free_name("b", is_taken), "b");
    EXPECT_EQ(free_name("a", is_taken), "a-2");
    EXPECT_EQ(free_name(longest, is_taken), std::string(253, 'a') + "-2");
}

}  // namespace
}  // namespace sokkuri::service
