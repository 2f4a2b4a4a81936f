// Balls: runs of adjoining nodes, each with a center and a radius. By the triangle inequality an
// exact search rules out all nodes of a ball by a look at its center: near rows lie near each other
// in a segment, so of a million features some half of all balls go that way.
//
// A ball lies in the coordinates of heads and one more, the length of the tail: p(x) = (u, |x_t|).
// |p(x) − p(y)| ≤ |x − y|, as of the heads' own bound (code_bounds.h). Values: safe from any number
// of threads.
#pragma once

#include "base/thread_pool.h"
#include "index/segment.h"
#include "simd/kernels.h"

#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// Measured over 1 M × 1280 in the graph's order: of (query, ball) pairs 66 % are out of reach of
/// the tenth neighbor with 16 nodes, 60 % with 32, 53 % with 64, 43 % with 128; but a short run
/// costs more a node.
inline constexpr std::uint32_t kBallNodes = 64;

/// Of the first `nodes` nodes of a segment; the last one may have fewer nodes than the others.
struct Balls {
    std::size_t nodes = 0;
    std::vector<std::uint8_t> heads;  // centers ĉ, coded as heads are; their bias is zero
    std::vector<float> norms;         // |ĉ|²
    std::vector<float> tails;         // last coordinate of the centers
    std::vector<float> radii;  // no p(x) is farther from its center; infinite where a tail is NaN

    std::size_t count() const { return norms.size(); }
};

/// Adds those of `parts.nodes` that `balls` lacks; the nodes that it has must be the same ones.
/// From codes alone. O(nodes × dimension), and a product of a centers' matrix with the model's; the
/// same for any number of threads.
void extend_balls(const SegmentParts& parts, const simd::Kernels& kernels, ThreadPool& threads,
                  Balls& balls);

}  // namespace sokkuri::index
