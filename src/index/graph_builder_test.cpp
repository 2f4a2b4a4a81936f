// The graph as a whole: sound, reachable, deterministic and good, over data of any shape.
#include "index/graph_builder.h"

#include "index/graph_landmarks.h"
#include "index/graph_search.h"
#include "index/node_codes.h"
#include "index/testing/made_heads.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <set>
#include <string>

namespace sokkuri::index {
namespace {

using testing::clustered_rows;
using testing::heads_of;
using testing::model_of;
using testing::NamedRows;
using testing::odd_rows;
using testing::Rows;

constexpr HeadLayout kNibbles{.bits = 4, .lines = 1};
constexpr HeadLayout kBytes{.bits = 8, .lines = 1};

class GraphBuilder : public ::testing::Test {
 protected:
    struct Built {
        std::vector<std::uint8_t> heads;  // in the graph's order
        std::vector<std::uint32_t> order;
        Graph graph;
    };

    static const simd::Kernels& kernels() { return *simd::runnable_kernels().front(); }

    Built build(const HeadModel& model, const std::vector<std::uint8_t>& heads,
                ThreadPool& threads) const {
        const GraphBuild options{.kernels = kernels(), .threads = threads};
        const Partition partition = partition_nodes({heads, model}, options);
        Built built{{}, partition.order, {}};
        const std::size_t row = model.layout.row_bytes();
        for (const std::uint32_t node : partition.order) {
            built.heads.insert(built.heads.end(), heads.begin() + node * row,
                               heads.begin() + (node + 1) * row);
        }
        built.graph = build_graph({built.heads, model}, partition, options).value();
        return built;
    }

    static void expect_sound(const Graph& graph, std::size_t nodes, const std::string& name) {
        ASSERT_EQ(graph.links.size(), nodes * kDegree) << name;
        for (std::size_t node = 0; node < nodes; ++node) {
            const auto first = graph.links.begin() + static_cast<std::ptrdiff_t>(node * kDegree);
            const auto end = std::find(first, first + kDegree, kNoOrdinal);
            EXPECT_EQ(std::count(end, first + kDegree, kNoOrdinal), first + kDegree - end) << name;
            const std::set<std::uint32_t> links(first, end);
            EXPECT_EQ(links.size(), static_cast<std::size_t>(end - first)) << name;
            EXPECT_FALSE(links.contains(static_cast<std::uint32_t>(node))) << name;
            EXPECT_TRUE(links.empty() || *links.rbegin() < nodes) << name;
        }
        EXPECT_EQ(graph.landmarks.empty(), nodes == 0) << name;
        EXPECT_TRUE(std::is_sorted(graph.landmarks.begin(), graph.landmarks.end())) << name;
        EXPECT_EQ(count_unreachable(graph), 0U) << name;
    }

