#include "library/row_store.h"

#include "base/check.h"
#include "index/arena.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sokkuri::library {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

}  // namespace

std::size_t rows_per_block(std::size_t dimension) {
    return std::bit_floor(std::max<std::size_t>(1, kBlockBytes / (dimension * sizeof(float))));
}

Result<void> RowStore::borrow(std::span<const float> values,
                              const std::shared_ptr<const void>& keep) {
    CHECK(count_ == 0 && values.size() % dimension_ == 0);
    const std::size_t block_values = rows_per_block_ * dimension_;
    const std::size_t whole = values.size() / block_values;
    for (std::size_t block = 0; block < whole; ++block) {
        blocks_.push_back({.values = values.data() + block * block_values});
    }
    memory_ = std::make_shared<Memory>(whole, keep);
    count_ = whole * rows_per_block_;
    return append(values.subspan(whole * block_values));
}

Result<void> RowStore::append(std::span<const float> values) {
    CHECK(values.size() % dimension_ == 0);
    const std::size_t wanted = count_ + values.size() / dimension_;
    while (blocks_.size() * rows_per_block_ < wanted) {
        TRY(add_own_block());
    }
    while (!values.empty()) {
        const std::size_t at = count_ % rows_per_block_;
        const std::size_t rows = std::min(rows_per_block_ - at, values.size() / dimension_);
        const Block& block = blocks_[count_ / rows_per_block_];
        CHECK(block.writable != nullptr);
        std::memcpy(block.writable + at * dimension_, values.data(),
                    rows * dimension_ * sizeof(float));
        values = values.subspan(rows * dimension_);
        count_ += rows;
    }
    return {};
}

void RowStore::drop_dead_blocks(const index::Bitmap& dead) {
    auto kept = std::make_shared<Memory>(*memory_);
    for (std::size_t block = 0; block < count_ / rows_per_block_; ++block) {
        const std::size_t first = block * rows_per_block_;
        std::size_t row = first;
        while (row < first + rows_per_block_ && dead.test(static_cast<index::Slot>(row))) {
            ++row;
        }
        if (row < first + rows_per_block_) continue;
        blocks_[block] = {};
        (*kept)[block] = nullptr;
    }
    memory_ = std::move(kept);
}

index::RawRows RowStore::view() const {
    std::vector<const float*> chunks;
    chunks.reserve(blocks_.size());
    for (const Block& block : blocks_) {
        chunks.push_back(block.values);
    }
    return {std::move(chunks), rows_per_block_, count_, dimension_};
}

std::size_t RowStore::size_bytes() const {
    std::size_t there = 0;
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        if (blocks_[block].values == nullptr) continue;
        there += std::min(rows_per_block_, count_ - std::min(count_, block * rows_per_block_));
    }
    return there * dimension_ * sizeof(float);
}

void RowStore::add_block(Block block, std::shared_ptr<const void> keep) {
    auto longer = std::make_shared<Memory>(*memory_);
    longer->push_back(std::move(keep));
    blocks_.push_back(block);
    memory_ = std::move(longer);
}

Result<void> RowStore::add_own_block() {
    auto arena = std::make_shared<index::Arena>(
        TRY(index::Arena::create(rows_per_block_ * dimension_ * sizeof(float))));
    float* values = arena->as<float>().data();
    add_block({.values = values, .writable = values}, std::move(arena));
    return {};
}

}  // namespace sokkuri::library
