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

const std::vector<PostedValue> kPosted = {{std::int64_t{-3}, {7}},
                                          {2.5, {0, 1, 65'535}},
                                          {std::int64_t{9}, {12, 13}},
                                          {std::string(), {4}},
                                          {std::string("red\0shoe", 8), {5, 4'000}}};

std::vector<std::byte> sealed(const PostingKey& key, std::vector<std::byte> bytes) {
    seal(key, bytes);
    return bytes;
}

TEST(PostingRow, GivesBackItsOffsets) {
    std::mt19937 random(1);
    for (const std::size_t count : {1U, 2U, 100U, 4'094U, 4'095U, 4'096U, 30'000U, 65'536U}) {
        std::set<std::uint16_t> chosen;
        while (chosen.size() < count)
            chosen.insert(static_cast<std::uint16_t>(count > 60'000 ? chosen.size() : random()));
        const std::vector<std::uint16_t> offsets(chosen.begin(), chosen.end());
        const PostingKey key = key_of(std::string("red"));
        const auto bytes = sealed(key, encode_postings(offsets));
        EXPECT_LE(bytes.size(), 8'192U + 5U);
        const auto row = PostingRowView::of(key, bytes);
        ASSERT_TRUE(row);
        EXPECT_FALSE(row->is_run());
        EXPECT_EQ(row->offsets(0), offsets);
        std::vector<std::uint64_t> words(RecordSet::kBlockWords);
        row->add(0, words);
        EXPECT_EQ(offsets_of(words), offsets);
        EXPECT_EQ(row->count(0, words), count);
    }
}

TEST(PostingRow, GivesBackEachValueOfARun) {
    const PostingKey key = key_of(kPosted.front().value);
    const auto bytes = sealed(key, encode_run(kPosted));
    const auto row = PostingRowView::of(key, bytes);
    ASSERT_TRUE(row) << row.error().message();
    EXPECT_TRUE(row->is_run());
    ASSERT_EQ(row->values(), kPosted.size());
    const std::vector<std::uint64_t> all(RecordSet::kBlockWords, ~std::uint64_t{0});
    std::size_t bytes_of_values = 0;
    for (std::size_t i = 0; i < kPosted.size(); ++i) {
        EXPECT_TRUE(may_share_row(kPosted[i]));
        EXPECT_EQ(row->value(i), kPosted[i].value);
        EXPECT_EQ(row->offsets(i), kPosted[i].offsets);
        EXPECT_EQ(row->count(i, all), kPosted[i].offsets.size());
        bytes_of_values += bytes_in_run(kPosted[i]);
    }
    EXPECT_EQ(bytes.size(), bytes_of_values + 7);
    std::vector<std::uint64_t> words(RecordSet::kBlockWords);
    row->add_all(words);
    EXPECT_EQ(offsets_of(words),
              (std::vector<std::uint16_t>{0, 1, 4, 5, 7, 12, 13, 4'000, 65'535}));
    EXPECT_FALSE(may_share_row({true, {1}}));
    EXPECT_FALSE(may_share_row({std::string(300, 'x'), {1}}));
    EXPECT_FALSE(may_share_row({std::int64_t{1}, std::vector<std::uint16_t>(17)}));
}

TEST(PostingRow, PassesOverWhatLiesBehindAShortBlock) {
    const PostingKey key = key_of(std::int64_t{1});
    const std::vector<std::uint16_t> offsets{3, 130};
    const auto bytes = sealed(key, encode_postings(offsets));
    std::vector<std::uint64_t> words(2);
    PostingRowView::of(key, bytes)->add(0, words);
    EXPECT_EQ(offsets_of(words), std::vector<std::uint16_t>{3});
}

void expect_every_flip_noticed(const PostingKey& key, std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::vector<std::byte> flipped(bytes.begin(), bytes.end());
        flipped[i] ^= std::byte{0x10};
        EXPECT_EQ(PostingRowView::of(key, flipped).error().code(), ErrorCode::kCorruption);
        EXPECT_FALSE(PostingRowView::of(key, bytes.first(i)));
    }
}

TEST(PostingRow, NoticesEveryFlippedByteAndForeignKeys) {
    const PostingKey key = key_of(std::string("red"));
    const std::vector<std::uint16_t> offsets{1, 5, 900};
    const auto bytes = sealed(key, encode_postings(offsets));
    expect_every_flip_noticed(key, bytes);
    const PostingKey run_key = key_of(kPosted.front().value);
    expect_every_flip_noticed(run_key, sealed(run_key, encode_run(kPosted)));
    EXPECT_FALSE(PostingRowView::of(key_of(std::string("reD")), bytes));
    EXPECT_FALSE(PostingRowView::of(key_of(true), bytes));
    EXPECT_FALSE(PostingRowView::of({.attribute = 4, .block = 7, .value = key.value}, bytes));
    EXPECT_FALSE(PostingRowView::of({.attribute = 3, .block = 8, .value = key.value}, bytes));
    // A run that another value begins, with a checksum that is right.
    EXPECT_FALSE(PostingRowView::of(key, sealed(key, encode_run(kPosted))));
}

}  // namespace
}  // namespace sokkuri::store
