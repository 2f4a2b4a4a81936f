#include "base/hash.h"

#include "base/sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sokkuri {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST(Hash, Sha256OfAbcIsThatOfFips180) {
    EXPECT_EQ(sha256_hex(bytes_of("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, Base64UrlFollowsRfc4648WithoutPadding) {
    EXPECT_EQ(base64url(bytes_of("")), "");
    EXPECT_EQ(base64url(bytes_of("f")), "Zg");
    EXPECT_EQ(base64url(bytes_of("fo")), "Zm8");
    EXPECT_EQ(base64url(bytes_of("foobar")), "Zm9vYmFy");
    EXPECT_EQ(base64url(bytes_of("\xfb\xff")), "-_8");
}

TEST(Hash, Base64UrlReadsBackWhatItWroteAndNothingElse) {
    for (const std::string_view text : {"", "f", "fo", "foo", "foobar", "\xfb\xff\0"}) {
        const auto parsed = parse_base64url(base64url(bytes_of(text)));
        ASSERT_TRUE(parsed);
        EXPECT_TRUE(std::equal(parsed->begin(), parsed->end(), bytes_of(text).begin()));
        EXPECT_EQ(parsed->size(), text.size());
    }
    for (const std::string_view text : {"Z", "Zh", "Zg==", "Zm+v", "Zm9vY"}) {
        EXPECT_FALSE(parse_base64url(text)) << text;
    }
}

TEST(Hash, HexHasTwoDigitsAByte) {
    EXPECT_EQ(hex(bytes_of("\x0f\xa1")), "0fa1");
}

TEST(Hash, AHash128IsTwentyTwoCharacters) {
    EXPECT_EQ(base64url(xxh128(bytes_of("picture"))).size(), 22U);
}

TEST(Hash, AStreamHashesLikeOnePiece) {
    const std::string text(100'000, 'x');
    Xxh64Stream stream;
    stream.update(bytes_of(text).first(1));
    stream.update(bytes_of(text).subspan(1, 70'000));
    stream.update(bytes_of(text).subspan(70'001));
    EXPECT_EQ(stream.digest(), xxh64(bytes_of(text)));
    EXPECT_EQ(Xxh64Stream().digest(), xxh64({}));
}

TEST(Hash, DifferentBytesHashDifferently) {
    EXPECT_NE(xxh64(bytes_of("a")), xxh64(bytes_of("b")));
    EXPECT_NE(xxh128(bytes_of("a")), xxh128(bytes_of("b")));
}

}  // namespace
}  // namespace sokkuri
