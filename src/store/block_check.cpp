#include "store/block_check.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace sokkuri::store {

BlockCheck::BlockCheck(VectorReader& reader, std::vector<Extent> extents)
    : reader_(reader), extents_(std::move(extents)), was_compared_(extents_.size(), false) {}

Result<void> BlockCheck::check(Slot slot) {
    const std::size_t block = block_of(slot);
    if (block == extents_.size()) {
        return fail(ErrorCode::kCorruption, "slot {}: lies in no block of {}", slot, end());
    }
    if (!was_compared_[block]) {
        was_compared_[block] = true;
        const auto verified = reader_.verify(std::span(&extents_[block], 1));
        if (!verified) unreadable_.insert_or_assign(block, verified.error());
    }
    const auto unreadable = unreadable_.find(block);
    if (unreadable == unreadable_.end()) return {};
    return tl::unexpected(unreadable->second);
}

Slot BlockCheck::end() const {
    return extents_.empty() ? 0 : extents_.back().first_slot + extents_.back().rows;
}

void BlockCheck::forget() {
    was_compared_.assign(extents_.size(), false);
    unreadable_.clear();
}

/// As many as there are for a slot beyond them.
std::size_t BlockCheck::block_of(Slot slot) {
    const auto holds = [slot](const Extent& extent) {
        return slot >= extent.first_slot && slot - extent.first_slot < extent.rows;
    };
    if (last_ < extents_.size() && holds(extents_[last_])) return last_;
    const auto behind = std::ranges::upper_bound(extents_, slot, {}, &Extent::first_slot);
    if (behind == extents_.begin() || !holds(*std::prev(behind))) return extents_.size();
    last_ = static_cast<std::size_t>(std::prev(behind) - extents_.begin());
    return last_;
}

}  // namespace sokkuri::store
