// Against the list of blocks that were damaged, for every slot, in any order.
#include "store/block_check.h"

#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

constexpr const char* kDirectory = "/c/fields/0";

TEST(BlockCheck, TellsTheSlotsOfDamagedBlocksAndNoOthers) {
    std::mt19937 random(7);
    sokkuri::testing::MemoryFileSystem files;
    const FieldRow field{.name = "f", .dimension = 3, .rows_per_chunk = 16};
    std::vector<Extent> extents;
    const auto writer = VectorWriter::open(files, kDirectory, field, 0).value();
    for (int block = 0; block < 40; ++block) {
        std::vector<std::byte> rows((1 + random() % 9) * row_bytes(field));
        std::ranges::generate(rows, [&] { return static_cast<std::byte>(random()); });
        extents.push_back(writer->append(rows).value());
    }
    ASSERT_TRUE(writer->sync());
    std::set<std::size_t> damaged;
    for (int times = 0; times < 6; ++times) {
        const std::size_t block = random() % extents.size();
        const Slot slot = extents[block].first_slot + random() % extents[block].rows;
        if (!damaged.insert(block).second) continue;
        const auto file = files.open(fmt::format("{}/vectors/{:04}", kDirectory, slot / 16),
                                     OpenMode::kReadWrite);
        const std::uint64_t at = 4'096 + slot % 16 * row_bytes(field) + 5;
        std::byte byte{};
        ASSERT_EQ((*file)->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= std::byte{16};
        ASSERT_TRUE((*file)->write_at(at, {&byte, 1}));
    }
    const auto reader = VectorReader::open(files, kDirectory, field).value();
    BlockCheck blocks(*reader, extents);
    std::vector<std::pair<Slot, std::size_t>> slots;
    for (std::size_t block = 0; block < extents.size(); ++block) {
        for (std::uint64_t row = 0; row < extents[block].rows; ++row)
            slots.emplace_back(extents[block].first_slot + row, block);
    }
    EXPECT_EQ(blocks.end(), slots.size());
    for (int round = 0; round < 2; ++round) {
        std::ranges::shuffle(slots, random);
        for (const auto& [slot, block] : slots)
            EXPECT_EQ(blocks.check(slot).has_value(), !damaged.contains(block)) << slot;
        blocks.forget();
    }
    EXPECT_FALSE(blocks.check(slots.size())) << "lies in none";
}

TEST(BlockCheck, OfNothingHoldsNothing) {
    sokkuri::testing::MemoryFileSystem files;
    const FieldRow field{.name = "f", .dimension = 3, .rows_per_chunk = 16};
    const auto reader = VectorReader::open(files, kDirectory, field).value();
    BlockCheck blocks(*reader, {});
    EXPECT_EQ(blocks.end(), 0U);
    EXPECT_FALSE(blocks.check(0));
}

}  // namespace
}  // namespace sokkuri::store
