#include "store/posting_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

PostingKey key_of(AttributeValue value) {
    return {.attribute = 3, .block = 7, .value = std::move(value)};
}

std::vector<std::uint16_t> offsets_of(std::span<const std::uint64_t> words) {
    std::vector<std::uint16_t> offsets;
    for (std::size_t i = 0; i < words.size() * 64; ++i) {
        if ((words[i / 64] >> (i % 64) & 1U) != 0) offsets.push_back(static_cast<std::uint16_t>(i));
    }
    return offsets;
}

TEST(PostingRow, GivesBackItsOffsets) {
    std::mt19937 random(1);
    for (const std::size_t count : {1U, 2U, 100U, 4'094U, 4'095U, 4'096U, 30'000U, 65'536U}) {
        std::set<std::uint16_t> chosen;
        while (chosen.size() < count)
            chosen.insert(static_cast<std::uint16_t>(count > 60'000 ? chosen.size() : random()));
        const std::vector<std::uint16_t> offsets(chosen.begin(), chosen.end());
        const PostingKey key = key_of(std::string("red"));
        const auto bytes = encode_postings(key, offsets);
        EXPECT_LE(bytes.size(), 8'192U + 5U);
        std::vector<std::uint64_t> words(RecordSet::kBlockWords);
        ASSERT_TRUE(decode_postings(key, bytes, words));
        EXPECT_EQ(offsets_of(words), offsets);
        EXPECT_EQ(encode_block(key, words), bytes);
    }
}

TEST(PostingRow, PassesOverWhatLiesBehindAShortBlock) {
    const PostingKey key = key_of(std::int64_t{1});
    const std::vector<std::uint16_t> offsets{3, 130};
    std::vector<std::uint64_t> words(2);
    ASSERT_TRUE(decode_postings(key, encode_postings(key, offsets), words));
    EXPECT_EQ(offsets_of(words), std::vector<std::uint16_t>{3});
}

TEST(PostingRow, NoticesEveryFlippedByteAndForeignKeys) {
    const PostingKey key = key_of(std::string("red"));
    const std::vector<std::uint16_t> offsets{1, 5, 900};
    const auto bytes = encode_postings(key, offsets);
    std::vector<std::uint64_t> words(RecordSet::kBlockWords);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto flipped = bytes;
        flipped[i] ^= std::byte{0x10};
        EXPECT_EQ(decode_postings(key, flipped, words).error().code(), ErrorCode::kCorruption);
        EXPECT_FALSE(decode_postings(key, std::span(bytes).first(i), words));
    }
    EXPECT_FALSE(decode_postings(key_of(std::string("reD")), bytes, words));
    EXPECT_FALSE(decode_postings(key_of(true), bytes, words));
    EXPECT_FALSE(decode_postings({.attribute = 4, .block = 7, .value = key.value}, bytes, words));
    EXPECT_FALSE(decode_postings({.attribute = 3, .block = 8, .value = key.value}, bytes, words));
}

}  // namespace
}  // namespace sokkuri::store