    /// Recall@10 of every `every`th node as its own query, against all codes.
    double recall(const GraphNodes& nodes, const Graph& graph, std::size_t ef,
                  std::size_t every) const {
        ThreadPool one(1);
        const NodeCodes codes(nodes, kernels(), one);
        const LandmarkHeads landmarks(nodes, graph.landmarks);
        std::vector<Ordinal> all(nodes.count());
        std::iota(all.begin(), all.end(), 0U);
        GraphScratch scratch;
        HeadQuery query;
        std::vector<std::int32_t> keys(nodes.count());
        std::size_t hits = 0;
        std::size_t wanted = 0;
        for (Ordinal node = 0; node < nodes.count(); node += static_cast<Ordinal>(every)) {
            codes.keys(codes.query_of(node), all, keys.data());
            std::vector<std::int32_t> sorted = keys;
            std::nth_element(sorted.begin(), sorted.begin() + 9, sorted.end());
            codes.write_search_query(node, query);
            choose_entries(landmarks.view(), query, kernels(), scratch);
            const auto entries = scratch.entries;
            search_graph({nodes.heads, nodes.model.layout, graph.links},
                         {.query = query, .ef = ef, .entries = entries}, kernels(), scratch);
            for (std::size_t i = 0; i < 10 && i < scratch.found.size(); ++i) {
                hits += keys[scratch.found[i].ordinal] <= sorted[9] ? 1 : 0;
            }
            wanted += 10;
        }
        return static_cast<double>(hits) / static_cast<double>(wanted);
    }
};

TEST_F(GraphBuilder, IsSoundAndReachesEveryNodeOfAnyData) {
    ThreadPool threads(2);
    for (const HeadLayout& layout : {kNibbles, kBytes}) {
        const HeadModel model = model_of(layout);
        for (const std::size_t count : {1, 2, 3, 17, 50, 333, 2'100}) {
            for (const NamedRows& data : odd_rows({count, layout.capacity()})) {
                const Built built = build(model, heads_of(model, data.rows), threads);
                expect_sound(built.graph, count, data.name + ", " + std::to_string(count));
                std::vector<std::uint32_t> order = built.order;
                std::sort(order.begin(), order.end());
                for (std::uint32_t i = 0; i < order.size(); ++i) {
                    ASSERT_EQ(order[i], i) << data.name;
                }
            }
        }
    }
}

TEST_F(GraphBuilder, BuildsNothingOverNothing) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    const Built built = build(model, {}, threads);
    expect_sound(built.graph, 0, "empty");
}

TEST_F(GraphBuilder, GivesTheSameBytesForAnyNumberOfThreads) {
    const HeadModel model = model_of(kNibbles);
    const auto heads = heads_of(model, clustered_rows({4'000, kNibbles.capacity()}, 20, 9));
    ThreadPool one(1);
    const Built expected = build(model, heads, one);
    for (const std::size_t count : {2, 3}) {
        ThreadPool threads(count);
        const Built built = build(model, heads, threads);
        EXPECT_EQ(built.order, expected.order);
        EXPECT_EQ(built.graph.links, expected.graph.links);
        EXPECT_EQ(built.graph.landmarks, expected.graph.landmarks);
    }
}

TEST_F(GraphBuilder, GivesTheSameBytesWithAnyKernels) {
    const HeadModel model = model_of(kNibbles);
    const auto heads = heads_of(model, clustered_rows({900, kNibbles.capacity()}, 5, 9));
    ThreadPool threads(2);
    const Built expected = build(model, heads, threads);
    for (const simd::Kernels* table : simd::runnable_kernels()) {
        const GraphBuild options{.kernels = *table, .threads = threads};
        const Partition partition = partition_nodes({heads, model}, options);
        ASSERT_EQ(partition.order, expected.order) << table->name;
        const Graph graph = build_graph({expected.heads, model}, partition, options).value();
        EXPECT_EQ(graph.links, expected.graph.links) << table->name;
    }
}

TEST_F(GraphBuilder, LeavesAreSmallAndHoldEveryNode) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    for (const NamedRows& data : odd_rows({5'000, kNibbles.capacity()})) {
        const auto heads = heads_of(model, data.rows);
        const Partition partition =
            partition_nodes({heads, model}, {.kernels = kernels(), .threads = threads});
        std::vector<int> seen(5'000);
        for (const std::vector<Ordinal>& leaf : partition.leaves) {
            EXPECT_LE(leaf.size(), kLeafNodesMax) << data.name;
            EXPECT_TRUE(std::is_sorted(leaf.begin(), leaf.end())) << data.name;
            for (const Ordinal node : leaf) {
                ++seen[node];
            }
        }
        EXPECT_EQ(std::count(seen.begin(), seen.end(), 3), 5'000) << data.name;
    }
}

TEST_F(GraphBuilder, FindsTheNearestOfClusteredData) {
    ThreadPool threads(2);
    for (const HeadLayout& layout : {kNibbles, kBytes}) {
        const HeadModel model = model_of(layout);
        const Built built = build(
            model, heads_of(model, clustered_rows({8'000, layout.capacity()}, 40, 1)), threads);
        const GraphNodes nodes{built.heads, model};
        EXPECT_GE(recall(nodes, built.graph, 32, 20), 0.97) << layout.bits;
        EXPECT_GE(recall(nodes, built.graph, 64, 20), 0.99) << layout.bits;
    }
}

TEST_F(GraphBuilder, EqualHeadsDoNotCloseACircle) {
    // 300 rows, each 10 times: whoever enters a group must get out of it.
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    Rows rows = clustered_rows({3'000, kNibbles.capacity()}, 10, 5);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = rows[i % 300];
    }
    const Built built = build(model, heads_of(model, rows), threads);
    expect_sound(built.graph, rows.size(), "ten of each");
    const std::size_t row = model.layout.row_bytes();
    std::size_t closed = 0;
    for (std::size_t node = 0; node < rows.size(); ++node) {
        const auto links = std::span(built.graph.links).subspan(node * kDegree, kDegree);
        const auto is_equal = [&](std::uint32_t link) {
            return link == kNoOrdinal || std::memcmp(built.heads.data() + link * row,
                                                     built.heads.data() + node * row, row) == 0;
        };
        closed += std::all_of(links.begin(), links.end(), is_equal) ? 1 : 0;
    }
    EXPECT_EQ(closed, 0U);
}

TEST_F(GraphBuilder, AddedNodesAreFoundAsIfTheyHadBeenThereFromTheStart) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    const auto heads = heads_of(model, clustered_rows({8'000, kNibbles.capacity()}, 40, 1));
    const Built whole = build(model, heads, threads);
    const std::size_t row = model.layout.row_bytes();
    Built part = build(model, {heads.begin(), heads.begin() + 7'200 * row}, threads);
    part.heads.insert(part.heads.end(), heads.begin() + 7'200 * row, heads.end());
    const GraphNodes nodes{part.heads, model};
    Graph grown = part.graph;
    ASSERT_TRUE(add_to_graph(nodes, grown, {.kernels = kernels(), .threads = threads}));
    expect_sound(grown, 8'000, "grown");
    EXPECT_GE(recall(nodes, grown, 32, 20),
              recall({whole.heads, model}, whole.graph, 32, 20) - 0.005);

    ThreadPool one(1);
    Graph again = part.graph;
    ASSERT_TRUE(add_to_graph(nodes, again, {.kernels = kernels(), .threads = one}));
    EXPECT_EQ(again.links, grown.links);
}

TEST_F(GraphBuilder, GrowsFromNothing) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    for (const NamedRows& data : odd_rows({1'500, kNibbles.capacity()})) {
        const auto heads = heads_of(model, data.rows);
        Graph graph;
        ASSERT_TRUE(
            add_to_graph({heads, model}, graph, {.kernels = kernels(), .threads = threads}));
        expect_sound(graph, 1'500, data.name);
    }
}

TEST_F(GraphBuilder, RemovalLeavesASoundGraphOfTheRest) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    const std::size_t row = model.layout.row_bytes();
    std::mt19937 random(8);
    constexpr std::size_t kNodes = 1'400;
    for (const std::uint32_t gone_of_ten : {0U, 3U, 8U, 10U}) {
        for (const NamedRows& data : odd_rows({kNodes, kNibbles.capacity()})) {
            const Built built = build(model, heads_of(model, data.rows), threads);
            std::vector<Ordinal> new_ordinals(kNodes, kNoOrdinal);
            std::vector<std::uint8_t> rest;
            Ordinal next = 0;
            for (std::size_t node = 0; node < kNodes; ++node) {
                if (random() % 10 < gone_of_ten) continue;
                new_ordinals[node] = next++;
                rest.insert(rest.end(), built.heads.begin() + node * row,
                            built.heads.begin() + (node + 1) * row);
            }
            const Graph graph =
                remove_from_graph({built.heads, model}, built.graph.links, new_ordinals,
                                  {.kernels = kernels(), .threads = threads})
                    .value();
            expect_sound(graph, next, data.name + ", gone " + std::to_string(gone_of_ten));
            if (data.name == "clustered" && next >= 900) {
                EXPECT_GE(recall({rest, model}, graph, 32, 7), 0.97) << gone_of_ten;
            }
        }
    }
}

TEST_F(GraphBuilder, StopsWhenAsked) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    const auto heads = heads_of(model, clustered_rows({3'000, kNibbles.capacity()}, 5, 2));
    std::stop_source source;
    const GraphBuild options{.kernels = kernels(), .threads = threads, .stop = source.get_token()};
    const Partition partition = partition_nodes({heads, model}, options);
    source.request_stop();
    EXPECT_EQ(build_graph({heads, model}, partition, options).error().code(),
              ErrorCode::kCancelled);
    Graph graph;
    EXPECT_EQ(add_to_graph({heads, model}, graph, options).error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace sokkuri::index
