#include "index/graph_turns.h"

#include "index/graph_walk.h"

#include <optional>

namespace sokkuri::index {

namespace {

/// A search that is under way, in steps that end where memory has something to fetch.
class Lane {
 public:
    bool is_busy() const { return walk_.has_value(); }

    void begin(const GraphView& graph, const GraphSearch& search, const simd::Kernels& kernels,
               GraphScratch& scratch) {
        walk_.emplace(graph, search, kernels, scratch);
        for (const Ordinal entry : search.entries) {
            walk_->visit(entry);
            if (walk_->fresh_count() == GraphWalk::kFreshMax) walk_->settle();
        }
        walk_->prefetch_fresh();
        has_noted_ = true;
    }

    /// False once nothing is left to do.
    bool step() {
        if (has_noted_) {
            walk_->settle();
            walk_->prefetch_next();
        } else {
            walk_->visit_links(walk_->take_next());
            walk_->prefetch_fresh();
        }
        has_noted_ = !has_noted_;
        return has_noted_ || walk_->has_next();
    }

    GraphEffort finish() {
        const GraphEffort effort = walk_->finish();
        walk_.reset();
        return effort;
    }

 private:
    std::optional<GraphWalk> walk_;
    bool has_noted_ = false;  // nodes whose heads are on their way
};

}  // namespace

void GraphTurns::search(const GraphView& graph, std::size_t ef, std::span<GraphTurn> turns,
                        const simd::Kernels& kernels) {
    std::array<Lane, kLanes> lanes;
    std::array<GraphTurn*, kLanes> turn_of{};
    std::size_t begun = 0;
    std::size_t left = turns.size();
    while (left > 0) {
        for (std::size_t i = 0; i < kLanes; ++i) {
            Lane& lane = lanes[i];
            if (!lane.is_busy()) {
                if (begun == turns.size()) continue;
                turn_of[i] = &turns[begun++];
                lane.begin(graph,
                           {.query = *turn_of[i]->query, .ef = ef, .entries = turn_of[i]->entries},
                           kernels, scratches_[i]);
            } else if (!lane.step()) {
                turn_of[i]->effort = lane.finish();
                turn_of[i]->found.swap(scratches_[i].found);
                --left;
            }
        }
    }
}

}  // namespace sokkuri::index
