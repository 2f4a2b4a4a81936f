// Goal: a large number is exactly what RFC 8259 allows and no type holds. Method: single numbers,
// and random ones against what strtod makes of them.
#include "base/json_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

namespace sokkuri {
namespace {

TEST(JsonNumber, IsLargeWhenNoTypeHoldsIt) {
    for (const char* text : {"18446744073709551616", "-9223372036854775809", "1e309", "-1E+400",
                             "1e99999999999999999999", "179769313486231580793728971405303415.0e280",
                             "0.001e400", "99999999999999999999"}) {
        EXPECT_TRUE(is_large_number(text)) << text;
    }
    for (const char* text :
         {"0", "-0", "18446744073709551615", "-9223372036854775808", "1.7976931348623157e308",
          "1e-400", "0e400", "0.0e99999999999999999999", "1e-99999999999999999999",
          "0.1234567890123456789012345678901234567890", "12345678901234567890.0"}) {
        EXPECT_FALSE(is_large_number(text)) << text;
    }
}

TEST(JsonNumber, IsNoneWhenJsonHasItNot) {
    for (const char* text : {"", "-", "+1e400", "01e400", "-01e400", ".1e400", "1.e400", "1e400.",
                             "1e", "1e+", "1e4_0", "1e400 ", "0x1p9999", "inf", "NaN",
                             "00000000000000000000", "99999999999999999999f", "1e4000e1"}) {
        EXPECT_FALSE(is_large_number(text)) << text;
    }
}

TEST(JsonNumber, IsNextToTheDoubleThatTheLibraryFinds) {
    constexpr unsigned kSeed = 3;
    std::mt19937 random(kSeed);
    const auto digits = [&] {
        std::string text;
        for (unsigned i = 0; i <= random() % 30; ++i)
            text += static_cast<char>('0' + random() % 10);
        return text;
    };
    for (int round = 0; round < 20'000; ++round) {
        std::string text = random() % 2 == 0 ? "-" : "";
        text += random() % 2 == 0 ? "0" : "1" + digits();
        if (random() % 2 == 0) text += "." + std::string(random() % 5, '0') + digits();
        if (random() % 2 == 0) {
            text += random() % 2 == 0 ? "e" : "E-";
            text += std::to_string(random() % 400);
        }
        const double expected = std::strtod(text.c_str(), nullptr);
        const double found = nearest_double(text);
        ASSERT_EQ(found, expected) << text << " seed " << kSeed;
        ASSERT_EQ(std::signbit(found), std::signbit(expected)) << text << " seed " << kSeed;
    }
}

TEST(JsonNumber, IsBlankedAsLongAsItWas) {
    EXPECT_EQ(without_large_numbers(R"({"1e400":[1e400, 1,"\\\"1e400",-1e999]} )"),
              R"({"1e400":[0    , 1,"\\\"1e400",0     ]} )");
    EXPECT_EQ(without_large_numbers("1e400x \"1e400"), "1e400x \"1e400");
}

TEST(NumberTexts, AreThoseOutsideOfStringsInTheirOrder) {
    NumberTexts numbers(R"([-1.50,{"2":3e1,"a":"4\\\" 5"},true,[ ], 6 ])");
    for (const char* text : {"-1.50", "3e1", "6"})
        EXPECT_EQ(numbers.next(), text);
    EXPECT_FALSE(numbers.next());
    EXPECT_FALSE(numbers.next());
}

TEST(NumberTexts, EndWithAnyText) {
    std::mt19937 random(5);
    constexpr std::string_view kBytes = "19-e+.\"\\,:[]{} \xff\n";
    for (int round = 0; round < 5'000; ++round) {
        std::string text(random() % 12, ' ');
        for (char& byte : text)
            byte = kBytes[random() % kBytes.size()];
        NumberTexts numbers(text);
        std::size_t count = 0;
        while (numbers.next())
            ASSERT_LE(++count, text.size()) << text;
        EXPECT_EQ(without_large_numbers(text), text);
    }
}

}  // namespace
}  // namespace sokkuri
