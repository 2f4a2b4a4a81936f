#include "index/node_set.h"

#include "index/slot_ordinals.h"

#include <algorithm>
#include <bit>

namespace sokkuri::index {

namespace {

// A row out of order costs as much as this many in order (two lines of memory that nobody
// prefetched, against a stream).
constexpr std::size_t kListedCost = 8;

}  // namespace

NodeSet::NodeSet(const Segment& segment, const SlotFilter& filter)
    : parts_(segment.parts()), count_(segment.parts().nodes) {
    if (filter.allowed == nullptr || filter.allowed->count() * kListedCost >= segment.rows()) {
        return;
    }
    const SlotOrdinals& ordinals = segment.slot_ordinals();
    const std::size_t words =
        std::min(filter.allowed->words().size(), (ordinals.slots_end() + 63) / 64);
    for (std::size_t word = 0; word < words; ++word) {
        for (std::uint64_t bits = filter.word(word); bits != 0; bits &= bits - 1) {
            const Ordinal ordinal = ordinals[static_cast<Slot>(
                64 * word + static_cast<std::size_t>(std::countr_zero(bits)))];
            if (ordinal < parts_.nodes) list_.push_back(ordinal);
        }
    }
    std::sort(list_.begin(), list_.end());
    list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
    is_list_ = true;
    count_ = list_.size();
}

NodeBlock NodeSet::block(std::size_t first, std::size_t count, Columns& columns) const {
    if (is_list_) return block(std::span(list_).subspan(first, count), columns);
    const std::size_t stride = parts_.model.layout.row_bytes();
    return {.heads = {.rows = parts_.heads.data() + first * stride,
                      .stride = stride,
                      .size = stride,
                      .count = count},
            .bounds = {.norms_squared = parts_.head_norms.data() + first,
                       .errors = parts_.head_errors.data() + first,
                       .tails = parts_.head_tails.data() + first},
            .first = static_cast<Ordinal>(first)};
}

NodeBlock NodeSet::block(std::span<const Ordinal> ordinals, Columns& columns) const {
    const std::size_t stride = parts_.model.layout.row_bytes();
    columns.norms.resize(ordinals.size());
    columns.errors.resize(ordinals.size());
    columns.tails.resize(ordinals.size());
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
        columns.norms[i] = parts_.head_norms[ordinals[i]];
        columns.errors[i] = parts_.head_errors[ordinals[i]];
        columns.tails[i] = parts_.head_tails[ordinals[i]];
    }
    return {.heads = {.rows = parts_.heads.data(),
                      .stride = stride,
                      .size = stride,
                      .ordinals = ordinals.data(),
                      .count = ordinals.size()},
            .bounds = {.norms_squared = columns.norms.data(),
                       .errors = columns.errors.data(),
                       .tails = columns.tails.data()}};
}

}  // namespace sokkuri::index
