// Which balls of a segment (balls.h) an exact query must look into. Pure functions; scratch memory
// belongs to one thread.
#pragma once

#include "index/exact_query.h"
#include "index/node_set.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// Positions of a NodeSet.
struct PositionRun {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// Columns of balls [first, first + count), at most kBallsMax.
BallRows ball_rows(const SegmentParts& parts, std::size_t first, std::size_t count,
                   const std::int32_t* dots);

/// The parts of `block` that lie in balls which `query`, within its bound, may find something in:
/// all of it where the set has no balls. `block` begins where a ball does and spans at most
/// kBallsMax. Into `runs`, ascending.
void runs_in_reach(const ExactQuery& query, const NodeSet& nodes, const PositionRun& block,
                   std::vector<PositionRun>& runs);

}  // namespace sokkuri::index
