// MergePlan: what of several segments goes into one: which rows still live, and whether the largest
// segment's model and graph are worth keeping. For segment_merge.
#pragma once

#include "base/result.h"
#include "index/building.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::index {

struct MergePlan {
    /// Model and graph to keep; a segment null: build anew from `incoming`.
    MergeSource base;
    std::vector<Ordinal> staying;  // nodes of the base with a row that lives, ascending
    std::vector<Slot> loose;       // the base's, those that live
    std::vector<Slot> incoming;    // all other rows that live, ascending
};

/// Looks at every row of the sources once. kCorruption when a source's contents are not sound;
/// kInvalidArgument when it is of another metric or dimension.
Result<MergePlan> plan_merge(std::span<const MergeSource> sources, const Building& building);

/// Slots of `node` that live, ascending.
std::vector<Slot> living_slots(const MergeSource& source, Ordinal node);

}  // namespace sokkuri::index
