// GraphNodes, GraphBuild: what a graph is built over, and with.
#pragma once

#include "base/thread_pool.h"
#include "index/segment.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>

namespace sokkuri::index {

/// Heads of the nodes in ordinal order.
struct GraphNodes {
    std::span<const std::uint8_t> heads;
    const HeadModel& model;
    std::size_t count() const { return heads.size() / model.layout.row_bytes(); }
};

struct GraphBuild {
    const simd::Kernels& kernels;
    ThreadPool& threads;
    std::uint64_t seed = 1;
    std::stop_token stop = {};
    /// Told by the calling thread what begins: "leaf pairs", "first links", … See
    /// graph_builder.cpp.
    std::function<void(const char* stage)> on_stage = nullptr;
};

/// Nodes first … end − 1.
struct NodeRun {
    Ordinal first = 0;
    Ordinal end = 0;
    std::size_t size() const { return end - first; }
};

/// Nodes that one turn of a parallel loop works on: enough to pay for its scratch memory.
inline constexpr std::size_t kNodesPerTurn = 512;

/// Calls work(part) for parts of `run`: the same parts for any number of threads.
template <typename Work>
void for_each_part(NodeRun run, ThreadPool& threads, const Work& work) {
    const std::size_t parts = (run.size() + kNodesPerTurn - 1) / kNodesPerTurn;
    threads.for_each(parts, [&](std::size_t part) {
        const std::size_t first = run.first + part * kNodesPerTurn;
        const std::size_t end = first + kNodesPerTurn;
        work(NodeRun{static_cast<Ordinal>(first),
                     end < run.end ? static_cast<Ordinal>(end) : run.end});
    });
}

}  // namespace sokkuri::index
