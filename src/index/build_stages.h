// The steps that building a segment and merging several have in common. For builders.
#pragma once

#include "base/result.h"
#include "index/building.h"
#include "index/head_model.h"
#include "index/segment_draft.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

/// `chosen` of `count` at random, the same for the same seed.
std::vector<bool> choose_some(std::size_t count, std::size_t chosen, std::uint64_t seed);

/// A model trained on rows `slots`; without any, one that looks at the first component alone, so
/// that a segment of no nodes is nothing special.
HeadModel train_or_plain(const Building& building, const L2Space& space,
                         std::span<const Slot> slots);

/// Calibrates the draft, whose graph holds its first `linked` nodes, with the others as queries,
/// then adds them and hands the segment over. Every node is reachable in it.
Result<SegmentImage> finish_graph(SegmentDraft& draft, std::size_t linked,
                                  const Building& building);

}  // namespace sokkuri::index
