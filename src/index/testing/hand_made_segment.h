// A segment for tests, made without a trainer, a graph or calibration: its head is a random
// orthonormal basis, which no bound may mind. Duplicates share a node, nodes lie in a shuffled
// order, or by what they hold, so that near ones share balls; rows that the space refuses are
// loose.
#pragma once

#include "index/head_model.h"
#include "index/segment.h"

#include <cstdint>
#include <memory>

namespace sokkuri::index::testing {

struct HandMade {
    Metric metric = Metric::kCosine;
    HeadLayout layout;
    std::uint32_t seed = 1;
    bool is_in_order = false;
};

/// Over all of `rows`.
std::shared_ptr<const Segment> hand_made_segment(const RawRows& rows, const HandMade& how,
                                                 const simd::Kernels& kernels);

}  // namespace sokkuri::index::testing
