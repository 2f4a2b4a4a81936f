// Nodes that wait: whatever the room, what is found at the end is what a float64 scan finds, and
// with much room only a part of them is ever looked at.
#include "index/waiting_nodes.h"

#include "index/node_set.h"
#include "index/testing/grown_rows.h"
#include "index/testing/hand_made_segment.h"
#include "index/testing/plain_scan.h"

#include <gtest/gtest.h>

namespace sokkuri::index {
namespace {

constexpr std::size_t kRows = 3'000;
constexpr std::size_t kDimension = 48;
constexpr std::size_t kFound = 5;

struct Outcome {
    std::vector<Neighbor> neighbors;
    std::size_t checked = 0;
};

/// All nodes wait, in their order.
Outcome search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
               std::size_t room) {
    ExactQuery exact(segment, rows, query);
    NearestFound found(query.k);
    CheckScratch scratch;
    WaitingNodes waiting(room);
    const NodeSet nodes(segment, query.filter);
    NodeSet::Columns columns;
    const NodeBlock block = nodes.block(0, nodes.count(), columns);
    std::vector<std::int32_t> dots(nodes.count());
    dot_heads(segment, block.heads, exact.head().codes.data(), dots.data());
    for (std::size_t i = 0; i < nodes.count(); ++i) {
        waiting.add(exact.head_bound().coarse_lower(block.bounds_of(i), dots[i]), block.ordinal(i));
        if (!waiting.is_full()) continue;
        waiting.check_nearest(exact, found, scratch);
        EXPECT_FALSE(waiting.is_full());
    }
    waiting.check_all(exact, found, scratch);
    const auto nearest = found.neighbors();
    Outcome outcome{{nearest.begin(), nearest.end()}, scratch.counts.after_first_plane};
    keep_nearest(outcome.neighbors, query.k, query.distance_max);
    return outcome;
}

TEST(WaitingNodes, NothingIsLostAndMuchNeverLookedAt) {
    const std::vector<float> values =
        testing::grow_rows({.count = kRows + 20, .dimension = kDimension, .clusters = 30});
    const RawRows rows =
        RawRows::of_matrix(std::span(values).first(kRows * kDimension), kDimension);
    for (const HeadLayout layout : {HeadLayout{8, 1}, HeadLayout{4, 1}}) {
        const auto segment =
            testing::hand_made_segment(rows, {.layout = layout}, *simd::chosen_kernels().value());
        std::size_t with_little = 0;
        std::size_t with_much = 0;
        for (std::size_t q = 0; q < 20; ++q) {
            const SegmentQuery query{
                .vector = std::span(values).subspan((kRows + q) * kDimension, kDimension),
                .k = kFound};
            const auto truth = testing::plain_scan(Metric::kCosine, rows, query);
            for (const std::size_t room : {std::size_t{1}, std::size_t{100}, std::size_t{700}}) {
                const Outcome outcome = search(*segment, rows, query, room);
                EXPECT_EQ(outcome.neighbors, truth) << "room for " << room;
                if (room == 1) with_little += outcome.checked;
            }
            with_much += search(*segment, rows, query, WaitingNodes::kRoomForMany).checked;
        }
        EXPECT_EQ(with_little, 20 * segment->parts().nodes);
        EXPECT_LT(with_much, with_little / 2);
    }
}

}  // namespace
}  // namespace sokkuri::index
