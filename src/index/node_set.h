// NodeSet: the nodes of a segment that an exact search visits, and their codes by blocks: all of
// them, or, where a filter leaves few, a list. Immutable; safe from any number of threads.
#pragma once

#include "index/bitmap.h"
#include "index/code_bounds.h"
#include "index/segment.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// Nodes side by side, or of a list; valid as long as the set and the scratch it was read with.
struct NodeBlock {
    simd::CodeRows heads;
    simd::BoundRows bounds;
    Ordinal first = 0;

    Ordinal ordinal(std::size_t i) const {
        return heads.ordinals == nullptr ? static_cast<Ordinal>(first + i) : heads.ordinals[i];
    }
    HeadBounds bounds_of(std::size_t i) const {
        return {bounds.norms_squared[i], bounds.errors[i], bounds.tails[i]};
    }
};

class NodeSet {
 public:
    /// Nodes that have slots which pass. Of filters that let most through all nodes are visited,
    /// and slots looked at only where a node comes into question.
    NodeSet(const Segment& segment, const SlotFilter& filter);

    std::size_t count() const { return count_; }
    /// Positions are ordinals of a segment with balls, so that whole balls can be passed over.
    bool has_balls() const { return !is_list_ && parts_.balls() != 0; }

    /// Memory of one thread, to gather the columns of listed nodes.
    struct Columns {
        std::vector<float> norms;
        std::vector<float> errors;
        std::vector<float> tails;
    };
    /// Positions [first, first + count) of the set.
    NodeBlock block(std::size_t first, std::size_t count, Columns& columns) const;
    /// Any nodes.
    NodeBlock block(std::span<const Ordinal> ordinals, Columns& columns) const;
    Ordinal ordinal_at(std::size_t position) const {
        return is_list_ ? list_[position] : static_cast<Ordinal>(position);
    }

 private:
    const SegmentParts& parts_;
    bool is_list_ = false;
    std::vector<Ordinal> list_;  // ascending
    std::size_t count_ = 0;
};

}  // namespace sokkuri::index
