// Full scores: what full codes say of a query's distance to some nodes. To rank by; bounds are
// survivor_check.h's. Safe from any number of threads, each with a scratch of its own.
#pragma once

#include "index/codes.h"
#include "index/segment.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// scores[i] of node ordinals[i]: D² but for |q|², off by what the codes round. `dots` is memory to
/// reuse. O(ordinals × dimension).
void score_full_codes(const Segment& segment, const FullQuery& query,
                      std::span<const Ordinal> ordinals, std::vector<std::int32_t>& dots,
                      std::span<float> scores);

/// FullMeta::scale of a node.
float full_scale(const Segment& segment, Ordinal ordinal);

}  // namespace sokkuri::index
