#include "index/run_coding.h"

#include "base/check.h"
#include "index/build_stages.h"
#include "index/code_fit.h"
#include "index/distinct_rows.h"
#include "index/head_trainer.h"

namespace sokkuri::index {

HeadLayout scan_layout(std::size_t dimension) {
    for (const std::uint32_t lines : {1U, 2U}) {
        const HeadLayout all{.bits = 8, .lines = lines};
        if (all.capacity() >= dimension) return all;
    }
    return {.bits = 4, .lines = 2};
}

bool is_for_scans(const HeadLayout& layout, std::size_t dimension) {
    return layout.row_bytes() >= scan_layout(dimension).row_bytes();
}

bool goes_with(const RunCoding& coding, const SegmentBuild& build, const BuildOptions& options) {
    if (coding.space.metric != build.metric ||
        coding.space.raw_dimension != build.rows.dimension()) {
        return false;
    }
    const CodeFit fit = fit_of_rows(coding.space, coding.model, build.slots, {build, options});
    const auto rows = static_cast<double>(build.slots.size());
    return !leaves_many_loose(fit, rows, rows) && !has_drifted(coding.model, fit.error, fit.tail);
}

RunCoding train_run_coding(const SegmentBuild& build, const BuildOptions& options) {
    CHECK(has_segments(build.metric) && !build.slots.empty());
    const L2Space space = L2Space::fit(build.metric, build.rows, build.slots);
    BuildOptions for_scans = options;
    if (!for_scans.layout) for_scans.layout = scan_layout(space.dimension());
    const DistinctRows distinct = find_distinct_rows(space, build.rows, build.slots, build.threads);
    return {space, train_or_plain({build, for_scans}, space, distinct.first_slots())};
}

}  // namespace sokkuri::index
