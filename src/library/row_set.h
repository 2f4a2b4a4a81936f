// What a RowSet holds: the rows, and what a search of one state made of them for the next one.
#pragma once

#include "base/guarded.h"
#include "index/bitmap.h"
#include "index/prepared_filter.h"
#include "library/index_state.h"

#include <memory>
#include <sokkuri/index.h>

namespace sokkuri {

struct RowSet::Body {
    index::Bitmap rows;

    /// In terms of the state's segment; null the first time that a state asks, because a set that
    /// is used once is not worth preparing, and without a segment. O(rows) when it is made.
    std::shared_ptr<const index::PreparedFilter> prepared_for(
        const library::IndexState& state) const;

 private:
    /// Of which state, as far as it matters. Weak: a set must not keep an index alive.
    struct Prepared {
        std::weak_ptr<const index::Segment> segment;
        std::weak_ptr<const index::Bitmap> dead;
        std::shared_ptr<const index::PreparedFilter> filter;
    };
    mutable Guarded<Prepared> prepared_;
};

}  // namespace sokkuri
