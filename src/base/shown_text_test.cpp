#include "base/shown_text.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri {
namespace {

TEST(ShownText, KeepsOrdinaryNames) {
    EXPECT_EQ(shown_text("cats/ねこ 1.jpg"), "cats/ねこ 1.jpg");
    EXPECT_EQ(shown_text("naïve 😀.png"), "naïve 😀.png");
}

TEST(ShownText, WritesBytesThatAreNotUtf8AsNumbers) {
    EXPECT_EQ(shown_text("a\xff.jpg"), "a\\xff.jpg");
    EXPECT_EQ(utf8_text("\xc3"), "\\xc3");
    EXPECT_EQ(utf8_text("\xe3\x81"), "\\xe3\\x81");
    EXPECT_EQ(utf8_text("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(utf8_text("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
    EXPECT_EQ(utf8_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
}

TEST(ShownText, DisarmsControlCharacters) {
    EXPECT_EQ(shown_text("a\n\t\r\x1b[31m\x7f"), "a\\n\\t\\r\\x1b[31m\\x7f");
    EXPECT_EQ(shown_text("x\xc2\x9bz"), "x\\u{9b}z") << "C1 control sequence introducer";
    EXPECT_EQ(shown_text("gpj.\xe2\x80\xae"
                         "exe"),
              "gpj.\\u{202e}exe");
    EXPECT_EQ(utf8_text("a\nb"), "a\nb");
}

TEST(ShownText, CountsColumnsAsTerminalsDo) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("そっくり"), 8U);
    EXPECT_EQ(display_width("e\xcc\x81"), 1U) << "combining accent";
    EXPECT_EQ(display_width("😀"), 2U);
}

TEST(ShownText, FitsIntoColumnsFromEitherSide) {
    EXPECT_EQ(fit_width("abcdef", 6, Cut::kEnd), "abcdef");
    EXPECT_EQ(fit_width("abcdef", 4, Cut::kEnd), "abc…");
    EXPECT_EQ(fit_width("abcdef", 4, Cut::kStart), "…def");
    EXPECT_EQ(fit_width("abcdef", 0, Cut::kStart), "");
    EXPECT_EQ(fit_width("そっくり", 6, Cut::kEnd), "そっ…");
    EXPECT_EQ(fit_width("そっくり", 6, Cut::kStart), "…くり");
}

// Goal: whatever the bytes, the result is valid, harmless, stable, and fits. Method: seeded random
// bytes.
TEST(ShownText, AnyBytesBecomeOneHarmlessLine) {
    constexpr unsigned kSeed = 20;
    std::mt19937 random(kSeed);
    std::uniform_int_distribution<int> byte(0, 255);
    std::uniform_int_distribution<std::size_t> length(0, 40);
    for (int round = 0; round < 2'000; ++round) {
        std::string bytes(length(random), '\0');
        for (char& one : bytes) {
            one = static_cast<char>(byte(random));
        }
        const std::string shown = shown_text(bytes);
        ASSERT_EQ(utf8_text(shown), shown) << "seed " << kSeed << " round " << round;
        ASSERT_EQ(shown_text(shown), shown);
        for (const char one : shown) {
            ASSERT_GE(static_cast<unsigned char>(one), 0x20);
        }
        for (const std::size_t columns : {1U, 5U, 17U}) {
            ASSERT_LE(display_width(fit_width(shown, columns, Cut::kStart)), columns);
            ASSERT_LE(display_width(fit_width(shown, columns, Cut::kEnd)), columns);
        }
    }
}

}  // namespace
}  // namespace sokkuri
