#include "store/place_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

const PostingKey kKey{.attribute = 3, .block = 7, .value = std::string("東京")};

std::vector<std::byte> sealed(std::vector<std::byte> bytes) {
    seal(kKey, bytes);
    return bytes;
}

TEST(PlaceRow, GivesBackItsPlaces) {
    std::mt19937 random(1);
    for (const std::size_t count : {1U, 2U, 50U, 5'000U, 40'000U}) {
        std::set<Place> chosen;
        while (chosen.size() < count) {
            const std::uint32_t widest = random() % 3 == 0 ? 1U << 30U : 40;
            chosen.insert({static_cast<std::uint16_t>(random() % kPlaceBlockRecords),
                           static_cast<std::uint32_t>(random() % widest)});
        }
        const std::vector<Place> places(chosen.begin(), chosen.end());
        EXPECT_EQ(decode_places(kKey, sealed(encode_places(places))).value(), places);
    }
}

TEST(PlaceRow, TakesTwoBytesForAPairThatManyRecordsHaveOnce) {
    std::vector<Place> places;
    for (std::uint16_t offset = 0; offset < kPlaceBlockRecords; ++offset)
        places.push_back({offset, 5});
    EXPECT_EQ(encode_places(places).size(), 2 * places.size() + 5);
}

TEST(PlaceRow, NoticesEveryFlippedByteAndForeignKeys) {
    const std::vector<Place> places{{0, 4}, {0, 9}, {300, 2'000}};
    const std::vector<std::byte> bytes = sealed(encode_places(places));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::vector<std::byte> flipped = bytes;
        flipped[i] ^= std::byte{0x10};
        EXPECT_EQ(decode_places(kKey, flipped).error().code(), ErrorCode::kCorruption);
        EXPECT_FALSE(decode_places(kKey, std::span(bytes).first(i)));
    }
    EXPECT_FALSE(decode_places({.attribute = 3, .block = 8, .value = kKey.value}, bytes));
    EXPECT_FALSE(PostingRowView::of(kKey, bytes));
}

TEST(PlaceRow, SurvivesAnyBytesWithARightChecksum) {
    std::mt19937 random(2);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> bytes{kPlacesForm};
        for (std::size_t n = random() % 12; n > 0; --n)
            bytes.push_back(static_cast<std::byte>(random() % (random() % 2 == 0 ? 8 : 256)));
        bytes.resize(bytes.size() + kPostingSealBytes);
        const auto places = decode_places(kKey, sealed(bytes));
        if (!places) continue;
        ASSERT_TRUE(std::is_sorted(places->begin(), places->end()));
        for (const Place& place : *places)
            ASSERT_LT(place.offset, kPlaceBlockRecords);
    }
}

}  // namespace
}  // namespace sokkuri::store
