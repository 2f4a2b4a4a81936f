// Goal: rows keep their numbers and values however they came, borrowed ones are not copied, and
// blocks of dead rows are given back without touching what a view still holds.
#include "library/row_store.h"

#include <gtest/gtest.h>

#include <numeric>

namespace sokkuri::library {
namespace {

constexpr std::size_t kDimension = 4'096;  // 256 rows a block

std::vector<float> rows_from(std::size_t first, std::size_t count) {
    std::vector<float> values(count * kDimension);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(first + i / kDimension);
    }
    return values;
}

void expect_numbered(const RowStore& store) {
    const index::RawRows view = store.view();
    ASSERT_EQ(view.count(), store.count());
    for (std::size_t row = 0; row < view.count(); ++row) {
        ASSERT_EQ(view.row(row).front(), static_cast<float>(row));
        ASSERT_EQ(view.row(row).back(), static_cast<float>(row));
    }
}

TEST(RowStore, KeepsRowsThatComeInPiecesOfAnySize) {
    RowStore store(kDimension);
    for (const std::size_t count : {1U, 0U, 255U, 300U, 1U}) {
        ASSERT_TRUE(store.append(rows_from(store.count(), count)));
    }
    EXPECT_EQ(store.count(), 557U);
    EXPECT_EQ(store.size_bytes(), 557 * kDimension * sizeof(float));
    expect_numbered(store);
}

TEST(RowStore, BorrowsWholeBlocksAndGoesOnBehindThem) {
    const std::vector<float> values = rows_from(0, 520);
    RowStore store(kDimension);
    ASSERT_TRUE(store.borrow(values, nullptr));
    EXPECT_EQ(store.view()[0], values.data());
    EXPECT_EQ(store.view()[511], values.data() + 511 * kDimension);
    EXPECT_NE(store.view()[512], values.data() + 512 * kDimension);
    ASSERT_TRUE(store.append(rows_from(520, 300)));
    expect_numbered(store);
}

TEST(RowStore, DropsBlocksOfDeadRowsButNotFromAView) {
    RowStore store(kDimension);
    ASSERT_TRUE(store.append(rows_from(0, 600)));
    const index::RawRows before = store.view();
    const auto memory = store.memory();
    index::Bitmap dead;
    for (index::Slot slot = 256; slot < 600; ++slot) {
        dead.set(slot);
    }
    store.drop_dead_blocks(dead);
    EXPECT_EQ(before.row(300).front(), 300.0F);
    EXPECT_EQ(store.view()[256], nullptr);
    // The last block is not full: more rows come.
    EXPECT_EQ(store.view().row(599).front(), 599.0F);
    EXPECT_EQ(store.size_bytes(), (256 + 88) * kDimension * sizeof(float));
    ASSERT_TRUE(store.append(rows_from(600, 200)));
    EXPECT_EQ(store.view().row(799).front(), 799.0F);
}

}  // namespace
}  // namespace sokkuri::library
