#include "index/building.h"

#include "index/memory_plan.h"

namespace sokkuri::index {

Result<void> BuildOptions::validate() const {
    if (!layout) return {};
    if ((layout->bits != 4 && layout->bits != 8) || layout->lines < 1 || layout->lines > 8) {
        return fail(ErrorCode::kInvalidArgument, "a head of {} lines with {} bits a component",
                    layout->lines, layout->bits);
    }
    return {};
}

Result<void> Building::report(const Stage& stage, double share) const {
    if (options.progress) {
        options.progress(stage.begin + (stage.end - stage.begin) * share, stage.name);
    }
    if (!options.stop.stop_requested()) return {};
    return fail(ErrorCode::kCancelled, "building a segment: asked to stop at \"{}\"", stage.name);
}

Result<void> Building::check_memory(std::size_t rows, const HeadLayout& layout) const {
    if (options.memory_max == 0) return {};
    return check_plan(plan_memory(rows, from.rows.dimension(), layout), options.memory_max);
}

}  // namespace sokkuri::index
