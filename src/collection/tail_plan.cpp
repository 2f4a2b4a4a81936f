#include "collection/tail_plan.h"

#include <algorithm>

namespace sokkuri::collection {

std::optional<CodePlan> plan_codes(const TailState& state, const CodeLimits& limits) {
    // Runs that a segment has overtaken are of no use any more.
    const bool has_run =
        state.room > 0 && state.coded_end > state.sealed_end && state.coded_end != state.cut;
    const store::Slot first = std::max(state.sealed_end, state.coded_end);
    if (first >= state.committed) return std::nullopt;
    const std::uint64_t rows = state.committed - first;
    if (rows < (state.has_model ? limits.rows_min : limits.training_rows_min)) return std::nullopt;
    const std::uint64_t coded =
        state.coded_end > state.sealed_end ? state.coded_end - state.coded_first : 0;
    const std::uint64_t room = std::min(has_run ? state.room : limits.run_rows_max,
                                        limits.rows_max - std::min(limits.rows_max, coded));
    // A model is made for the first rows of its run: of more than a step's there is more to learn.
    const std::uint64_t step = state.has_model
                                   ? limits.step_rows_max
                                   : std::max(limits.step_rows_max, limits.training_rows_min);
    const std::uint64_t before_cut = first < state.cut ? state.cut - first : rows;
    const std::uint64_t taken = std::min({rows, step, room, before_cut});
    if (taken == 0) return std::nullopt;
    return CodePlan{.first = first, .end = first + taken, .starts_run = !has_run};
}

}  // namespace sokkuri::collection
