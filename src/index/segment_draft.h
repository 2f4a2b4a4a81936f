// SegmentDraft: a segment in the making: the arrays of its nodes in huge pages, filled block by
// block, brought into the graph's order where they lie (two copies of the full codes would be the
// largest thing a build needs), looked at as a segment before the last nodes are in, and at the end
// handed over as an image. For builders; one thread at a time calls it.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/arena.h"
#include "index/balls.h"
#include "index/building.h"
#include "index/codes.h"
#include "index/graph_builder.h"
#include "index/segment.h"
#include "index/segment_image.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sokkuri::index {

class SegmentDraft {
    struct Key {};  // made by create() alone

 public:
    SegmentDraft(Key /*key*/, const L2Space& space, HeadModel model, std::size_t nodes)
        : space_(space), model_(std::move(model)), nodes_(nodes) {}

    /// Room for `nodes` nodes. kExhausted when memory is not to be had.
    static Result<std::unique_ptr<SegmentDraft>> create(const L2Space& space, HeadModel model,
                                                        std::size_t nodes);

    /// Encodes rows `slots` as nodes `first` on, reporting now and then. The same bytes for any
    /// number of threads. kCancelled when asked to stop.
    Result<void> encode(const Building& building, std::span<const Slot> slots, std::size_t first,
                        const Stage& stage);
    /// Takes over the codes of node `from` of `source`, made with the same space and model.
    void copy_node(const SegmentParts& source, Ordinal from, Ordinal to);
    /// Node order[i] becomes node i; `order` is a permutation of the first order.size() nodes.
    /// In place.
    void reorder(std::span<const std::uint32_t> order, ThreadPool& threads);

    /// Changes how much of the tails the biases of all nodes count. O(nodes).
    void set_kappa(float kappa);

    /// Finds the balls of the first `count` nodes, so that an exact search of them, and the image
    /// when these are all, has them. Nodes must be in their last order.
    void find_balls(std::size_t count, const simd::Kernels& kernels, ThreadPool& threads);

    /// Gives back what lies behind the first `nodes` nodes.
    void shrink(std::size_t nodes);

    std::size_t nodes() const { return nodes_; }
    const L2Space& space() const { return space_; }
    const HeadModel& model() const { return model_; }
    std::span<const std::uint8_t> full_code(Ordinal node) const;
    /// Heads of the first `count` nodes.
    GraphNodes graph_nodes(std::size_t count) const;

    /// What builders fill in.
    Graph graph;                              // empty links: none
    std::vector<std::uint32_t> posting_ends;  // in node order
    std::vector<Slot> postings;
    std::vector<Slot> loose;
    std::vector<CalibrationPoint> calibration;

    /// The first `count` nodes with their postings; the links are those of `graph`. Valid until
    /// the draft changes.
    SegmentParts parts(std::size_t count) const;
    /// The same, to be searched while the draft is left alone and lives.
    Result<std::shared_ptr<const Segment>> open(std::size_t count,
                                                const simd::Kernels& kernels) const;
    /// Hands all nodes over; the draft is empty afterwards.
    Result<SegmentImage> finish();

 private:
    void encode_stretch(const Building& building, std::span<const Slot> slots, std::size_t first);

    L2Space space_;
    HeadModel model_;
    std::size_t nodes_ = 0;
    Arena heads_;
    Arena head_norms_;
    Arena head_errors_;
    Arena head_tails_;
    Arena full_;
    Balls balls_;
};

}  // namespace sokkuri::index
