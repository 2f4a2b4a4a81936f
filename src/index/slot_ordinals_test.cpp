// Slot to ordinal against the postings it was made from.
#include "index/slot_ordinals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace sokkuri::index {
namespace {

TEST(SlotOrdinals, InvertsPostingsOverSparseSlots) {
    std::mt19937 random(7);
    std::vector<Slot> slots(3000);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        slots[i] = static_cast<Slot>(i < 2000 ? i * 3 : 5'000'000 + i);
    }
    std::ranges::shuffle(slots, random);
    const std::vector<Slot> loose{4, 6'000'000};
    std::vector<std::uint32_t> ends;
    std::map<Slot, Ordinal> truth{{4, SlotOrdinals::kLoose}, {6'000'000, SlotOrdinals::kLoose}};
    for (std::uint32_t end = 0; end < slots.size();) {
        const auto left = static_cast<std::uint32_t>(slots.size()) - end;
        const auto size = std::min<std::uint32_t>(1 + random() % 4, left);
        for (std::uint32_t i = 0; i < size; ++i) {
            truth[slots[end + i]] = static_cast<Ordinal>(ends.size());
        }
        ends.push_back(end += size);
    }
    SegmentParts parts;
    parts.nodes = static_cast<std::uint32_t>(ends.size());
    parts.posting_ends = ends;
    parts.postings = slots;
    parts.loose = loose;
    parts.slots_end = 6'000'001;
    const SlotOrdinals ordinals(parts);
    EXPECT_LT(ordinals.size_bytes(), 300'000U);
    EXPECT_GT(ordinals.slots_end(), 6'000'000U);
    for (Slot slot = 0; slot < 6'010'000; slot += slot < 7000 || slot > 4'999'000 ? 1 : 511) {
        const auto found = truth.find(slot);
        ASSERT_EQ(ordinals[slot], found == truth.end() ? kNoOrdinal : found->second) << slot;
    }
}

/// Postings are not looked at when a segment is opened.
TEST(SlotOrdinals, PassesOverSlotsBeyondItsEnd) {
    std::vector<Slot> postings{5, 0xFFFFFFF0};
    for (Slot slot = 1; slot < 1'000; ++slot)
        postings.push_back(slot * 4'000'000);
    const std::vector<std::uint32_t> ends{static_cast<std::uint32_t>(postings.size())};
    const std::vector<Slot> loose{7, 0xFFFFFFF1};
    SegmentParts parts;
    parts.nodes = 1;
    parts.posting_ends = ends;
    parts.postings = postings;
    parts.loose = loose;
    parts.slots_end = 2'000;
    const SlotOrdinals ordinals(parts);
    EXPECT_LT(ordinals.size_bytes(), 20'000U);
    EXPECT_EQ(ordinals[5], 0U);
    EXPECT_EQ(ordinals[7], SlotOrdinals::kLoose);
    for (const Slot slot : {0xFFFFFFF0U, 0xFFFFFFF1U, 4'000'000U})
        EXPECT_EQ(ordinals[slot], kNoOrdinal);
}

TEST(SlotOrdinals, KnowsNoSlotOfAnEmptySegment) {
    const SlotOrdinals ordinals{SegmentParts{}};
    EXPECT_EQ(ordinals[0], kNoOrdinal);
    EXPECT_EQ(ordinals[0xFFFFFFFE], kNoOrdinal);
}

}  // namespace
}  // namespace sokkuri::index
