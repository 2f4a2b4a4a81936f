// RowStore: the float32 rows of an index in blocks of a power of two of rows: blocks that it has
// itself, and ones that lie in somebody else's memory. Only grows; rows that were handed out in a
// view stay where they are for as long as the view's memory is held. One writer; views are safe
// from any number of threads.
#pragma once

#include "base/result.h"
#include "index/bitmap.h"
#include "index/raw_rows.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace sokkuri::library {

/// About 4 MB.
std::size_t rows_per_block(std::size_t dimension);

class RowStore {
 public:
    /// Holds the memory of a view's rows.
    using Memory = std::vector<std::shared_ptr<const void>>;

    explicit RowStore(std::size_t dimension)
        : dimension_(dimension), rows_per_block_(rows_per_block(dimension)) {}

    std::size_t count() const { return count_; }
    std::size_t dimension() const { return dimension_; }

    /// Takes rows in without copying them, but for those of the last block when it is not full.
    /// `keep` holds their memory; null: the caller does. Only into an empty store.
    Result<void> borrow(std::span<const float> values, const std::shared_ptr<const void>& keep);
    /// Copies; nothing is changed when memory runs out.
    Result<void> append(std::span<const float> values);
    /// Lets go of the blocks of which every row is dead: they must not be read in later views.
    void drop_dead_blocks(const index::Bitmap& dead);

    index::RawRows view() const;
    std::shared_ptr<const Memory> memory() const { return memory_; }
    /// Of the blocks that are still there.
    std::size_t size_bytes() const;

 private:
    struct Block {
        const float* values = nullptr;  // null: dropped
        float* writable = nullptr;      // null: somebody else's
    };

    void add_block(Block block, std::shared_ptr<const void> keep);
    Result<void> add_own_block();

    std::size_t dimension_;
    std::size_t rows_per_block_;
    std::size_t count_ = 0;
    std::vector<Block> blocks_;
    std::shared_ptr<const Memory> memory_ = std::make_shared<Memory>();  // one entry a block
};

}  // namespace sokkuri::library
