// The policy of sealing and merging: which run of slots becomes one segment next. Pure.
//
// A tail that is long enough becomes a segment and takes the segments before it along as long as
// they are not much larger than what has gathered so far: so sizes fall from segment to segment, a
// search meets few of them, and each row is built a few times in its life only.
#pragma once

#include "base/result.h"
#include "store/catalog.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace sokkuri::collection {

struct SealLimits {
    std::uint64_t tail_rows_min = 2'000;     // fewer are scanned as fast as a graph is searched
    std::uint64_t tail_rows_max = 100'000;   // more are sealed although puts go on; or a quarter of
                                             // the sealed rows, where that is more
    double dead_share_max = 0.3;             // of a segment's rows
    std::chrono::milliseconds pause{1'000};  // without a put: they have paused
};

/// A segment of a field, as far as the policy cares.
struct SealedRun {
    store::SegmentNumber number = 0;
    store::Slot first = 0;
    store::Slot end = 0;
    std::uint64_t rows = 0;  // in the file
    std::uint64_t live = 0;  // of the run, now
    bool is_usable = true;
    bool has_lost_recall = false;  // since rows of it died
    bool has_lost_rows = false;    // for now: a segment made without them would stay without
};

struct SealState {
    std::vector<SealedRun> segments;  // ascending
    store::Slot committed = 0;        // that can be sealed: up to the first lost one of the tail
    std::uint64_t tail_live = 0;      // live rows between the last segment and there
};

enum class SealOccasion { kPutting, kPaused };  // puts go on; nothing has come for a while

/// Slots first … end - 1 become one segment in place of some.
struct SealPlan {
    store::Slot first = 0;
    store::Slot end = 0;
    std::vector<store::SegmentNumber> replaced;  // ascending by slots
};

/// Empty when all is well as it is.
std::optional<SealPlan> plan_seal(const SealState& state, const SealLimits& limits,
                                  SealOccasion occasion);

/// The tail alone, for when memory does not suffice to merge it with others; empty when it is too
/// short.
std::optional<SealPlan> plan_tail(const SealState& state, const SealLimits& limits);

}  // namespace sokkuri::collection
