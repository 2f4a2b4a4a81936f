#include "http/target.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::http {
namespace {

std::vector<std::string> segments_of(std::string_view text) {
    const auto target = parse_target(text);
    return target ? target->segments : std::vector<std::string>{"(refused)"};
}

std::string escaped(std::string_view text) {
    std::string all;
    for (const char c : text) {
        all += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return all;
}

using Segments = std::vector<std::string>;

TEST(Target, SplitsThePathBeforeItDecodesIt) {
    EXPECT_EQ(segments_of("/"), Segments{});
    EXPECT_EQ(segments_of("/a/b"), (Segments{"a", "b"}));
    EXPECT_EQ(segments_of("/a%2Fb/c"), (Segments{"a/b", "c"}));
    EXPECT_EQ(segments_of("/a/"), (Segments{"a", ""}));
    EXPECT_EQ(segments_of("//a"), (Segments{"", "a"}));
    EXPECT_EQ(segments_of("/%e3%81%AD%E3%81%93"), Segments{"ねこ"});
    EXPECT_EQ(segments_of("/ねこ"), Segments{"ねこ"});
    EXPECT_EQ(segments_of("/a+b"), Segments{"a+b"});
}

TEST(Target, RefusesWhatIsNoPath) {
    for (const char* const text :
         {"",     "a",      "*",      "localhost:80", "/%",      "/%2",     "/%zz",
          "/a%2", "/%00",   "/a%00b", "/.",           "/..",     "/a/../b", "/a/%2e%2E/b",
          "/%2e", "/a/./b", "?a=b",   "/?a=%",        "/?%g0=1", "/?a=%00"}) {
        const auto target = parse_target(text);
        ASSERT_FALSE(target) << text;
        EXPECT_EQ(target.error().code(), ErrorCode::kInvalidArgument);
    }
}

TEST(Target, ReadsTheQueryInItsOrder) {
    const auto target = parse_target("/a?k=1&name=a+b%2B%26&&empty=&alone&k=2#fragment");
    ASSERT_TRUE(target);
    const Pairs expected = {
        {"k", "1"}, {"name", "a b+&"}, {"empty", ""}, {"alone", ""}, {"k", "2"}};
    EXPECT_EQ(target->query, expected);
    EXPECT_EQ(target->path, "/a");
}

TEST(Target, KnowsTheAbsoluteForm) {
    const auto target = parse_target("HTTP://localhost:7171/a?b=c");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->authority, "localhost:7171");
    EXPECT_EQ(target->path, "/a");
    EXPECT_EQ(target->query, (Pairs{{"b", "c"}}));
    EXPECT_EQ(parse_target("http://localhost")->path, "/");
}

TEST(Target, KeepsAnyBytesThatAreEscaped) {
    std::mt19937_64 random(8);
    for (int round = 0; round < 2'000; ++round) {
        std::string text(1 + random() % 12, ' ');
        for (char& c : text) {
            c = static_cast<char>(1 + random() % 255);
        }
        if (text == "." || text == "..") continue;
        EXPECT_EQ(segments_of("/" + escaped(text) + "/x"), (Segments{text, "x"}));
        const auto target = parse_target(fmt::format("/?{}={}", escaped(text), escaped(text)));
        ASSERT_TRUE(target);
        EXPECT_EQ(target->query, (Pairs{{text, text}}));
    }
}

TEST(Target, SurvivesAnyBytes) {
    std::mt19937_64 random(9);
    constexpr std::string_view kLikely = "/%2eF?&=+#.a\0\xff";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = "/";
        for (std::size_t size = random() % 16; size > 0; --size) {
            text += kLikely[random() % kLikely.size()];
        }
        const auto target = parse_target(text);
        if (!target) continue;
        for (const std::string& segment : target->segments) {
            EXPECT_NE(segment, "..") << text;
            EXPECT_EQ(segment.find('\0'), segment.npos) << text;
        }
    }
}

}  // namespace
}  // namespace sokkuri::http
