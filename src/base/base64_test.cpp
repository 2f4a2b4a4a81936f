#include "base/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

TEST(Base64, WritesTheVectorsOfTheRfc) {
    EXPECT_EQ(base64(bytes_of("")), "");
    EXPECT_EQ(base64(bytes_of("f")), "Zg==");
    EXPECT_EQ(base64(bytes_of("fo")), "Zm8=");
    EXPECT_EQ(base64(bytes_of("foo")), "Zm9v");
    EXPECT_EQ(base64(bytes_of("foobar")), "Zm9vYmFy");
    EXPECT_EQ(base64(bytes_of("\xfb\xff")), "+/8=");
}

TEST(Base64, ReadsBackWhatItWroteWithAndWithoutPadding) {
    constexpr unsigned kSeed = 11;
    std::mt19937 random(kSeed);
    for (std::size_t size = 0; size < 200; ++size) {
        std::vector<std::byte> bytes(size);
        for (std::byte& byte : bytes) {
            byte = static_cast<std::byte>(random() & 0xffU);
        }
        std::string text = base64(bytes);
        EXPECT_EQ(parse_base64(text).value(), bytes) << "seed " << kSeed;
        while (text.ends_with('='))
            text.pop_back();
        EXPECT_EQ(parse_base64(text).value(), bytes) << "seed " << kSeed;
    }
}

TEST(Base64, RefusesWhatItNeverWrites) {
    for (const char* text : {"Z", "Zg=", "Zh==", "Zm9v=", "Zm9v====", "Zm9-", "Zm 9v", "=",
                             "Zm9v\n", "Z===", "Zm=v"}) {
        const auto parsed = parse_base64(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalidArgument);
    }
    EXPECT_NE(parse_base64("Zm9-").error().message().find("0x2d at 3"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri
