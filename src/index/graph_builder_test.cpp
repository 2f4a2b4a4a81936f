// The graph over heads made here: codes of random components, so that shapes of data which a real
// model would smooth away (all equal, few different, far clusters) reach the builder as they are.
#include "index/graph_builder.h"

#include "index/graph_landmarks.h"
#include "index/graph_search.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <set>
#include <string>

namespace sokkuri::index {
namespace {

constexpr HeadLayout kNibbles{.bits = 4, .lines = 1};
constexpr HeadLayout kBytes{.bits = 8, .lines = 1};

HeadModel model_of(const HeadLayout& layout) {
    HeadModel model;
    model.layout = layout;
    model.dimension = layout.capacity();
    model.components = layout.capacity();
    model.step = layout.bits == 4 ? 0.335F : 0.03F;
    return model;
}

/// Rows of capacity() components, made for heads of unit variance.
using Rows = std::vector<std::vector<float>>;

std::vector<std::uint8_t> heads_of(const HeadModel& model, const Rows& rows) {
    const HeadLayout& layout = model.layout;
    std::vector<std::uint8_t> heads(rows.size() * layout.row_bytes());
    const int codes = 1 << layout.bits;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::uint8_t* head = heads.data() + r * layout.row_bytes();
        float bias = 0;
        for (std::size_t i = 0; i < rows[r].size(); ++i) {
            const int code = std::clamp(
                static_cast<int>(std::floor(rows[r][i] / model.step)) + codes / 2, 0, codes - 1);
            const float value = (static_cast<float>(code) - model.center()) * model.step;
            bias += value * value;
            const std::size_t place = layout.place_of(i);
            if (layout.bits == 8) {
                head[place] = static_cast<std::uint8_t>(code);
                continue;
            }
            std::uint8_t& byte = head[place / 128 * 64 + place % 64];
            byte = static_cast<std::uint8_t>(byte | code << (place % 128 < 64 ? 0 : 4));
        }
        std::memcpy(head + layout.row_bytes() - 4, &bias, 4);
    }
    return heads;
}

/// Around `centers` points, in 12 directions each: what features look like, in small.
Rows clustered(std::size_t count, std::size_t dimension, std::size_t centers, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const auto draw = [&](std::size_t size) {
        std::vector<float> values(size);
        std::generate(values.begin(), values.end(), [&] { return normal(random); });
        return values;
    };
    constexpr std::size_t kDirections = 12;
    Rows middles(centers);
    std::vector<Rows> directions(centers);
    for (std::size_t c = 0; c < centers; ++c) {
        middles[c] = draw(dimension);
        for (std::size_t d = 0; d < kDirections; ++d) {
            directions[c].push_back(draw(dimension));
        }
    }
    Rows rows(count);
    for (std::vector<float>& row : rows) {
        const std::size_t c = random() % centers;
        row = middles[c];
        for (const std::vector<float>& direction : directions[c]) {
            const float along = 0.25F * normal(random);
            for (std::size_t i = 0; i < dimension; ++i) {
                row[i] += along * direction[i];
            }
        }
    }
    return rows;
}

struct Data {
    std::string name;
    Rows rows;
};

std::vector<Data> odd_data(std::size_t count, std::size_t dimension) {
    const Rows base = clustered(count, dimension, 5, 3);
    Rows few = base;
    for (std::size_t i = 0; i < count; ++i) {
        few[i] = base[i % 7];
    }
    Rows far = base;
    for (std::size_t i = 0; i < count / 2; ++i) {
        for (float& value : far[i]) {
            value = 0.01F * value + (i % 2 == 0 ? 2.F : -2.F);
        }
    }
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    Rows noise(count, std::vector<float>(dimension));
    for (auto& row : noise) {
        std::generate(row.begin(), row.end(), [&] { return normal(random); });
    }
    return {{"clustered", base},
            {"few different", few},
            {"far clusters", far},
            {"noise", noise},
            {"constant", Rows(count, std::vector<float>(dimension, 0.5F))}};
}

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
        for (const std::size_t count : {1, 2, 3, 17, 50, 333, 2'500}) {
            for (const Data& data : odd_data(count, layout.capacity())) {
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
    const auto heads = heads_of(model, clustered(6'000, kNibbles.capacity(), 20, 9));
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
    const auto heads = heads_of(model, clustered(2'500, kNibbles.capacity(), 5, 9));
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
    for (const Data& data : odd_data(9'000, kNibbles.capacity())) {
        const auto heads = heads_of(model, data.rows);
        const Partition partition =
            partition_nodes({heads, model}, {.kernels = kernels(), .threads = threads});
        std::vector<int> seen(9'000);
        for (const std::vector<Ordinal>& leaf : partition.leaves) {
            EXPECT_LE(leaf.size(), kLeafNodesMax) << data.name;
            EXPECT_TRUE(std::is_sorted(leaf.begin(), leaf.end())) << data.name;
            for (const Ordinal node : leaf) {
                ++seen[node];
            }
        }
        EXPECT_EQ(std::count(seen.begin(), seen.end(), 3), 9'000) << data.name;
    }
}

TEST_F(GraphBuilder, FindsTheNearestOfClusteredData) {
    ThreadPool threads(2);
    for (const HeadLayout& layout : {kNibbles, kBytes}) {
        const HeadModel model = model_of(layout);
        const Built built =
            build(model, heads_of(model, clustered(8'000, layout.capacity(), 40, 1)), threads);
        const GraphNodes nodes{built.heads, model};
        EXPECT_GE(recall(nodes, built.graph, 32, 20), 0.97) << layout.bits;
        EXPECT_GE(recall(nodes, built.graph, 64, 20), 0.99) << layout.bits;
    }
}

TEST_F(GraphBuilder, EqualHeadsDoNotCloseACircle) {
    // 300 rows, each 10 times: whoever enters a group must get out of it.
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    Rows rows = clustered(3'000, kNibbles.capacity(), 10, 5);
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
    const auto heads = heads_of(model, clustered(8'000, kNibbles.capacity(), 40, 1));
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
    for (const Data& data : odd_data(1'500, kNibbles.capacity())) {
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
    for (const std::uint32_t gone_of_ten : {0U, 1U, 5U, 9U, 10U}) {
        for (const Data& data : odd_data(2'500, kNibbles.capacity())) {
            const Built built = build(model, heads_of(model, data.rows), threads);
            std::vector<Ordinal> new_ordinals(2'500, kNoOrdinal);
            std::vector<std::uint8_t> rest;
            Ordinal next = 0;
            for (std::size_t node = 0; node < 2'500; ++node) {
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
            if (data.name == "clustered" && next >= 1'000) {
                EXPECT_GE(recall({rest, model}, graph, 32, 7), 0.97) << gone_of_ten;
            }
        }
    }
}

TEST_F(GraphBuilder, StopsWhenAsked) {
    ThreadPool threads(2);
    const HeadModel model = model_of(kNibbles);
    const auto heads = heads_of(model, clustered(3'000, kNibbles.capacity(), 5, 2));
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
