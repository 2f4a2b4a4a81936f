#include "index/ball_search.h"

#include "index/survivor_check.h"

#include <algorithm>
#include <array>
#include <bit>

namespace sokkuri::index {

BallRows ball_rows(const SegmentParts& parts, std::size_t first, std::size_t count,
                   const std::int32_t* dots) {
    return {.dots = dots,
            .norms_squared = parts.ball_norms.data() + first,
            .tails = parts.ball_tails.data() + first,
            .radii = parts.ball_radii.data() + first,
            .count = count};
}

void runs_in_reach(const ExactQuery& query, const NodeSet& nodes, const PositionRun& block,
                   std::vector<PositionRun>& runs) {
    runs.clear();
    const SegmentParts& parts = query.segment().parts();
    if (!nodes.has_balls()) {
        runs.push_back(block);
        return;
    }
    const std::size_t size = parts.ball_nodes;
    const std::size_t first = block.first / size;
    const std::size_t count = (block.count + size - 1) / size;
    const std::size_t stride = parts.model.layout.row_bytes();
    std::array<std::int32_t, kBallsMax> dots;
    dot_heads(query.segment(),
              {.rows = parts.ball_heads.data() + first * stride,
               .stride = stride,
               .size = stride,
               .count = count},
              query.head().codes.data(), dots.data());
    const BallQuery bound = query.head_bound().balls(query.reach_of(query.bound()));
    std::uint64_t within = balls_within(ball_rows(parts, first, count, dots.data()), bound);
    const std::size_t end = block.first + block.count;
    while (within != 0) {
        const auto from = static_cast<std::size_t>(std::countr_zero(within));
        const auto length = static_cast<std::size_t>(std::countr_one(within >> from));
        const std::size_t position = block.first + from * size;
        runs.push_back({position, std::min(end - position, length * size)});
        const std::size_t past = from + length;
        within = past == kBallsMax ? 0 : within >> past << past;
    }
}

}  // namespace sokkuri::index
