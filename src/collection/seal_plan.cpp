#include "collection/seal_plan.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

/// A segment of at most so many times the rows gathered behind it is merged with them: 2 makes
/// each at least twice as large as the next one, so that a million rows lie in at most nine.
constexpr std::uint64_t kAbsorbRatio = 2;
constexpr std::uint64_t kTailShare = 4;  // a tail of this part of the sealed rows is long

store::Slot end_of_sealed(const SealState& state);
bool is_tail_due(const SealState& state, const SealLimits& limits, SealOccasion occasion);
SealPlan tail_and_small_segments(const SealState& state);
bool is_worn(const SealedRun& run, const SealLimits& limits);

}  // namespace

std::optional<SealPlan> plan_seal(const SealState& state, const SealLimits& limits,
                                  SealOccasion occasion) {
    if (is_tail_due(state, limits, occasion)) return tail_and_small_segments(state);
    const auto only = [](const SealedRun& run) {
        return SealPlan{run.first, run.end, {run.number}};
    };
    for (const SealedRun& run : state.segments) {
        if (!run.is_usable && !run.has_lost_rows) return only(run);
    }
    if (occasion == SealOccasion::kPutting) return std::nullopt;
    for (const SealedRun& run : state.segments) {
        if (is_worn(run, limits)) return only(run);
    }
    return std::nullopt;
}

std::optional<SealPlan> plan_tail(const SealState& state, const SealLimits& limits) {
    if (state.tail_live < limits.tail_rows_min) return std::nullopt;
    return SealPlan{end_of_sealed(state), state.committed, {}};
}

namespace {

store::Slot end_of_sealed(const SealState& state) {
    return state.segments.empty() ? 0 : state.segments.back().end;
}

bool is_tail_due(const SealState& state, const SealLimits& limits, SealOccasion occasion) {
    if (state.tail_live < limits.tail_rows_min) return false;
    if (occasion == SealOccasion::kPaused) return true;
    std::uint64_t sealed = 0;
    for (const SealedRun& run : state.segments) {
        sealed += run.live;
    }
    return state.tail_live > std::max(limits.tail_rows_max, sealed / kTailShare);
}

SealPlan tail_and_small_segments(const SealState& state) {
    SealPlan plan{end_of_sealed(state), state.committed, {}};
    std::uint64_t rows = state.tail_live;
    for (auto run = state.segments.rbegin(); run != state.segments.rend(); ++run) {
        const bool is_large = run->is_usable && run->live > kAbsorbRatio * rows;
        if (is_large || run->has_lost_rows) break;
        plan.replaced.insert(plan.replaced.begin(), run->number);
        plan.first = run->first;
        rows += run->live;
    }
    return plan;
}

/// Dead rows cost time with every search and give nothing back.
bool is_worn(const SealedRun& run, const SealLimits& limits) {
    if (run.has_lost_rows) return false;
    if (run.has_lost_recall) return true;
    const std::uint64_t dead = run.rows - std::min(run.rows, run.live);
    return static_cast<double>(dead) > limits.dead_share_max * static_cast<double>(run.rows);
}

}  // namespace

}  // namespace sokkuri::collection
