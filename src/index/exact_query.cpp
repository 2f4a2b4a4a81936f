#include "index/exact_query.h"

#include "base/check.h"

#include <algorithm>

namespace sokkuri::index {

ExactQuery::ExactQuery(const Segment& segment, const RawRows& rows, const SegmentQuery& query)
    : segment_(segment),
      rows_(rows),
      request_(query),
      decide_(segment.parts().space.metric, query.vector, segment.kernels()),
      bound_(query.distance_max) {
    const L2Space& space = segment.parts().space;
    CHECK(query.k > 0 && query.vector.size() == space.raw_dimension &&
          rows.dimension() == space.raw_dimension);
    std::vector<float> mapped(space.dimension());
    raw_norm_ = space.map_query(query.vector, mapped.data());
    if (!has_bounds() || segment.parts().nodes == 0) return;
    segment.query_encoder().encode_head(mapped, head_);
    segment.query_encoder().encode_full(mapped, full_);
    head_bound_ = HeadBound(segment.parts().model, head_);
    full_bound_ = FullBound(full_);
}

void ExactQuery::tighten(double distance) {
    double known = bound_.load(std::memory_order_relaxed);
    while (distance < known &&
           !bound_.compare_exchange_weak(known, distance, std::memory_order_relaxed)) {
    }
}

double ExactQuery::reach_of(double distance) const {
    return segment_.parts().space.reach_of(distance, *raw_norm_);
}

void ExactQuery::passing_slots(Ordinal ordinal, std::vector<Slot>& slots) const {
    slots.clear();
    for (const Slot slot : segment_.parts().slots_of(ordinal)) {
        if (passes(slot)) slots.push_back(slot);
    }
}

bool ExactQuery::has_passing_slot(Ordinal ordinal) const {
    const std::span<const Slot> slots = segment_.parts().slots_of(ordinal);
    return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return passes(slot); });
}

}  // namespace sokkuri::index
