// Kappa choice: how much of the tail's norm the bias of a head should count, asked of all rows of a
// segment. A sample cannot say: where rows lie denser, the tails of true neighbors point the same
// way, and the best kappa falls (1 M grown features: the ten nearest among the best 64 by heads for
// .9925 at the sample's kappa of ¼, .9985 at 0). For builders.
#pragma once

#include "base/thread_pool.h"
#include "index/segment.h"

#include <span>

namespace sokkuri::index {

struct KappaTrial {
    const Segment& segment;  // needs no graph
    const RawRows& rows;
    std::span<const Slot> queries;  // rows not in the segment; at most kKappaQueries are asked
    ThreadPool& threads;
};

inline constexpr std::size_t kKappaQueries = 128;

/// That of 0, ¼, ½, ¾, 1 under which the true ten nearest of the queries have the best ranks among
/// all heads (the mean of their logarithms, as widths of a graph search grow); the smaller one
/// where two are equal. The model's own without queries. Deterministic. O(queries × nodes).
float choose_kappa(const KappaTrial& trial);

}  // namespace sokkuri::index
